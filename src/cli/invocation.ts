import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';
import type { Flags } from './argv.ts';

/** A command line, read: what a command works with. */
export interface Invocation {
  /** What stands behind the command's name. */
  readonly words: readonly string[];
  /** How many of the words stand before `--`; all where there is none. */
  readonly wordsBeforeDashes: number;
  readonly flags: Flags;
  readonly context: Context;
}

/** What every file in `commands` exports. */
export interface CommandModule {
  /** Does what the command line asks for; answers the exit status where it is another than that of success. */
  run(invocation: Invocation): Promise<void | number>;
}

/** Runs a step that works on one file; errors that name no file get this one's name. */
export async function inFile<T>(file: string, step: () => Promise<T> | T): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof SopsError && error.details.file === undefined) throw withFile(error, file);
    throw error;
  }
}

function withFile(error: SopsError, file: string): SopsError {
  const named = new SopsError(error.code, error.message, { ...error.details, file, cause: error.cause });
  if (error.stack !== undefined) named.stack = error.stack;
  return named;
}
