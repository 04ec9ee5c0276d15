import { SopsError } from '../../errors.ts';
import { inspectKeys } from '../../operations/inspect-keys.ts';
import { inOrder } from '../../operations/lanes.ts';
import type { Services } from '../../operations/operation.ts';
import { sealedFilesNamed } from '../encrypted-files.ts';
import { exitCodes, readsAnything, success } from '../exit-codes.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { type Input, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type ListedFile, listAsJson, listAsTable } from '../key-list.ts';
import { sideBySide } from '../many-files.ts';
import { errorText, print, say, shortPath } from '../report.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith keys file|folder|glob…`. Answers the status of the first file that could not be read; that nobody can open a file is no error. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const services = servicesOf(invocation);
  const inputType = flags.text('input-type');
  const files: ListedFile[] = [];
  const inputs = await sealedFilesNamed(words, invocation);
  for await (const file of inOrder(inputs, (input) => listed(input, inputType, services), sideBySide)) {
    files.push(file);
    if ('error' in file) say(errorText(file.error));
    if (!flags.isOn('json')) print(listAsTable(file, files.length === 1));
  }
  if (flags.isOn('json')) print(listAsJson(files));
  const [failed] = files.flatMap((file) => ('error' in file ? [file.error] : []));
  return failed === undefined ? success : (readsAnything[failed.code] ?? exitCodes[failed.code]);
}

async function listed(input: Input, inputType: string | undefined, services: Services): Promise<ListedFile> {
  const file = shortPath(input.shown);
  try {
    const keys = await inFile(file, async () => inspectKeys(readInput(input), sealedFormatFor(inputType, input), services));
    return { file, keys };
  } catch (error) {
    if (error instanceof SopsError && error.code !== 'CANCELLED') return { file, error };
    throw error;
  }
}
