import { itemField, listed, textField } from '../fields.ts';
import { defineKeySource, type KeySource } from '../keysource.ts';
import { azureKvKey, type AzureKvKey } from './master-key.ts';

/** Keys of Azure Key Vault. */
export const azureKv: KeySource = defineKeySource<AzureKvKey>({
  kind: 'azure_kv',
  list: 'azure_kv',
  dated: true,
  flag: { name: 'azure-kv', env: 'SOPS_AZURE_KEYVAULT_URLS', help: 'comma separated list of Azure Key Vault URLs' },
  config: {
    rule: 'azure_keyvault',
    group: 'azure_keyvault',
    item: {
      fields: {
        vaultUrl: { help: 'the vault, as https://NAME.vault.azure.net', required: true },
        key: { help: 'the name of the key', required: true },
        version: { help: 'the version of the key; the newest where none is given' },
      },
    },
  },
  parse: (text) => listed(text).map(azureKvKey),
  fromGroup: (item) => [
    {
      kind: 'azure_kv',
      vaultUrl: itemField(item, 'vaultUrl', 'azure_keyvault'),
      name: itemField(item, 'key', 'azure_keyvault'),
      version: itemField(item, 'version', 'azure_keyvault'),
    },
  ],
  fromFields: (fields) => ({
    kind: 'azure_kv',
    vaultUrl: textField(fields, 'vault_url', 'azure_kv'),
    name: textField(fields, 'name', 'azure_kv'),
    version: textField(fields, 'version', 'azure_kv'),
  }),
  toFields: ({ vaultUrl, name, version }) => ({ name, vault_url: vaultUrl, version }),
  describe: ({ vaultUrl, name, version }) => `${vaultUrl}/keys/${name}/${version}`,
  leavesOpen: ({ version }) => version === '',
  load: async () => (await import('./client.ts')).client,
});
