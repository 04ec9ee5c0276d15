import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import type { Changed, ChangeOptions } from '../operations/change-file.ts';
import type { Services } from '../operations/operation.ts';
import { isEncrypted } from './encrypted-files.ts';
import { sealedFormatsOf } from './format-choice.ts';
import { type Input, mustBeFile, readInput } from './input.ts';
import type { Invocation } from './invocation.ts';
import { type Done, onInputs } from './many-files.ts';
import { tellWarnings } from './output.ts';
import { rewritingOptions } from './print-options.ts';
import { log } from './report.ts';
import { inSealedFile } from './sealed-input.ts';
import { servicesOf } from './services.ts';

/** The files of a command that changes values, and its other words. */
export interface FilesAndWords {
  readonly files: readonly string[];
  readonly words: readonly string[];
}

/** Files are named with `--file`, as often as one likes; else by the first word. */
export function filesAndWords({ words, flags }: Invocation): FilesAndWords {
  const files = flags.texts('file').filter((file) => file !== '');
  return files.length > 0 ? { files, words } : { files: words.slice(0, 1), words: words.slice(1) };
}

/** A change of the values of one file. */
export interface Change {
  (source: Uint8Array, format: Format, options: ChangeOptions, services: Services): Promise<Changed>;
}

/** What a command does with each of its files. */
export interface ValueWork {
  readonly files: readonly string[];
  readonly change: Change;
  /** With `--idempotent`, a file in which the path names nothing is left as it is. */
  readonly mayBeMissing?: true;
}

/** Makes the same change in every file that is named, all of it or nothing in each; with `--idempotent`, what it leaves as it was is not written. Answers the exit status. */
export const changeValues = (invocation: Invocation, { files, change, mayBeMissing }: ValueWork): Promise<number> =>
  onInputs(
    { ...invocation, words: files },
    {
      wanted: (path) => isEncrypted(path, invocation.flags.text('input-type')),
      done: 'changed',
      inPlace: true,
      together: true,
      step: (input) =>
        mayBeMissing && invocation.flags.isOn('idempotent')
          ? unlessMissing(() => changeFile(invocation, mustBeFile(input), change))
          : changeFile(invocation, mustBeFile(input), change),
    },
  );

async function unlessMissing(step: () => Promise<Done>): Promise<Done> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof SopsError && error.code === 'PATH_NOT_FOUND') return 'unchanged';
    throw error;
  }
}

async function changeFile(invocation: Invocation, input: Input & { readonly path: string }, change: Change): Promise<Done> {
  const { flags, context } = invocation;
  const { input: format, output } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const options = rewritingOptions(invocation, output);
  const outcome = await inSealedFile({ input, format, context }, async () => change(readInput(input), format, options, services), [
    'decrypt',
    'encrypt',
  ]);
  tellWarnings(invocation, input, outcome.warnings);
  if (!outcome.changed && flags.isOn('idempotent')) {
    log({ level: 'info', message: 'File not written due to no change' });
    return 'unchanged';
  }
  await context.files.replace(input.path, outcome.content);
  return log({ level: 'info', message: 'File written successfully' });
}
