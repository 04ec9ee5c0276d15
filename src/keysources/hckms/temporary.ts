import type { Context } from '../../ports.ts';
import { type JsonAnswer, send, sendJson } from '../../services/http.node.ts';
import { fieldIn, textIn } from '../../services/json-field.ts';
import { ServiceFailure } from '../../services/service-failure.ts';
import { explain } from './explain.ts';
import type { Signer } from './signature.node.ts';

/** Credentials that end. */
export interface Temporary extends Signer {
  /** Milliseconds since 1970. */
  readonly expires: number;
}
/** An identity provider that IAM trusts, and the token it gave. */
export interface Provider {
  readonly id: string;
  readonly tokenFile: string;
  /** URL of IAM. */
  readonly iam: string;
}

const metadata = 'http://169.254.169.254';
const sixHours = 21_600;
/** Where there is no metadata service nobody answers. */
const briefly = { timeout: 3_000, retries: 0 } as const;

/** The credentials of the agency of the machine that we run on; throws where there is none. */
export async function fromMachine(context: Context, signal?: AbortSignal): Promise<Temporary> {
  const headers = { 'X-Metadata-Token-Ttl-Seconds': String(sixHours) };
  const { status, body } = await send(
    { method: 'PUT', url: `${metadata}/meta-data/latest/api/token`, headers, ...briefly },
    context,
    signal,
  );
  // Metadata services of old know no tokens.
  const token: Record<string, string> = status === 200 ? { 'X-Metadata-Token': new TextDecoder().decode(body) } : {};
  const url = `${metadata}/openstack/latest/securitykey`;
  const answer = await sendJson({ method: 'GET', url, headers: token, ...briefly }, context, signal);
  return credentialIn(accepted(answer, 'the metadata service'), 'credential');
}

/** The credentials of the pod that we run in, which variables lead to; throws where they do not. */
export async function fromPod(context: Context, signal?: AbortSignal): Promise<Temporary> {
  const { HC_CONTAINER_CREDENTIALS_FULL_URI: url, HC_CONTAINER_AUTHORIZATION_TOKEN_FILE: file } = context.env;
  if (!url || !file)
    throw new ServiceFailure('HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not both set');
  const headers = { Authorization: await tokenIn(file, context) };
  const answer = await sendJson({ method: 'POST', url, headers, json: {}, timeout: 10_000 }, context, signal);
  return credentialIn(accepted(answer, "the pod's identity"), 'credentials');
}

/** Exchanges the token of an identity provider, such as a CI job has, for credentials; throws where IAM does not. */
export async function fromProvider({ id, tokenFile, iam }: Provider, context: Context, signal?: AbortSignal): Promise<Temporary> {
  const given = { auth: { id_token: { id: await tokenIn(tokenFile, context) } } };
  const tokens = { method: 'POST', url: `${iam}/v3.0/OS-AUTH/id-token/tokens`, headers: { 'X-Idp-Id': id }, json: given } as const;
  const { headers } = accepted(await sendJson(tokens, context, signal), 'IAM');
  const identity = { methods: ['token'], token: { id: headers['x-subject-token'] ?? '', duration_seconds: sixHours } };
  const keys = { method: 'POST', url: `${iam}/v3.0/OS-CREDENTIAL/securitytokens`, json: { auth: { identity } } } as const;
  return credentialIn(accepted(await sendJson(keys, context, signal), 'IAM'), 'credential');
}

async function tokenIn(file: string, { files }: Context): Promise<string> {
  const content = await files.read(file);
  const token = content === undefined ? '' : new TextDecoder().decode(content).trim();
  if (token === '') throw new ServiceFailure(`there is no token in '${file}'`);
  return token;
}

/** What they send holds the credentials, so nothing of it is told but a fault. */
function accepted(answer: JsonAnswer, who: string): JsonAnswer {
  if (answer.status >= 200 && answer.status <= 299) return answer;
  throw new ServiceFailure(`${who} gives no credentials: ${explain(answer)}`);
}

function credentialIn({ json }: JsonAnswer, name: string): Temporary {
  const credential = fieldIn(json, name);
  const text = (...names: readonly string[]): string => names.map((each) => textIn(credential, each)).find((found) => found !== '') ?? '';
  const [accessKey, secretKey] = [text('access', 'accessKeyId'), text('secret', 'secretAccessKey')];
  const expires = Date.parse(text('expires_at', 'expiration'));
  if (accessKey === '' || secretKey === '' || Number.isNaN(expires)) throw new ServiceFailure('temporary credentials are malformed');
  return { accessKey, secretKey, securityToken: text('securitytoken', 'securityToken'), expires };
}
