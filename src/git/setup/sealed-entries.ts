import type { Services } from '../../operations/operation.ts';
import { formatOfSealed } from '../../formats/told.ts';
import { status } from '../../operations/status.ts';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { openBlobs } from '../blobs.ts';
import { indexEntries } from '../entries.ts';
import type { Repository } from '../repository.ts';

/** The encrypted files in the index, as paths from the top. One that holds ciphertext and cannot be read, as with conflict markers, counts as such. Throws `GIT_FAILED`. */
export async function sealedEntries(
  { git, top, bare }: Repository,
  context: Pick<Context, 'converse'>,
  services: Pick<Services, 'keySources'>,
): Promise<readonly string[]> {
  if (bare) return [];
  // Only what has ciphertext in it is read: Git looks for that faster than anybody.
  const found = await git.ask(['grep', '--cached', '--no-recurse-submodules', '-l', '-z', '-F', '-a', '-e', 'ENC[AES256_GCM,']);
  const candidates = new Set(found?.split('\0'));
  const entries = (await indexEntries(git)).filter(({ path, kind }) => kind === 'file' && candidates.has(path));
  const blobs = await openBlobs(top, context);
  try {
    const sealed = new Set<string>();
    for (const { path, id } of entries) if (isSealed(path, (await blobs.read(id)) ?? new Uint8Array(), services)) sealed.add(path);
    return [...sealed];
  } finally {
    await blobs.close();
  }
}

function isSealed(path: string, content: Uint8Array, services: Pick<Services, 'keySources'>): boolean {
  const format = formatOfSealed(path, content);
  if (format === undefined) return false;
  try {
    return status(content, format, services).encrypted;
  } catch (error) {
    if (error instanceof SopsError) return format.name !== 'binary';
    throw error;
  }
}
