import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import type { Context } from '../ports.ts';
import type { Input } from './input.ts';
import { inFile } from './invocation.ts';

/** An encrypted file: where it lies, how it is read, and the world it is in. */
export interface SealedInput {
  readonly input: Input;
  readonly format: Format;
  readonly context: Context;
}

/** As `inFile`, for a step that opens an encrypted file: where its MAC does not fit, the error also says how the file differs from its last commit. */
export async function inSealedFile<T>(file: SealedInput, step: () => Promise<T>): Promise<T> {
  try {
    return await inFile(file.input.shown, step);
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'MAC_MISMATCH') throw error;
    throw await (await import('./committed.ts')).withDifferences(error, file);
  }
}
