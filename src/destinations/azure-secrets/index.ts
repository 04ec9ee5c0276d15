import { SopsError } from '../../errors.ts';
import { defineDestination, type Destination } from '../destination.ts';
import { checkLimits, joined, type Limits, mapped } from '../limits.ts';
import { type SecretVault, secretUrl } from './place.ts';

const limits: Limits = {
  service: 'Azure Key Vault',
  name: /^[A-Za-z0-9-]{1,127}$/,
  nameIs: 'it has 127 letters at most',
  least: 0,
  most: 25_600,
  tags: 15,
  tagName: /^[^\p{Cc}]{1,256}$/u,
  tagValue: /^[^\p{Cc}]{0,256}$/u,
  description: 0,
};

/** Secrets of Azure Key Vault. */
export const azureSecrets: Destination = defineDestination<SecretVault>({
  kind: 'azure_secrets',
  takes: 'secrets',
  config: { chosenBy: 'azure_secrets_vault', texts: ['azure_secrets_vault', 'azure_secrets_prefix'], integers: [] },
  fromRule: ({ text }) => {
    const address = text('azure_secrets_vault');
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== 'https:' || url.pathname !== '/' || url.username !== '')
      throw new SopsError('MALFORMED_CONFIG', 'azure_secrets_vault is not the address of a vault, as https://NAME.vault.azure.net');
    return { kind: 'azure_secrets', vault: url.origin, prefix: text('azure_secrets_prefix') };
  },
  describe: secretUrl,
  secretIs: 'text',
  marks: () => 'always',
  prefixOf: ({ prefix }) => prefix,
  nameOf: ({ prefix }, file, key) => mapped(joined(prefix, file, key, '-'), /[^A-Za-z0-9-]/g),
  sameName: (name) => name.toLowerCase(),
  check: (_, secret) => checkLimits(secret, limits),
  load: async () => (await import('./client.ts')).client,
  operator: async () => (await import('./operator.ts')).operator,
});
