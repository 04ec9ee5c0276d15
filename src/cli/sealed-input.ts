import { SopsError } from '../errors.ts';
import { audit, type AuditAction } from './audit.ts';
import type { SealedInput } from './input.ts';
import { inFile } from './invocation.ts';

/**
 * As `inFile`, for a step that opens an encrypted file: where its MAC does not fit, the error also says how the file differs from its last commit. What was done is recorded in the audit
 * log of the machine, if it has one, before this gives out anything.
 */
export async function inSealedFile<T>(
  file: SealedInput,
  step: () => Promise<T>,
  actions: readonly AuditAction[] = ['decrypt'],
): Promise<T> {
  try {
    const made = await inFile(file.input.shown, step);
    await audit(actions, file.input.path);
    return made;
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'MAC_MISMATCH') throw error;
    await audit(['decrypt'], file.input.path);
    throw await (await import('./committed.ts')).withDifferences(error, file);
  }
}
