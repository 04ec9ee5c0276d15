import { failuresOf, SopsError, type SopsErrorCode } from '../errors.ts';
import type { KeyService } from './keyservice.ts';

/**
 * Key services that are asked in turn until one can, as sops does (`sops.go`, decryptKey and UpdateMasterKeysWithKeyServices); the others are not asked then.
 * Where none can, the error has in `failures` what each of them said.
 */
export function severalKeyServices(services: readonly KeyService[]): KeyService {
  const [only] = services;
  if (only !== undefined && services.length === 1) return only;
  return {
    wrap: async (dataKey, masterKey, signal) =>
      firstOf(services, { code: 'DATA_KEY_UNWRAPPABLE', signal }, async (service) => service.wrap(dataKey, masterKey, signal)),
    unwrap: async (wrapped, signal) =>
      firstOf(services, { code: 'DATA_KEY_UNRECOVERABLE', signal }, async (service) => service.unwrap(wrapped, signal)),
    complete: async (masterKey, signal) => {
      for (const service of services) {
        const complete = await service.complete?.(masterKey, signal).catch(() => undefined);
        if (complete !== undefined) return complete;
      }
      return masterKey;
    },
    rewrap: async (wrapped, signal) => {
      const able = services.filter((service) => service.rewrap !== undefined);
      if (able.length === 0) return undefined;
      return firstOf(able, { code: 'DATA_KEY_UNWRAPPABLE', signal }, async (service) => service.rewrap?.(wrapped, signal));
    },
  };
}

interface Asking {
  /** Of the error where none can. */
  readonly code: SopsErrorCode;
  readonly signal: AbortSignal | undefined;
}

async function firstOf<T>(services: readonly KeyService[], { code, signal }: Asking, ask: (service: KeyService) => Promise<T>): Promise<T> {
  const failures: string[] = [];
  for (const service of services) {
    try {
      return await ask(service);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      failures.push(...failuresOf(error));
    }
  }
  if (failures.length === 0)
    throw new SopsError(code, 'there is no key service to ask: name one with --keyservice, or leave out --enable-local-keyservice=false');
  throw new SopsError(code, failures.join('; '), { failures });
}
