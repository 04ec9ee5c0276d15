import { itemField, listed, textField } from '../fields.ts';
import { defineKeySource, type KeySource } from '../keysource.ts';
import { type GcpKmsKey, gcpKmsName } from './master-key.ts';

const gcpKmsKey = (resourceId: string): GcpKmsKey => ({ kind: 'gcp_kms', resourceId: resourceId.replaceAll(' ', '') });

/** Keys of Google Cloud KMS. */
export const gcpKms: KeySource = defineKeySource<GcpKmsKey>({
  kind: 'gcp_kms',
  list: 'gcp_kms',
  dated: true,
  flag: { name: 'gcp-kms', env: 'SOPS_GCP_KMS_IDS', help: 'comma separated list of GCP KMS resource IDs' },
  spelling: { pattern: gcpKmsName, like: 'projects/…/locations/…/keyRings/…/cryptoKeys/…' },
  config: {
    rule: 'gcp_kms',
    group: 'gcp_kms',
    item: { fields: { resource_id: { help: 'projects/…/locations/…/keyRings/…/cryptoKeys/…', required: true } } },
  },
  parse: (text) => listed(text).map(gcpKmsKey),
  fromGroup: (item) => [gcpKmsKey(itemField(item, 'resource_id', 'gcp_kms'))],
  fromFields: (fields) => ({ kind: 'gcp_kms', resourceId: textField(fields, 'resource_id', 'gcp_kms') }),
  toFields: ({ resourceId }) => ({ resource_id: resourceId }),
  describe: ({ resourceId }) => resourceId,
  load: async () => (await import('./client.ts')).client,
});
