import type { Context } from '../../ports.ts';
import { type HttpRequest, type JsonAnswer, sendJson } from '../http.node.ts';
import { rememberingWhile } from '../lasting.ts';
import { ServiceFailure } from '../service-failure.ts';
import { type Challenge, readChallenge, type Token } from './challenge.ts';
import { requestToken } from './client-credentials.ts';

/** What is asked of a vault. */
export interface VaultRequest {
  readonly method: HttpRequest['method'];
  /** With the version of the interface in it. */
  readonly url: URL;
  readonly json?: object;
}

/** What a vault said, and the token that it was shown, which no error may repeat. */
export interface VaultAnswer extends JsonAnswer {
  readonly token: string;
}

/**
 * Asks a vault (its keys, its secrets) with a token of the credentials at hand, for which the vault says what it takes. Statuses such as 403 are answers. Throws {@link ServiceFailure}
 * and `HttpFailure`.
 */
export async function askVault(request: VaultRequest, context: Context, signal?: AbortSignal): Promise<VaultAnswer> {
  const { method, url, json } = request;
  const attempt = async (mayRenew: boolean): Promise<VaultAnswer> => {
    const token = await tokenFor(request, context, signal);
    const headers = { Authorization: `Bearer ${token.text}` };
    const answer = await sendJson({ method, url: url.href, headers, ...(json === undefined ? {} : { json }) }, context, signal);
    // A token that was kept for long may have been revoked.
    if (answer.status === 401) refused.add(token);
    return answer.status === 401 && mayRenew ? attempt(false) : { ...answer, token: token.text };
  };
  return attempt(true);
}

/** What each vault wants, and the tokens, which vaults that want the same share. A token is renewed a while before it ends, and when a vault does not take it. */
const challenges = rememberingWhile<Challenge>(() => true);
const tokens = rememberingWhile<Token>((token, now) => token.expires - now.getTime() > leeway && !refused.has(token));
const refused = new WeakSet<Token>();
const leeway = 2 * 60 * 1000;

type Bare = Pick<VaultRequest, 'method' | 'url'>;

async function tokenFor(bare: Bare, context: Context, signal: AbortSignal | undefined): Promise<Token> {
  const challenge = await challenges(context, bare.url.host, async (unwanted) => challengeOf(bare, context, unwanted), signal);
  const { scope, tenantId = '', authorityHost } = challenge;
  const name = [scope, tenantId, authorityHost].join(' ');
  return tokens(context, name, async (unwanted) => requestToken(challenge, context, unwanted), signal);
}

/** A request without token and body tells what it takes; nothing of it is secret, and it asks for no change. */
async function challengeOf({ method, url }: Bare, context: Context, signal: AbortSignal): Promise<Challenge> {
  const { status, headers } = await sendJson({ method: method === 'POST' ? 'POST' : 'GET', url: url.href }, context, signal);
  const challenge = readChallenge(headers['www-authenticate'] ?? '', url);
  if (challenge !== undefined) return challenge;
  throw new ServiceFailure(`${url.host} does not ask for a token as a vault does (status ${status}): is it Azure Key Vault?`);
}
