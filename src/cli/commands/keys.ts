import { resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { statFile } from '../../node/files.ts';
import { inspectKeys } from '../../operations/inspect-keys.ts';
import type { Services } from '../../operations/operation.ts';
import { encryptedFilesBelow } from '../encrypted-files.ts';
import { exitCodes, readsAnything, success } from '../exit-codes.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type ListedFile, listAsJson, listAsTable } from '../key-list.ts';
import { errorText, print, say, shortPath } from '../report.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith keys file|folder…`. Answers the status of the first file that could not be read; that nobody can open a file is no error. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const services = servicesOf(invocation);
  const inputType = flags.text('input-type');
  const paths = words.flatMap((word) => (statFile(word)?.isDirectory() === true ? encryptedFilesBelow(resolve(word), inputType) : [word]));
  const files: ListedFile[] = [];
  for (const path of paths) {
    const file = await listed(path, inputType, services);
    files.push(file);
    if ('error' in file) say(errorText(file.error));
    if (!flags.isOn('json')) print(listAsTable(file, files.length === 1));
  }
  if (flags.isOn('json')) print(listAsJson(files));
  const [failed] = files.flatMap((file) => ('error' in file ? [file.error] : []));
  return failed === undefined ? success : (readsAnything[failed.code] ?? exitCodes[failed.code]);
}

async function listed(path: string, inputType: string | undefined, services: Services): Promise<ListedFile> {
  const file = shortPath(path);
  try {
    const keys = await inFile(file, async () =>
      inspectKeys(readInput({ path, name: path, shown: file }), sealedFormatFor(inputType, { name: path, path }), services),
    );
    return { file, keys };
  } catch (error) {
    if (error instanceof SopsError && error.code !== 'CANCELLED') return { file, error };
    throw error;
  }
}
