import { basename, resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { showFile } from '../../git/diff/show.ts';
import { statFile } from '../../node/files.ts';
import { audit } from '../audit.ts';
import { readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { nameBeside } from '../recipient-name.ts';
import { rememberedKeys } from '../remembered-keys.ts';
import { print } from '../report.ts';
import { servicesOf } from '../services.ts';

/** Node reads no file at once that has so many bytes. */
const largest = 2 ** 31;

/** `sopsmith git textconv file`: what Git shows of a version of a file. A file that can be read is no reason to fail, which would end the log that it stands in. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, context } = invocation;
  const [file] = words;
  if (file === undefined || words.length > 1) throw new SopsError('USAGE', 'git textconv takes one file');
  const { size } = statFile(file) ?? { size: 0 };
  if (size >= largest) return print(`# sopsmith: a file of ${size} bytes, which is too large to be shown\n`);
  const content = readInput({ path: resolve(file), name: file, shown: file });
  return print(await shown(file, content, invocation, rememberedKeys(context)));
}

async function shown(
  file: string,
  content: Uint8Array,
  invocation: Invocation,
  known: ReturnType<typeof rememberedKeys>,
): Promise<Uint8Array> {
  const { context } = invocation;
  const since = context.now().getTime();
  try {
    return await showFile(basename(file), content, {
      ...servicesOf(invocation),
      known,
      called: (name) => nameBeside(name, file),
      opened: async () => audit(['decrypt'], file),
      closed: async (metadata) => known.refused(metadata, since),
    });
  } catch (error) {
    // A text as large as no engine takes, a defect of ours: Git shows what it would have shown without us.
    if (error instanceof SopsError && error.code === 'CANCELLED') throw error;
    return content;
  }
}
