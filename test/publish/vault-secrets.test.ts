// Secrets in the key-value engine of a real OpenBao: what holds of every destination for secrets, and faults on the way.
import { standBefore } from '../peers/faulty.ts';
import { startVault } from '../peers/vault.ts';
import { lacks } from '../support/peers.ts';
import { type HeldSecret, type SecretService, testSecrets } from './secrets-contract.ts';

async function start(): Promise<SecretService> {
  const vault = await startVault();
  const faulty = await standBefore(vault.url, {
    isWrite: ({ method }) => method === 'PUT',
    said: (status) => ({ type: 'application/json', body: JSON.stringify({ errors: [`fault ${status}`] }) }),
  });
  const all = '"create", "read", "update", "delete", "list"';
  const policy = ['data', 'metadata'].map((kind) => `path "secret/${kind}/apps/*" { capabilities = [${all}] }`).join('\n');
  const secret = async (name: string): Promise<HeldSecret | undefined> => {
    const data = await vault.api('GET', `secret/data/${name}`).catch(() => undefined);
    if (data === undefined) return undefined;
    const metadata = at(await vault.api('GET', `secret/metadata/${name}`), 'data');
    return {
      content: JSON.stringify(at(at(data, 'data'), 'data')),
      versions: Object.keys(Object(at(metadata, 'versions'))).length,
      tags: Object(at(metadata, 'custom_metadata') ?? {}),
    };
  };
  return {
    rule: { vault_path: 'apps', vault_address: faulty.url },
    name: (file, key) => `apps/${file}${key === undefined ? '' : `/${key}`}`,
    env: { VAULT_TOKEN: await vault.token(policy) },
    denied: {
      env: { VAULT_TOKEN: await vault.token('path "secret/data/apps/*" { capabilities = ["read"] }') },
      says: /lack: path "secret\/data\/apps\/app\d+\.json"/,
    },
    expired: { env: { VAULT_TOKEN: await vault.token(policy, { ttl: '1s' }) }, says: /VAULT_TOKEN is expired, revoked/ },
    throttled: /its limit of requests is reached: try again later/,
    secret,
    make: async (name, text) => void (await vault.api('PUT', `secret/data/${name}`, { data: { value: text } })),
    alone: (text) => JSON.stringify({ value: text }),
    takesOver: true,
    anyName: true,
    faults: (plan) => faulty.set(plan),
    close: async () => {
      await faulty.close();
      await vault.close();
    },
  };
}

const at = (value: unknown, name: string): unknown => new Map<string, unknown>(Object.entries(Object(value))).get(name);

testSecrets('Vault', start, lacks('sops', 'age-keygen', 'bao'), 'all');
