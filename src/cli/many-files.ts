import { availableParallelism } from 'node:os';
import { type SopsErrorCode, SopsError } from '../errors.ts';
import { exitCodes, type ExitCodeOverrides, generic, success } from './exit-codes.ts';
import { findInput, type Input } from './input.ts';
import { inFile, type Invocation } from './invocation.ts';
import { showProgress } from './progress.ts';
import { errorText, print, say } from './report.ts';
import type { Wanted } from './wanted-inputs.ts';

/** What a step did with its file: what `done` says of it, or nothing where there was nothing to do. */
export type Done = void | 'unchanged';

/** A command's work on one file. */
export interface Work {
  /** Which files below a folder are meant. */
  readonly wanted: Wanted;
  /** For the summary: `decrypted`. */
  readonly done: string;
  readonly exitCodes?: ExitCodeOverrides;
  /** Its content goes to standard output unless flags say otherwise, which is no place for several files. */
  readonly makes?: 'content';
  /** There is no `--output` for its content, and files are named by a flag: none of several is left out. */
  readonly noOutput?: true;
  /** It changes its files where they lie, without being told to. */
  readonly inPlace?: true;
  /** Folders are taken without `--recursive`. */
  readonly foldersToo?: true;
  /** Whether files may be worked on side by side: not where a person is asked about each, nor where each has a line on standard output. */
  readonly together: boolean;
  /** Said in place of the summary where files failed. */
  failure?(count: number): string;
  /** @param several whether the command line names more than this one file */
  step(input: Input, several: boolean): Promise<Done>;
}

/** Requests to services wait, so more files are worked on at once than there are processors. */
export const sideBySide: number = Math.max(4, availableParallelism() * 2);

/**
 * Does a command's work on what its words name. One file, or standard input, is done as sops does it; several files, folders and globs are done side by side: a failure in one
 * is told and the others go on. Answers the exit status: that of the failures where they are alike.
 */
export async function onInputs(invocation: Invocation, work: Work): Promise<number> {
  if (!namesOneFile(invocation, work)) {
    const { wantedInputs } = await import('./wanted-inputs.ts');
    const inputs = await wantedInputs(
      invocation,
      work.wanted,
      work.makes === 'content' && !work.noOutput ? 'first' : 'each',
      work.foldersToo,
    );
    if (inputs !== undefined) return onMany(invocation, inputs, work);
  }
  const input = findInput(invocation);
  if (invocation.flags.isOn('json') && work.makes === 'content' && !goesToFiles(invocation))
    throw new SopsError('USAGE', '--json and the content would both go to standard output', {
      hint: work.noOutput ? 'give --in-place' : 'give --in-place or --output',
    });
  if (invocation.flags.isOn('json')) await tellAsJson(input, work);
  else await work.step(input, false);
  return success;
}

/** The common case, for which nothing more is loaded. */
const namesOneFile = ({ words, flags }: Invocation, { foldersToo }: Work): boolean =>
  words.length < 2 && !flags.isOn('recursive') && foldersToo === undefined && words.every((word) => /^[\w./@+:,= -]*$/.test(word));

const goesToFiles = ({ flags }: Invocation): boolean => flags.isOn('in-place') || flags.text('output') !== undefined;

/** Says on standard output what became of one file, and passes on why nothing did. */
async function tellAsJson(input: Input, work: Work): Promise<void> {
  const result = await attempt(input, work, false);
  print(`${JSON.stringify([asJson(result, work)])}\n`);
  if (result.error !== undefined) throw result.error;
}

interface Result {
  readonly input: Input;
  readonly done?: Done;
  readonly error?: SopsError;
}

async function onMany(invocation: Invocation, inputs: readonly Input[], work: Work): Promise<number> {
  const { flags } = invocation;
  const toFiles = goesToFiles(invocation);
  if (work.makes === 'content' && !toFiles)
    throw new SopsError('USAGE', `several files need --in-place${work.noOutput ? '' : ', or --output with a folder for them'}`, {
      hint: 'standard output is for one file',
    });
  const results: Result[] = [];
  const progress = showProgress(inputs.length);
  const waiting = inputs.entries();
  const lane = async (): Promise<void> => {
    for (const [at, input] of waiting) {
      const result = await attempt(input, work, true);
      results[at] = result;
      const { error } = result;
      if (error !== undefined) progress.interrupt(() => say(errorText(error)));
      progress.step();
    }
  };
  await Promise.all(Array.from({ length: work.together ? sideBySide : 1 }, lane));
  progress.end();
  if (flags.isOn('json'))
    print(
      `${JSON.stringify(
        results.map((result) => asJson(result, work)),
        undefined,
        2,
      )}\n`,
    );
  if (toFiles || work.inPlace || work.foldersToo || results.some(({ error }) => error !== undefined)) say(summary(results, work));
  return statusOf(results, work);
}

async function attempt(input: Input, work: Work, several: boolean): Promise<Result> {
  try {
    return { input, done: await inFile(input.shown, () => work.step(input, several)) };
  } catch (error) {
    if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
    return error.code === 'FILE_NOT_MODIFIED' ? { input, done: 'unchanged' } : { input, error };
  }
}

function asJson({ input, done, error }: Result, work: Work): object {
  if (error === undefined) return { file: input.shown, status: done ?? work.done };
  const { hint } = error.details;
  return {
    file: input.shown,
    status: 'failed',
    error: { code: error.code, message: error.message, ...(hint === undefined ? {} : { hint }) },
  };
}

function summary(results: readonly Result[], work: Work): string {
  const count = (wanted: (result: Result) => boolean): number => results.filter(wanted).length;
  const failed = count(({ error }) => error !== undefined);
  if (failed > 0 && work.failure) return `Error: ${work.failure(failed)}`;
  const unchanged = count((result) => result.done === 'unchanged');
  const parts = [
    `${results.length - failed - unchanged} ${work.done}`,
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${results.length} ${results.length === 1 ? 'file' : 'files'}: ${parts.join(', ')}`;
}

function statusOf(results: readonly Result[], work: Work): number {
  const status = (code: SopsErrorCode): number => work.exitCodes?.[code] ?? exitCodes[code];
  const statuses = new Set(results.flatMap(({ error }) => (error === undefined ? [] : [status(error.code)])));
  const [first = success, ...more] = statuses;
  return more.length > 0 ? generic : first;
}
