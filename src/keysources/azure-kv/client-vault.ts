import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { sendJson } from '../http.node.ts';
import { rememberingWhile } from '../lasting.ts';
import { type Challenge, readChallenge, type Token } from './challenge.ts';
import { requestToken } from './client-credentials.ts';
import { explain, type Operation } from './explain.ts';
import type { AzureKvKey } from './master-key.ts';

/** What is asked of a vault about a key. */
export interface VaultRequest {
  readonly masterKey: AzureKvKey;
  readonly operation: Operation;
  /** To encrypt or decrypt, as base64url. */
  readonly value?: string;
}

/** Of the interface: every cloud has it. */
const apiVersion = '7.4';
const algorithm = 'RSA-OAEP-256';

/** Asks a vault with a token of the credentials at hand; answers the JSON of its answer. Throws an error that says why it refused and what to do. */
export async function askVault(request: VaultRequest, context: Context, signal?: AbortSignal): Promise<unknown> {
  const { operation, value } = request;
  const url = urlOf(request);
  const token = await tokenFor({ method: methodOf(operation), url }, context, signal);
  const { status, json } = await sendJson(
    {
      method: methodOf(operation),
      url: url.href,
      headers: { Authorization: `Bearer ${token}` },
      ...(value === undefined ? {} : { json: { alg: algorithm, value } }),
    },
    context,
    signal,
  );
  if (status === 200) return json;
  throw new Error(explain({ status, json, operation, secrets: [token, value ?? ''] }));
}

const methodOf = (operation: Operation): 'GET' | 'POST' => (operation === 'get' ? 'GET' : 'POST');

function urlOf({ masterKey: { vaultUrl, name, version }, operation }: VaultRequest): URL {
  const vault = URL.canParse(vaultUrl) ? new URL(vaultUrl) : undefined;
  if (vault?.protocol !== 'https:') throw new SopsError('MALFORMED_KEY', `'${vaultUrl}' is not the https address of a vault`);
  const parts = ['keys', ...[name, version].filter((part) => part !== ''), ...(operation === 'get' ? [] : [operation])];
  if (parts.some((part) => /^\.{1,2}$/.test(part)) || name === '')
    throw new SopsError('MALFORMED_KEY', `'${name}' cannot be the name of a key`);
  return new URL(`/${parts.map(encodeURIComponent).join('/')}?api-version=${apiVersion}`, vault);
}

/** What each vault wants, and the tokens, which vaults that want the same share. A token is renewed a while before it ends. */
const challenges = rememberingWhile<Challenge>(() => true);
const tokens = rememberingWhile<Token>(({ expires }, now) => expires - now.getTime() > leeway);
const leeway = 2 * 60 * 1000;

interface Bare {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
}

async function tokenFor(bare: Bare, context: Context, signal: AbortSignal | undefined): Promise<string> {
  const challenge = await challenges(context, bare.url.host, async () => challengeOf(bare, context, signal));
  const { scope, tenantId = '', authorityHost } = challenge;
  const token = await tokens(context, [scope, tenantId, authorityHost].join(' '), async () => requestToken(challenge, context, signal));
  return token.text;
}

/** A request without token and body tells what it takes; nothing of it is secret. */
async function challengeOf({ method, url }: Bare, context: Context, signal: AbortSignal | undefined): Promise<Challenge> {
  const { status, headers } = await sendJson({ method, url: url.href }, context, signal);
  const challenge = readChallenge(headers['www-authenticate'] ?? '', url);
  if (challenge !== undefined) return challenge;
  throw new Error(`${url.host} does not ask for a token as a vault does (status ${status}): is it Azure Key Vault?`);
}
