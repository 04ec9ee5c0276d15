import { SopsError } from '../errors.ts';
import type { KeyClient, KeySource } from '../keysources/keysource.ts';
import type { Context } from '../ports.ts';
import type { KeyService } from './keyservice.ts';

/** A key service that asks the given key sources, in this process; each client is loaded on first use. */
export function localKeyService(sources: readonly KeySource[], context: Context): KeyService {
  const client = async (kind: string): Promise<KeyClient> => {
    const source = sources.find((candidate) => candidate.kind === kind);
    if (source === undefined) throw new SopsError('UNSUPPORTED', `master keys of kind '${kind}' are not known here`);
    return source.load();
  };
  return {
    wrap: async (dataKey, masterKey, signal) => (await client(masterKey.kind)).wrap(dataKey, masterKey, context, signal),
    unwrap: async (wrapped, signal) => (await client(wrapped.masterKey.kind)).unwrap(wrapped, context, signal),
    complete: async (masterKey, signal) => (await client(masterKey.kind)).complete?.(masterKey, context, signal) ?? masterKey,
    rewrap: async (wrapped, signal) => (await client(wrapped.masterKey.kind)).rewrap?.(wrapped, context, signal),
  };
}
