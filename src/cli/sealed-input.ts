import { SopsError } from '../errors.ts';
import type { SealedInput } from './input.ts';
import { inFile } from './invocation.ts';

/** As `inFile`, for a step that opens an encrypted file: where its MAC does not fit, the error also says how the file differs from its last commit. */
export async function inSealedFile<T>(file: SealedInput, step: () => Promise<T>): Promise<T> {
  try {
    return await inFile(file.input.shown, step);
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'MAC_MISMATCH') throw error;
    throw await (await import('./committed.ts')).withDifferences(error, file);
  }
}
