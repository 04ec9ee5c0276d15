import { SopsError } from '../../errors.ts';
import type { OperatorLogin, OperatorSettings, OperatorStore } from '../destination.ts';
import { accountRef, refuseUseless, secretKeyRef } from '../operator-login.ts';
import type { SecretVault } from './place.ts';

export const operator: OperatorStore<SecretVault> = {
  nameOf: ({ vault }) => `azure-key-vault-${new URL(vault).host.replace(/\.vault\.azure\.net$/, '')}`,
  provider: ({ vault }, login) => {
    refuseUseless('Azure', login, 'role');
    return { azurekv: { vaultUrl: vault, environmentType: cloudOf(vault), tenantId: login.tenant, ...authOf(login) } };
  },
  keyOf: (_, name) => name,
};

/** Clouds other than the public one, by the names of their vaults. */
const clouds: ReadonlyMap<string, string> = new Map([
  ['.vault.usgovcloudapi.net', 'USGovernmentCloud'],
  ['.vault.azure.cn', 'ChinaCloud'],
  ['.vault.microsoftazure.de', 'GermanCloud'],
]);

const cloudOf = (vault: string): string | undefined => [...clouds].find(([ending]) => new URL(vault).hostname.endsWith(ending))?.[1];

function authOf({ serviceAccount, secret, tenant }: OperatorLogin): OperatorSettings {
  if (serviceAccount !== undefined) return { authType: 'WorkloadIdentity', ...accountRef(serviceAccount) };
  if (secret === undefined) return { authType: 'ManagedIdentity' };
  if (tenant === undefined) throw new SopsError('USAGE', 'a service principal of Azure needs its tenant', { hint: 'give --auth-tenant' });
  return {
    authType: 'ServicePrincipal',
    authSecretRef: { clientId: secretKeyRef(secret, 'client-id'), clientSecret: secretKeyRef(secret, 'client-secret') },
  };
}
