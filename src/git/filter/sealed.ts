import { holdsCiphertext, parseEnvelope } from '../../crypto/envelope.ts';
import { showPath } from '../../document/path.ts';
import { walk } from '../../document/walk.ts';
import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { formats } from '../../formats/index.ts';
import { formatByEnding, formatOfSealed } from '../../formats/told.ts';
import { readSealed, type SealedFile } from '../../operations/open-file.ts';
import type { Services } from '../../operations/operation.ts';
import { selectorOf } from '../../operations/selector.ts';

/** The format of a file in clear: as its ending says, else binary. */
export const formatInClear = (path: string): Format => formatByEnding(path) ?? binary();

function binary(): Format {
  const found = formats.find(({ name }) => name === 'binary');
  if (found === undefined) throw new Error('there is no binary format');
  return found;
}

/** An encrypted file, read; undefined for any other. Throws `MALFORMED_DOCUMENT`, `MALFORMED_METADATA` for one that holds ciphertext and cannot be read. */
export function readIfSealed(path: string, content: Uint8Array, services: Pick<Services, 'keySources'>): SealedFile | undefined {
  if (!holdsCiphertext(content)) return undefined;
  try {
    const sealed = readSealed(content, formatOfSealed(path, content) ?? binary(), services);
    const { version, mac } = sealed.metadata;
    return version !== '' && mac !== '' ? sealed : undefined;
  } catch (error) {
    if (error instanceof SopsError && error.code === 'METADATA_NOT_FOUND') return undefined;
    throw error;
  }
}

/** As {@link readIfSealed}, undefined also for a file that cannot be read. */
export function asSealed(...file: Parameters<typeof readIfSealed>): SealedFile | undefined {
  try {
    return readIfSealed(...file);
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/** The path of a value that an encrypted file has in clear and says is encrypted, as one added by hand is; undefined where there is none. Needs no key. */
export async function valueInClear({ metadata, branches }: SealedFile): Promise<string | undefined> {
  const selects = await selectorOf(metadata.selection, 'read');
  let found: string | undefined;
  for (const branch of branches)
    walk(branch, (item, path, comments) => {
      if (found !== undefined || item.kind === 'comment' || !selects(path, comments, false)) return;
      const encrypted = item.type === 'str' && (item.text === '' || parseEnvelope(item.text) !== undefined);
      if (!encrypted) found = showPath(path);
    });
  return found;
}
