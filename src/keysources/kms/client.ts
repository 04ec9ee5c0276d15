import type { KMSClient } from '@aws-sdk/client-kms';
import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import { wrappedBytes } from '../wrapped.node.ts';
import { connect } from './client-connection.ts';
import { Explained, reasonOf } from '../../services/aws/explain.ts';
import type { EncryptionContext, KmsKey } from './master-key.ts';
import { chosenProfile, signOnCommand } from '../../services/aws/profile.ts';
import { withinTime } from '../../services/aws/within-time.ts';

/** AWS KMS on the SDK. */
export const client: KeyClient<KmsKey> = { wrap, unwrap, rewrap };

async function wrap(dataKey: Uint8Array, masterKey: KmsKey, context: Context, signal?: AbortSignal): Promise<string> {
  const { EncryptCommand } = await import('@aws-sdk/client-kms');
  const command = new EncryptCommand({ KeyId: masterKey.arn, Plaintext: dataKey, EncryptionContext: requestContext(masterKey) });
  const task: Task = { ...wrapping, masterKey, context, signal, secrets: [Buffer.from(dataKey).toString('base64')] };
  return ask(task, async (kms, options) => textOf(await kms.send(command, options)));
}

async function unwrap({ masterKey, wrapped }: WrappedKey<KmsKey>, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  const { DecryptCommand } = await import('@aws-sdk/client-kms');
  const command = new DecryptCommand({
    KeyId: masterKey.arn,
    CiphertextBlob: wrappedBytes(wrapped, 'AWS KMS'),
    EncryptionContext: requestContext(masterKey),
  });
  const task: Task = { ...unwrapping, masterKey, context, signal, secrets: [] };
  return ask(task, async (kms, options) => blob((await kms.send(command, options)).Plaintext));
}

/** Has KMS encrypt the data key anew under the current material of the key; the data key does not leave KMS. */
async function rewrap({ masterKey, wrapped }: WrappedKey<KmsKey>, context: Context, signal?: AbortSignal): Promise<string> {
  const { ReEncryptCommand } = await import('@aws-sdk/client-kms');
  const [arn, encryptionContext] = [masterKey.arn, requestContext(masterKey)];
  const command = new ReEncryptCommand({
    CiphertextBlob: wrappedBytes(wrapped, 'AWS KMS'),
    SourceKeyId: arn,
    SourceEncryptionContext: encryptionContext,
    DestinationKeyId: arn,
    DestinationEncryptionContext: encryptionContext,
  });
  const task: Task = { ...rewrapping, masterKey, context, signal, secrets: [] };
  return ask(task, async (kms, options) => textOf(await kms.send(command, options)));
}

const textOf = ({ CiphertextBlob }: { readonly CiphertextBlob?: Uint8Array | undefined }): string =>
  Buffer.from(blob(CiphertextBlob)).toString('base64');

/** The SDK does not check what an answer holds. */
function blob(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  throw new Explained('the answer is without the data key; look at AWS_ENDPOINT_URL_KMS');
}

/** A null value takes no part, as in sops. */
const requestContext = ({ encryptionContext = {} }: { readonly encryptionContext?: EncryptionContext }): Record<string, string> =>
  Object.fromEntries(Object.entries(encryptionContext).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));

/** What is wanted of KMS, and how its failure is told. */
interface Task extends Deed {
  readonly masterKey: KmsKey;
  readonly context: Context;
  readonly signal: AbortSignal | undefined;
  /** What must not stand in an error, beside credentials. */
  readonly secrets: readonly string[];
}
interface Deed {
  readonly code: SopsErrorCode;
  readonly failure: string;
  readonly action: string;
}
const wrapping: Deed = { code: 'DATA_KEY_UNWRAPPABLE', failure: 'cannot wrap', action: 'kms:Encrypt' };
const unwrapping: Deed = { code: 'DATA_KEY_UNRECOVERABLE', failure: 'cannot unwrap', action: 'kms:Decrypt' };
const rewrapping: Deed = { code: 'DATA_KEY_UNWRAPPABLE', failure: 'cannot rewrap', action: 'kms:ReEncryptFrom and kms:ReEncryptTo' };

async function ask<T>(task: Task, request: (kms: KMSClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
  const { masterKey, context, signal } = task;
  const secrets = [...task.secrets];
  const answer = async (stop: AbortSignal): Promise<T> => {
    const connection = await connect(masterKey, context);
    try {
      return await request(connection.kms, { abortSignal: stop });
    } finally {
      secrets.push(...connection.secrets);
    }
  };
  try {
    return await withinTime(answer, [signal, context.signal], 'AWS_ENDPOINT_URL_KMS');
  } catch (error) {
    throw await failureOf(task, error, secrets);
  }
}

/** Names the key, what was said and what to do, which holds no secret. */
async function failureOf(
  { masterKey, context, code, failure, action }: Task,
  error: unknown,
  secrets: readonly string[],
): Promise<SopsError> {
  const under = masterKey.profile === undefined ? '' : ` under profile '${masterKey.profile}'`;
  const whole = `${failure} with AWS KMS key '${masterKey.arn}'${under}`;
  if (error instanceof SopsError) return error.code === 'MALFORMED_KEY' ? error : new SopsError(error.code, `${whole}: ${error.message}`);
  const signOn = await signOnCommand(chosenProfile(masterKey.profile, context.env), context);
  return new SopsError(code, `${whole}: ${reasonOf(error, { action, signOn, secrets })}`);
}
