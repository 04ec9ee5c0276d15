import { SopsError } from '../../errors.ts';
import { ownAddress } from '../../services/vault/variables.ts';
import { defineDestination, type Destination } from '../destination.ts';
import { joined } from '../limits.ts';
import { checkMark } from '../mark.ts';
import { type KeyValuePath, secretPath } from './path.ts';

/** The key-value engine of HashiCorp Vault or OpenBao, in both of its versions. */
export const vault: Destination = defineDestination<KeyValuePath>({
  kind: 'vault',
  takes: 'secrets',
  config: {
    chosenBy: 'vault_path',
    texts: ['vault_path', 'vault_address', 'vault_kv_mount_name'],
    integers: ['vault_kv_version'],
  },
  fromRule: ({ text, integer }) => ({
    kind: 'vault',
    address: text('vault_address') || undefined,
    mount: text('vault_kv_mount_name') || 'secret',
    path: text('vault_path'),
    version: integer('vault_kv_version') === 1 ? 1 : 2,
  }),
  describe: (place, name, env) => `${place.address ?? ownAddress(env)}/v1/${secretPath({ place, name })}`,
  secretIs: { mapWith: 'value' },
  marks: ({ version }) => (version === 2 ? 'on demand' : 'never'),
  prefixOf: ({ path }) => path,
  nameOf: (_, file, key) => joined('', file, key, '/'),
  check: ({ version }, { tags, description, mark }) => {
    checkMark(mark);
    if (version === 1 && Object.keys(tags).length > 0)
      throw new SopsError('UNSUPPORTED', 'version 1 of the key-value engine keeps no tags', { hint: 'version 2 does' });
    if (description !== '') throw new SopsError('UNSUPPORTED', 'Vault keeps no description');
  },
  load: async () => (await import('./client.ts')).client,
  operator: async () => (await import('./operator.ts')).operator,
});
