import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import { fieldIn, textIn } from '../../services/json-field.ts';
import { ServiceFailure } from '../../services/service-failure.ts';
import { telling, type Telling } from '../key-failure.ts';
import type { KeyClient } from '../keysource.ts';
import type { AzureKvKey } from './master-key.ts';
import { askVault } from './client-vault.ts';

/** Azure Key Vault over its REST interface, with tokens of the identity SDK. There is no `rewrap`: the service has no such request. */
export const client: KeyClient<AzureKvKey> = { wrap, unwrap, complete };

const failing = (code: SopsErrorCode, failure: string, { vaultUrl, name, version }: AzureKvKey): Telling => ({
  code,
  failure: `${failure} Azure Key Vault key '${vaultUrl}/keys/${name}/${version}'`,
});

async function wrap(dataKey: Uint8Array, masterKey: AzureKvKey, context: Context, signal?: AbortSignal): Promise<string> {
  const value = Buffer.from(dataKey).toString('base64url');
  return telling(failing('DATA_KEY_UNWRAPPABLE', 'cannot wrap with', masterKey), async () => {
    const answer = await askVault({ masterKey, operation: 'encrypt', value }, context, signal);
    return bytesIn(answer).toString('base64url');
  });
}

async function unwrap({ masterKey, wrapped }: WrappedKey<AzureKvKey>, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  const value = wrapped.replaceAll(/[\r\n]/g, '');
  if (value === '' || !isBase64Url(value))
    throw new SopsError('MALFORMED_METADATA', 'the data key that Azure Key Vault wrapped is not base64url');
  return telling(failing('DATA_KEY_UNRECOVERABLE', 'cannot unwrap with', masterKey), async () =>
    bytesIn(await askVault({ masterKey, operation: 'decrypt', value }, context, signal)),
  );
}

/** Finds the newest version of a key that was named without. */
async function complete(masterKey: AzureKvKey, context: Context, signal?: AbortSignal): Promise<AzureKvKey> {
  if (masterKey.version !== '') return masterKey;
  return telling(failing('DATA_KEY_UNWRAPPABLE', 'cannot find the newest version of', masterKey), async () => {
    const answer = await askVault({ masterKey, operation: 'get' }, context, signal);
    const [, version] = /\/keys\/[^/]+\/([^/]+)$/.exec(textIn(fieldIn(answer, 'key'), 'kid')) ?? [];
    if (version === undefined) throw new ServiceFailure('the answer of the vault names no version');
    return { ...masterKey, version };
  });
}

/** The bytes that an answer holds; throws for an answer without. */
function bytesIn(answer: unknown): Buffer {
  const value = textIn(answer, 'value').replace(/=+$/, '');
  if (value === '' || !isBase64Url(value)) throw new ServiceFailure('the answer of the vault is malformed');
  return Buffer.from(value, 'base64url');
}

const isBase64Url = (text: string): boolean => Buffer.from(text, 'base64url').toString('base64url') === text;
