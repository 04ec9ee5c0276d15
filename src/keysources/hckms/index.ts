import { itemField, listed, textField } from '../fields.ts';
import { defineKeySource, type KeySource } from '../keysource.ts';
import { hcKmsKey, type HcKmsKey } from './master-key.ts';

/** Keys of HuaweiCloud KMS. */
export const hckms: KeySource = defineKeySource<HcKmsKey>({
  kind: 'hckms',
  list: 'hckms',
  dated: true,
  flag: {
    name: 'hckms',
    env: 'SOPS_HUAWEICLOUD_KMS_IDS',
    help: 'comma separated list of HuaweiCloud KMS key IDs (format: region:key-uuid)',
  },
  config: {
    rule: 'hckms',
    group: 'hckms',
    item: { fields: { key_id: { help: 'the key, as region:key-uuid', required: true } } },
  },
  parse: (text) => listed(text).map(hcKmsKey),
  fromGroup: (item) => [hcKmsKey(itemField(item, 'key_id', 'hckms'))],
  fromFields: (fields) => ({ kind: 'hckms', keyId: textField(fields, 'key_id', 'hckms') }),
  toFields: ({ keyId }) => ({ key_id: keyId }),
  describe: ({ keyId }) => keyId,
  load: async () => (await import('./client.ts')).client,
});
