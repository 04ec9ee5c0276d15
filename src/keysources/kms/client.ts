import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms';
import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import { rememberingOnce } from '../once.ts';
import { endpoint, type Service } from './endpoint.ts';
import type { EncryptionContext, KmsKey } from './master-key.ts';
import { quietly } from './quiet.node.ts';
import { sessionName } from './session.node.ts';

/** AWS KMS on the SDK: credentials, profiles, roles and endpoints come from wherever the SDK looks for them. */
export const client: KeyClient<KmsKey> = { wrap, unwrap };

async function wrap(dataKey: Uint8Array, masterKey: KmsKey, context: Context): Promise<string> {
  const { EncryptCommand } = await import('@aws-sdk/client-kms');
  const input = { KeyId: masterKey.arn, Plaintext: dataKey, EncryptionContext: requestContext(masterKey.encryptionContext) };
  const answer = await ask('DATA_KEY_UNWRAPPABLE', 'cannot wrap', masterKey, async () =>
    (await connect(masterKey, context)).send(new EncryptCommand(input), abort(context)),
  );
  return Buffer.from(blob(answer.CiphertextBlob)).toString('base64');
}

async function unwrap({ masterKey, wrapped }: WrappedKey<KmsKey>, context: Context): Promise<Uint8Array> {
  const { DecryptCommand } = await import('@aws-sdk/client-kms');
  const input = { KeyId: masterKey.arn, CiphertextBlob: bytesOf(wrapped), EncryptionContext: requestContext(masterKey.encryptionContext) };
  const answer = await ask('DATA_KEY_UNRECOVERABLE', 'cannot unwrap', masterKey, async () =>
    (await connect(masterKey, context)).send(new DecryptCommand(input), abort(context)),
  );
  return blob(answer.Plaintext);
}

function blob(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new SopsError('DATA_KEY_UNRECOVERABLE', 'AWS KMS gave an answer without the data key');
  return bytes;
}

/** A null value takes no part, as in sops. */
const requestContext = (context: EncryptionContext = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(context).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));

const abort = ({ signal }: Context): { abortSignal?: AbortSignal } => (signal === undefined ? {} : { abortSignal: signal });

function bytesOf(wrapped: string): Uint8Array {
  const text = wrapped.replace(/[\r\n]/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new SopsError('MALFORMED_METADATA', 'the data key that AWS KMS wrapped is not base64');
  return bytes;
}

/** Names the key and what the service said, which holds no secret. */
async function ask<T>(code: SopsErrorCode, failure: string, { arn, profile }: KmsKey, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    if (cause instanceof SopsError) throw cause;
    const under = profile === undefined ? '' : ` under profile '${profile}'`;
    throw new SopsError(code, `${failure} with AWS KMS key '${arn}'${under}: ${reason(cause)}`);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gathers the refusals of a name's addresses in an error without a message.
  const [first] = error instanceof AggregateError ? error.errors : [];
  if (error.message === '' && first instanceof Error) return reason(first);
  const message = error.message.replace(/\s*\n\s*/g, '; ');
  return error.name === 'Error' ? message : `${error.name}: ${message}`;
}

/** One client a context, region, profile and role: connections and the sessions of roles are used again. */
const once = rememberingOnce<KMSClient>();

async function connect(masterKey: KmsKey, context: Context): Promise<KMSClient> {
  const { arn, role = '', profile = '' } = masterKey;
  const [, region] = /^arn:aws[\w-]*:kms:(.+):[0-9]+:(?:key|alias)\/.+$/.exec(arn) ?? [];
  if (region === undefined) throw new SopsError('MALFORMED_KEY', `'${arn}' is not the ARN of a key or alias of AWS KMS`);
  return once(context, [region, profile, role].join(' '), async () => createClient(masterKey, region, context));
}

async function createClient({ role, profile }: KmsKey, region: string, context: Context): Promise<KMSClient> {
  const { KMSClient: Client } = await import('@aws-sdk/client-kms');
  const chosen = profile ?? (context.env['AWS_PROFILE'] || undefined);
  const config = settings(region, chosen, context.env);
  const at = async (service: Service): Promise<{ endpoint?: string }> => {
    const url = await endpoint(service, chosen, context);
    return url === undefined ? {} : { endpoint: url };
  };
  const credentials = role === undefined ? {} : { credentials: async () => assumeRole(role, { ...config, ...(await at('sts')) }) };
  const all = { ...config, ...(await at('kms')), ...credentials };
  return quietly(() => new Client(all));
}

type Settings = Pick<KMSClientConfig, 'credentials' | 'profile' | 'region' | 'requestHandler'>;

/** A service that does not answer ends in an error, within the three attempts of the SDK. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/** What the context says outright; the SDK finds the rest (shared files, web identity, SSO, containers, instances). A profile goes before keys in variables. */
function settings(region: string, profile: string | undefined, env: Context['env']): Settings {
  if (profile !== undefined) return { region, requestHandler, profile };
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] ?? env['AWS_ACCESS_KEY'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'] ?? env['AWS_SECRET_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return { region, requestHandler };
  return { region, requestHandler, credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}

/** The credentials of an assumed role; the SDK asks for new ones before they expire. */
interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration?: Date;
}

async function assumeRole(role: string, config: Settings): Promise<Session> {
  const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
  try {
    const { Credentials } = await quietly(() => new STSClient(config)).send(
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: sessionName() }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = Credentials ?? {};
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return Expiration === undefined ? session : { ...session, expiration: Expiration };
  } catch (error) {
    throw new SopsError('DATA_KEY_UNRECOVERABLE', `cannot assume role '${role}': ${reason(error)}`);
  }
}
