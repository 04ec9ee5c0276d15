import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { askVault as ask } from '../../services/azure/client-vault.ts';
import { ServiceFailure } from '../../services/service-failure.ts';
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
  const content = value === undefined ? {} : { json: { alg: algorithm, value } };
  const method = operation === 'get' ? 'GET' : 'POST';
  const { status, json, token } = await ask({ method, url: urlOf(request), ...content }, context, signal);
  if (status === 200) return json;
  throw new ServiceFailure(explain({ status, json, operation, secrets: [token, value ?? ''] }));
}

function urlOf({ masterKey: { vaultUrl, name, version }, operation }: VaultRequest): URL {
  const vault = URL.canParse(vaultUrl) ? new URL(vaultUrl) : undefined;
  if (vault?.protocol !== 'https:') throw new SopsError('MALFORMED_KEY', `'${vaultUrl}' is not the https address of a vault`);
  const parts = ['keys', ...[name, version].filter((part) => part !== ''), ...(operation === 'get' ? [] : [operation])];
  if (parts.some((part) => /^\.{1,2}$/.test(part)) || name === '')
    throw new SopsError('MALFORMED_KEY', `'${name}' cannot be the name of a key`);
  return new URL(`/${parts.map(encodeURIComponent).join('/')}?api-version=${apiVersion}`, vault);
}
