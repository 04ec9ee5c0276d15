import { listed, textField, textItem } from '../fields.ts';
import { defineKeySource, type KeySource } from '../keysource.ts';
import { hcVaultKey, type HcVaultKey } from './master-key.ts';

/** Keys of the transit engine of HashiCorp Vault or OpenBao. */
export const hcVault: KeySource = defineKeySource<HcVaultKey>({
  kind: 'hc_vault',
  list: 'hc_vault',
  dated: true,
  flag: {
    name: 'hc-vault-transit',
    env: 'SOPS_VAULT_URIS',
    help: "comma separated list of Vault key URIs (e.g. 'https://vault.example.org:8200/v1/transit/keys/dev')",
  },
  config: { rule: 'hc_vault_transit_uri', group: 'hc_vault', item: { text: true } },
  parse: (text) => listed(text).map(hcVaultKey),
  fromGroup: (item) => listed(textItem(item, 'hc_vault')).map(hcVaultKey),
  fromFields: (fields) => ({
    kind: 'hc_vault',
    vaultAddress: textField(fields, 'vault_address', 'hc_vault'),
    enginePath: textField(fields, 'engine_path', 'hc_vault'),
    keyName: textField(fields, 'key_name', 'hc_vault'),
  }),
  toFields: ({ vaultAddress, enginePath, keyName }) => ({ engine_path: enginePath, key_name: keyName, vault_address: vaultAddress }),
  describe: ({ vaultAddress, enginePath, keyName }) => `${vaultAddress}/v1/${enginePath}/keys/${keyName}`,
  load: async () => (await import('./client.ts')).client,
});
