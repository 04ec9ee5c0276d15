import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { HttpFailure } from '../http-failure.ts';
import { type JsonAnswer, sendJson } from '../http.node.ts';
import { checkAllowed } from './allowlist.ts';
import { type Settings, settingsOf } from './settings.ts';
import { ownAddress } from './variables.ts';

/** A server of Vault, and what a request to it needs. */
export interface Vault {
  /** As the file names it. */
  readonly address: string;
  /** Whom to ask: the server itself, or an agent that stands in for it. */
  readonly base: string;
  /** Throws `MALFORMED_KEY` for an address that a standby must not send us to. */
  readonly check: (address: string) => void;
  readonly settings: Settings;
  readonly context: Context;
  readonly signal: AbortSignal | undefined;
}

/** The server of a master key, if the environment allows it; throws `MALFORMED_KEY`. */
export async function vaultAt(address: string, context: Context, signal: AbortSignal | undefined): Promise<Vault> {
  const check = (other: string): void => checkAllowed(other, context.env);
  check(address);
  const settings = await settingsOf(context);
  return { address, base: settings.agent ?? address, check, settings, context, signal };
}

/** A server that the user names; without, that of the environment. What a file says of keys does not matter here, so that no list of servers does. */
export async function ownVault(address: string | undefined, context: Context, signal: AbortSignal | undefined): Promise<Vault> {
  const settings = await settingsOf(context);
  const named = address ?? ownAddress(context.env);
  return { address: named, base: address ?? settings.agent ?? named, check: () => undefined, settings, context, signal };
}

/** Reads what stands at a path below `/v1/`: see {@link ask}. */
export const read = async (vault: Vault, path: readonly string[], token: string | undefined): Promise<JsonAnswer> =>
  exchange(vault, path, { method: 'GET', ...showing(token) });

/**
 * Has Vault do what stands at a path below `/v1/` (each part of it is encoded here). A standby that sends us to the active server is followed once, as Vault's client does.
 * Throws {@link HttpFailure}, and `MALFORMED_KEY` for an address or a path that leads elsewhere.
 */
export const ask = async (vault: Vault, path: readonly string[], json: object, token: string | undefined): Promise<JsonAnswer> =>
  exchange(vault, path, { method: 'PUT', body: JSON.stringify(json), ...showing(token) });

/** The names below a path, those of folders with a slash at the end: see {@link ask}. */
export const list = async (vault: Vault, path: readonly string[], token: string | undefined): Promise<JsonAnswer> =>
  exchange(vault, path, { method: 'GET', query: '?list=true', ...showing(token) });

/** Deletes what stands at a path: see {@link ask}. */
export const remove = async (vault: Vault, path: readonly string[], token: string | undefined): Promise<JsonAnswer> =>
  exchange(vault, path, { method: 'DELETE', ...showing(token) });

/** {@link ask} with JSON as it stands: numbers in it may have more digits than a number of JavaScript. */
export const askText = async (vault: Vault, path: readonly string[], body: string, token: string | undefined): Promise<JsonAnswer> =>
  exchange(vault, path, { method: 'PUT', body, ...showing(token) });

const showing = (token: string | undefined): { readonly token?: string } => (token === undefined ? {} : { token });

interface Question {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly query?: '?list=true';
  readonly body?: string;
  readonly token?: string;
}

async function exchange(vault: Vault, path: readonly string[], { method, query, body, token }: Question): Promise<JsonAnswer> {
  const { settings, context } = vault;
  const place = placeOf(vault.base);
  const url = `${place.base}/v1/${path.map(encoded).join('/')}${query ?? ''}`;
  const headers = {
    ...settings.headers,
    ...place.headers,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(token === undefined ? {} : { 'X-Vault-Token': token }),
  };
  const { tls, proxy, timeout, retries } = settings;
  const how = {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    tls,
    ...(proxy === undefined ? {} : { proxy }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
  } as const;
  const answer = await sendJson({ ...how, url, ...(place.socket === undefined ? {} : { socket: place.socket }) }, context, vault.signal);
  return isRedirect(answer) ? sendJson({ ...how, url: redirected(answer, url, vault) }, context, vault.signal) : answer;
}

/** Where an address leads: a URL without its user, the header that stands for the user, or a Unix socket. */
interface Place {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly socket?: string;
}

function placeOf(address: string): Place {
  if (address.startsWith('unix://')) return { base: 'http://localhost', headers: {}, socket: address.slice('unix://'.length) };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new SopsError('MALFORMED_KEY', `the address of Vault is not a URL of http or https`);
  const { origin, pathname } = url;
  return { base: `${origin}${pathname.replace(/\/+$/, '')}`, headers: userOf(url) };
}

function userOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  try {
    return { Authorization: `Basic ${Buffer.from(decodeURIComponent(`${username}:${password}`)).toString('base64')}` };
  } catch {
    throw new SopsError('MALFORMED_KEY', `the user in the address of Vault is malformed`);
  }
}

/** What every request shows of who asks, beside the token: values of `VAULT_HEADERS`, and the user in the address. No message may repeat them. */
export const confided = ({ base, settings }: Vault): readonly string[] =>
  Object.entries({ ...settings.headers, ...placeOf(base).headers }).flatMap(([name, value]) =>
    /^x-vault-/i.test(name) || value.length < shortestSecret ? [] : [value],
  );
/** What is shorter is a word like `true`, which messages need. */
const shortestSecret = 6;

/** A part of a path; a file must not lead a token to another path than that of a key. */
function encoded(part: string): string {
  if (/^\.{0,2}$/.test(part)) throw new SopsError('MALFORMED_KEY', `'${part}' cannot be part of a path of Vault`);
  return encodeURIComponent(part);
}

const isRedirect = ({ status, headers }: JsonAnswer): boolean => [301, 302, 307, 308].includes(status) && headers['location'] !== undefined;

function redirected({ headers }: JsonAnswer, from: string, { settings, check }: Vault): string {
  const target = headers['location'] ?? '';
  const url = URL.canParse(target, from) ? new URL(target, from) : undefined;
  const refuse = (why: string): HttpFailure =>
    new HttpFailure('malformed', `${new URL(from).host} sends us to ${url?.origin ?? 'nowhere'}, ${why}`);
  if (url === undefined) throw refuse('which is no URL');
  if (!settings.followsRedirect) throw refuse('and VAULT_DISABLE_REDIRECTS forbids to go there');
  if (url.protocol !== 'https:' && from.startsWith('https:')) throw refuse('where the token would not be safe');
  check(url.origin);
  return url.href;
}
