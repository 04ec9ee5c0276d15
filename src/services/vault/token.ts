import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { HttpFailure } from '../../keysources/http-failure.ts';
import type { Vault } from './ask.ts';
import { logIn, loginMethod } from './login.ts';
import { setting } from './settings.ts';

/** A token, if there is one, and where it is from, for whoever must be told that it does not do. */
export interface Token {
  readonly value: string | undefined;
  readonly from: string | undefined;
  /** Whether another login would bring another. */
  readonly renewable: boolean;
}

/** Logins that are good until Vault says otherwise, by server. */
const logins = new WeakMap<Context, Map<string, Promise<string>>>();

/**
 * The token for a server: of a login where `SOPSMITH_VAULT_AUTH` says how, else of `VAULT_TOKEN`, else of `~/.vault-token`, where `vault login` leaves it. None is no
 * error: an agent may add its own. A login is done once a run and server; again in place of a token that Vault refused.
 */
export async function tokenFor(vault: Vault, refused?: string): Promise<Token> {
  const { address, context } = vault;
  const method = loginMethod(context.env);
  if (method === undefined) return ownToken(context);
  const known = logins.get(context) ?? new Map<string, Promise<string>>();
  logins.set(context, known);
  const before = known.get(address);
  const isStale = refused !== undefined && (await before) === refused && known.get(address) === before;
  // Others may wait for the same login, so that one of them who no longer does must not end it.
  const login = before === undefined || isStale ? logIn(method, { ...vault, signal: undefined }) : (known.get(address) ?? before);
  known.set(address, login);
  const value = await whileWanted(login, vault.signal);
  return { value, from: `the token of the login by ${method}`, renewable: refused === undefined };
}

async function whileWanted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new HttpFailure('stopped', 'the login was given up'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function ownToken({ env, files }: Context): Promise<Token> {
  const value = setting('TOKEN', env);
  if (value !== undefined) return printable({ value, from: 'VAULT_TOKEN', renewable: false });
  const file = files.home === undefined ? undefined : await files.read(`${files.home}/.vault-token`);
  const kept = file === undefined ? '' : new TextDecoder().decode(file).trim();
  if (kept !== '') return printable({ value: kept, from: 'the token in ~/.vault-token', renewable: false });
  return { value: undefined, from: undefined, renewable: false };
}

function printable(token: Token): Token {
  if (!/^[!-~]*$/.test(token.value ?? ''))
    throw new SopsError('MALFORMED_KEY', `${token.from ?? 'the token'} contains characters that no token has`);
  return token;
}
