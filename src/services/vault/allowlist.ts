import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { withoutUser } from './address.ts';

const variable = 'SOPS_HC_VAULT_ALLOWLIST';

/**
 * Throws `MALFORMED_KEY` for a server that `SOPS_HC_VAULT_ALLOWLIST` does not allow: `all`, `none`, or beginnings of addresses with commas between them; all where it is not
 * set. The address of the server stands in the file, and whoever wrote the file would get the token.
 */
export function checkAllowed(address: string, env: Context['env']): void {
  const list = env[variable] || 'all';
  if (list !== 'all' && !names(list, address)) throw new SopsError('MALFORMED_KEY', `${variable} does not allow '${withoutUser(address)}'`);
}

/**
 * Throws `MALFORMED_KEY` unless the environment itself names the server, in `VAULT_ADDR`, `BAO_ADDR` or `SOPS_HC_VAULT_ALLOWLIST`. Logging in gives away more than one
 * token, so no server gets to see a credential only because a file says so.
 */
export function checkNamed(address: string, env: Context['env']): void {
  const list = env[variable] ?? '';
  const own = [env['VAULT_ADDR'], env['BAO_ADDR']].flatMap((named) => (named ? [named] : []));
  if (list === 'all' || (list !== '' && names(list, address)) || own.some((named) => begins(address, named))) return;
  throw new SopsError(
    'MALFORMED_KEY',
    `no login at '${withoutUser(address)}', which only the file names: set VAULT_ADDR to it, or list it in ${variable}, if it is to get the credentials`,
  );
}

function names(list: string, address: string): boolean {
  if (list === 'none') return false;
  const entries = list.split(',').map((entry) => entry.replaceAll(/^ +| +$/g, ''));
  const empty = entries.indexOf('');
  if (empty !== -1) throw new SopsError('MALFORMED_KEY', `entry ${empty + 1} of ${variable} is empty`);
  return entries.some((entry) => begins(address, entry));
}

const withSlash = (address: string): string => (address.endsWith('/') ? address : `${address}/`);
const begins = (address: string, beginning: string): boolean => withSlash(address).startsWith(withSlash(beginning));
