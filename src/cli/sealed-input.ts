import { SopsError, type SopsErrorCode } from '../errors.ts';
import { audit, type AuditAction } from './audit.ts';
import type { SealedInput } from './input.ts';
import { inFile } from './invocation.ts';

/** What an earlier version of a file can tell more of. */
const explained: ReadonlySet<SopsErrorCode> = new Set<SopsErrorCode>(['MAC_MISMATCH', 'VALUE_UNOPENABLE']);

/**
 * As `inFile`, for a step that opens an encrypted file: where its MAC does not fit, the error also says how the file differs from its last commit, and where a value does not open, whose
 * ciphertext that was. What was done is recorded in the audit log of the machine, if it has one, before this gives out anything.
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
    if (!(error instanceof SopsError) || !explained.has(error.code)) throw error;
    if (error.code === 'MAC_MISMATCH') await audit(['decrypt'], file.input.path);
    throw await (await import('./committed.ts')).withDifferences(error, file);
  }
}
