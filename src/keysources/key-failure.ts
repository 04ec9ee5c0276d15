import { SopsError, type SopsErrorCode } from '../errors.ts';
import { HttpFailure } from '../services/http-failure.ts';
import { type Remedies, ServiceFailure, withRemedy } from '../services/service-failure.ts';

/** How a failure is told. */
export interface Telling {
  readonly code: SopsErrorCode;
  /** What could not be done, with the master key's name: `cannot wrap with Azure Key Vault key 'https://…'`. */
  readonly failure: string;
  /** What to do where the service is not reached, if it is another thing than for most. */
  readonly remedies?: Remedies;
}

/**
 * Does something with a master key of a service; what goes wrong there is told with the name of the key. Throws a `SopsError`, of the code of the error within if that is one;
 * anything else than failures passes as it is.
 */
export async function telling<T>({ code, failure, remedies }: Telling, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SopsError) throw new SopsError(error.code, `${failure}: ${error.message}`);
    if (error instanceof HttpFailure) throw new SopsError(code, `${failure}: ${withRemedy(error, remedies)}`);
    if (error instanceof ServiceFailure) throw new SopsError(code, `${failure}: ${error.message}`);
    throw error;
  }
}
