import { SopsError } from '../../errors.ts';
import type { MasterKey } from '../../metadata/metadata.ts';

/** A key of Azure Key Vault. */
export interface AzureKvKey extends MasterKey {
  readonly kind: 'azure_kv';
  /** `https://NAME.vault.azure.net`. */
  readonly vaultUrl: string;
  readonly name: string;
  /** May be empty where the key was named without: then the newest is meant, and wrapping fills it in. */
  readonly version: string;
}

/** Reads `https://VAULT/keys/NAME`, with or without `/VERSION`; throws `MALFORMED_KEY`. */
export function azureKvKey(text: string): AzureKvKey {
  const [, vaultUrl, name, version = ''] = /^(https:\/\/[^/]+)\/keys\/([^/]+)(?:\/([^/]*))?$/.exec(text.trim()) ?? [];
  if (vaultUrl === undefined || name === undefined) {
    throw new SopsError('MALFORMED_KEY', `'${text}' is not a key of Azure Key Vault: expected https://VAULT/keys/NAME/VERSION`);
  }
  return { kind: 'azure_kv', vaultUrl, name, version };
}
