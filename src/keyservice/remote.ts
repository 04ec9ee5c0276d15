import { SopsError, type SopsErrorCode } from '../errors.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { MasterKey } from '../metadata/metadata.ts';
import type { KeyService } from './keyservice.ts';
import type { Procedure } from './protocol.ts';

/** Carries the bytes of a request to a key service and those of its answer back; throws an error whose message says why that did not come off. */
export type Transport = (procedure: string, request: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>;

/** What a key service elsewhere is asked through, and what it is called in messages: `tcp://keys.example.org:5000`. */
export interface Remote {
  readonly name: string;
  readonly transport: Transport;
  readonly sources: readonly KeySource[];
}

/** A key service elsewhere that speaks sops's protocol, which is loaded on first use. Throws `DATA_KEY_UNWRAPPABLE`, `DATA_KEY_UNRECOVERABLE`, with its name. */
export function remoteKeyService(remote: Remote): KeyService {
  const ask = async (call: Call): Promise<Uint8Array> => {
    const protocol = await import('./protocol.ts');
    const answer = protocol.decodeAnswer(
      await remote.transport(protocol.procedures[call.procedure], protocol.encodeRequest(call, remote.sources), call.signal),
    );
    if (answer.length === 0) throw new SopsError('MALFORMED_KEY', 'the answer is empty');
    return answer;
  };
  return {
    wrap: async (dataKey, masterKey, signal) =>
      naming(remote, 'DATA_KEY_UNWRAPPABLE', async () => asText(await ask({ procedure: 'wrap', masterKey, payload: dataKey, signal }))),
    unwrap: async ({ masterKey, wrapped }, signal) =>
      naming(remote, 'DATA_KEY_UNRECOVERABLE', async () =>
        ask({ procedure: 'unwrap', masterKey, payload: new TextEncoder().encode(wrapped), signal }),
      ),
  };
}

interface Call {
  readonly procedure: Procedure;
  readonly masterKey: MasterKey;
  readonly payload: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

async function naming<T>({ name }: Remote, code: SopsErrorCode, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
    throw new SopsError(code, `key service ${name}: ${error.message}`, { cause: error });
  }
}

function asText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SopsError('MALFORMED_KEY', 'the answer is not text');
  }
}
