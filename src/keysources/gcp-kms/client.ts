import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import { wrappedBytes } from '../wrapped.node.ts';
import { authorize } from '../../services/gcp/access-token.node.ts';
import type { Answer, Call } from './call.ts';
import { crc32c } from '../../services/gcp/crc32c.ts';
import { explain } from './explain.ts';
import { GcpFailure } from '../../services/gcp/failure.ts';
import { type GcpKmsKey, gcpKmsName } from './master-key.ts';
import { placeOf, purposeIn } from './place.ts';
import { askRest } from './rest.node.ts';

/**
 * Google Cloud KMS. There is no `rewrap`: the service cannot encrypt anew without showing the data key, as AWS KMS and Transit can, so that `unwrap` and `wrap` stand in
 * for it; the latter takes the current primary version of the key.
 */
export const client: KeyClient<GcpKmsKey> = { wrap, unwrap };

async function wrap(dataKey: Uint8Array, masterKey: GcpKmsKey, context: Context, signal?: AbortSignal): Promise<string> {
  const output = await ask({ ...wrapping, masterKey, input: dataKey, context, signal });
  return Buffer.from(output).toString('base64');
}

async function unwrap({ masterKey, wrapped }: WrappedKey<GcpKmsKey>, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  return ask({ ...unwrapping, masterKey, input: wrappedBytes(wrapped, 'GCP KMS'), context, signal });
}

/** What is wanted, and how its failure is told. */
interface Task {
  readonly action: Call['action'];
  readonly code: SopsErrorCode;
  readonly failure: string;
  readonly masterKey: GcpKmsKey;
  readonly input: Uint8Array;
  readonly context: Context;
  readonly signal: AbortSignal | undefined;
}
const wrapping = { action: 'encrypt', code: 'DATA_KEY_UNWRAPPABLE', failure: 'cannot wrap' } as const;
const unwrapping = { action: 'decrypt', code: 'DATA_KEY_UNRECOVERABLE', failure: 'cannot unwrap' } as const;

async function ask(task: Task): Promise<Uint8Array> {
  const { masterKey, code, failure, action, input, context, signal } = task;
  const name = resourceName(masterKey);
  let call: Call | undefined;
  try {
    call = { action, name, input, authorization: await authorize(purposeIn(context.env), context, signal) };
    return checked(await carryOut(call, context, signal));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new SopsError(code, `${failure} with GCP KMS key '${name}': ${explain(error, call)}`);
  }
}

/** As sops checks it, except that no part may be `.` or `..`, which a URL would make another path of. */
function resourceName({ resourceId }: GcpKmsKey): string {
  const isName = gcpKmsName.test(resourceId);
  if (isName && !resourceId.split('/').some((part) => part === '.' || part === '..')) return resourceId;
  throw new SopsError(
    'MALFORMED_KEY',
    `'${resourceId}' is not the resource ID of a key of GCP KMS: projects/…/locations/…/keyRings/…/cryptoKeys/…`,
  );
}

async function carryOut(call: Call, context: Context, signal: AbortSignal | undefined): Promise<Answer> {
  const place = placeOf(context.env);
  if (place.protocol === 'rest') return askRest(call, place.url, context, signal);
  const { askGrpc } = await import('./client-grpc.ts');
  return askGrpc(call, place.target, context, signal);
}

function checked({ output, checksum }: Answer): Uint8Array {
  if (output.length === 0) throw new GcpFailure('the answer is empty', 'MALFORMED');
  if (checksum !== undefined && checksum !== crc32c(output))
    throw new GcpFailure('the answer was damaged on the way: its checksum is another');
  return output;
}
