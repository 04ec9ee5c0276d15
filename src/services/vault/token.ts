import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { rememberingWhile } from '../lasting.ts';
import type { Vault } from './ask.ts';
import { logIn, loginMethod } from './login.ts';
import { setting } from './variables.ts';

/** A token, if there is one, and where it is from, for whoever must be told that it does not do. */
export interface Token {
  readonly value: string | undefined;
  readonly from: string | undefined;
  /** Whether another login would bring another. */
  readonly renewable: boolean;
  /** What it is from, where that is a login. */
  readonly login?: Login;
}

/** What a login gave. */
interface Login {
  readonly token: string;
}

/** Logins are good until Vault says otherwise. */
const logins = rememberingWhile<Login>((login) => !refusedLogins.has(login));
const refusedLogins = new WeakSet<Login>();

/**
 * The token for a server: of a login where `SOPSMITH_VAULT_AUTH` says how, else of `VAULT_TOKEN`, else of `~/.vault-token`, where `vault login` leaves it. None is no
 * error: an agent may add its own. A login is done once a run and server; again in place of a token that Vault refused.
 */
export async function tokenFor(vault: Vault, refused?: Token): Promise<Token> {
  const { address, context, signal } = vault;
  const method = loginMethod(context.env);
  if (method === undefined) return ownToken(context);
  if (refused?.login !== undefined) refusedLogins.add(refused.login);
  const make = async (unwanted: AbortSignal): Promise<Login> => ({ token: await logIn(method, { ...vault, signal: unwanted }) });
  const login = await logins(context, address, make, signal);
  return { value: login.token, from: `the token of the login by ${method}`, renewable: refused === undefined, login };
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
