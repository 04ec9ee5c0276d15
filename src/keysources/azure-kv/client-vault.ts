import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { sendJson } from '../../services/http.node.ts';
import { ServiceFailure } from '../key-failure.ts';
import { rememberingWhile } from '../../services/lasting.ts';
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
  const method = methodOf(operation);
  const attempt = async (mayRenew: boolean): Promise<unknown> => {
    const token = await tokenFor({ method, url }, context, signal);
    const headers = { Authorization: `Bearer ${token.text}` };
    const content = value === undefined ? {} : { json: { alg: algorithm, value } };
    const { status, json } = await sendJson({ method, url: url.href, headers, ...content }, context, signal);
    if (status === 200) return json;
    // A token that was kept for long may have been revoked.
    if (status === 401) refused.add(token);
    if (status === 401 && mayRenew) return attempt(false);
    throw new ServiceFailure(explain({ status, json, operation, secrets: [token.text, value ?? ''] }));
  };
  return attempt(true);
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

/** What each vault wants, and the tokens, which vaults that want the same share. A token is renewed a while before it ends, and when a vault does not take it. */
const challenges = rememberingWhile<Challenge>(() => true);
const tokens = rememberingWhile<Token>((token, now) => token.expires - now.getTime() > leeway && !refused.has(token));
const refused = new WeakSet<Token>();
const leeway = 2 * 60 * 1000;

interface Bare {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
}

async function tokenFor(bare: Bare, context: Context, signal: AbortSignal | undefined): Promise<Token> {
  const challenge = await challenges(context, bare.url.host, async (unwanted) => challengeOf(bare, context, unwanted), signal);
  const { scope, tenantId = '', authorityHost } = challenge;
  const name = [scope, tenantId, authorityHost].join(' ');
  return tokens(context, name, async (unwanted) => requestToken(challenge, context, unwanted), signal);
}

/** A request without token and body tells what it takes; nothing of it is secret. */
async function challengeOf({ method, url }: Bare, context: Context, signal: AbortSignal): Promise<Challenge> {
  const { status, headers } = await sendJson({ method, url: url.href }, context, signal);
  const challenge = readChallenge(headers['www-authenticate'] ?? '', url);
  if (challenge !== undefined) return challenge;
  throw new ServiceFailure(`${url.host} does not ask for a token as a vault does (status ${status}): is it Azure Key Vault?`);
}
