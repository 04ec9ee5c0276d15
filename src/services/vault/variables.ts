import type { Context } from '../../ports.ts';

/** A variable of Vault: `VAULT_NAME`, else OpenBao's `BAO_NAME`; an empty one counts as none. */
export const setting = (name: string, env: Context['env']): string | undefined => env[`VAULT_${name}`] || env[`BAO_${name}`] || undefined;

const defaultAddress = 'https://127.0.0.1:8200';

/** The address of the server that the environment names, as Vault's own client has it. */
export const ownAddress = (env: Context['env']): string => setting('ADDR', env) ?? defaultAddress;
