// Secrets in Azure Key Vault (a small server of ours, which Azure's own client was tried with): what holds of every destination for secrets.
import { startAzure } from '../peers/azure.ts';
import type { SecretLook } from '../peers/azure-secrets.ts';
import { lacks } from '../support/peers.ts';
import { type SecretService, testSecrets } from './secrets-contract.ts';

async function start(): Promise<SecretService> {
  const azure = await startAzure();
  const token = { accessToken: 'given.long-ago.token', expires_on: 4_102_444_800 };
  return {
    rule: { azure_secrets_vault: azure.vault, azure_secrets_prefix: 'prod-' },
    name: (file, key) => `prod-${file}${key === undefined ? '' : `-${key}`}`.replaceAll(/[^0-9A-Za-z-]/g, '-'),
    env: azure.env,
    denied: { env: azure.denied, says: /access denied: the permission secrets\/get is missing \(role Key Vault Secrets Officer\)/ },
    expired: { env: await azure.az(`echo '${JSON.stringify(token)}'`), says: /the vault does not take the token: sign in again/ },
    throttled: /the vault is throttled: try again later/,
    secret: async (name) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what our own server answers
      const look = (await azure.control(`look?name=${name}`)) as SecretLook | null;
      return look ?? undefined;
    },
    make: async (name, text) => void (await azure.control(`make?name=${name}`, text)),
    faults: async (plan) => void (await azure.control('faults', JSON.stringify(plan ?? null))),
    close: async () => azure.close(),
  };
}

testSecrets('Azure Key Vault', start, lacks('sops', 'age-keygen'));
