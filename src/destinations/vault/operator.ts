import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { withoutUser } from '../../services/vault/address.ts';
import { setting } from '../../services/vault/variables.ts';
import type { OperatorLogin, OperatorSettings, OperatorStore } from '../destination.ts';
import { accountRef, refuseUseless, secretKeyRef } from '../operator-login.ts';
import { type KeyValuePath, secretPath } from './path.ts';

export const operator: OperatorStore<KeyValuePath> = {
  nameOf: (place, env) => `vault-${serverOf(place, env).replace(/^\w+:\/\//, '')}-${mountOf(place)}`,
  provider: (place, login, env) => {
    refuseUseless('Vault', login, 'tenant');
    const namespace = setting('NAMESPACE', env);
    return { vault: { server: serverOf(place, env), namespace, path: mountOf(place), version: `v${place.version}`, auth: authOf(login) } };
  },
  // With mount and `data/` in front, which the operator takes off, no path of a secret can be taken for them.
  keyOf: (place, name) => secretPath({ place, name }),
};

const mountOf = ({ mount }: KeyValuePath): string => mount.replace(/\/$/, '');

/** The own default of Vault's client is this very machine, which no cluster reaches. */
function serverOf({ address }: KeyValuePath, env: Context['env']): string {
  const server = address ?? setting('ADDR', env);
  if (server !== undefined) return withoutUser(server).replace(/\/+$/, '');
  throw new SopsError('USAGE', 'a SecretStore of Vault needs an address, and the rule names none', {
    hint: 'set vault_address in the rule, or VAULT_ADDR',
  });
}

function authOf({ serviceAccount, secret, role }: OperatorLogin): OperatorSettings {
  if (secret !== undefined && role === undefined) return { tokenSecretRef: secretKeyRef(secret, 'token') };
  if (serviceAccount !== undefined && role !== undefined)
    return { kubernetes: { mountPath: 'kubernetes', role, ...accountRef(serviceAccount) } };
  throw new SopsError('USAGE', 'Vault lets nobody in without a login', {
    hint: 'give --auth-secret with a Secret that holds a token, or --auth-service-account and --auth-role',
  });
}
