import { SopsError } from '../../errors.ts';
import { itemField, listed, textField } from '../fields.ts';
import { defineKeySource, type GroupItem, type KeyFields, type KeySource } from '../keysource.ts';
import { describeKmsKey, type EncryptionContext, kmsArn, kmsKey, type KmsKey, parseArn } from './master-key.ts';

/** Keys of AWS KMS. */
export const kms: KeySource = defineKeySource<KmsKey>({
  kind: 'kms',
  list: 'kms',
  dated: true,
  flag: { name: 'kms', short: 'k', env: 'SOPS_KMS_ARN', help: 'comma separated list of KMS ARNs' },
  spelling: { pattern: kmsArn, like: 'arn:aws:kms:REGION:ACCOUNT:key/ID' },
  config: {
    rule: 'kms',
    group: 'kms',
    item: {
      text: true,
      fields: {
        arn: { help: 'the ARN of the key or of an alias', required: true },
        role: { help: 'the ARN of a role to assume first' },
        context: { help: 'the encryption context', takes: 'texts' },
        aws_profile: { help: 'the AWS profile to use' },
      },
    },
  },
  parse: (text, options) => listed(text).map((arn) => parseArn(arn, options)),
  fromGroup: (item) => [fromGroup(item)],
  fromFields: (fields) =>
    kmsKey(textField(fields, 'arn', 'kms'), {
      role: textField(fields, 'role', 'kms'),
      encryptionContext: mapField(fields, 'MALFORMED_METADATA'),
      profile: textField(fields, 'aws_profile', 'kms'),
    }),
  toFields: ({ arn, role, encryptionContext, profile }) => ({
    arn,
    aws_profile: profile ?? '',
    ...(encryptionContext === undefined ? {} : { context: sorted(encryptionContext) }),
    ...(role === undefined ? {} : { role }),
  }),
  describe: describeKmsKey,
  load: async () => (await import('./client.ts')).client,
});

/** In a group the role has a field of its own; a text alone is what a creation rule's `kms` holds. */
function fromGroup(item: GroupItem): KmsKey {
  if (typeof item === 'string') return parseArn(item, {});
  const encryptionContext = mapField(item, 'MALFORMED_KEY');
  const role = itemField(item, 'role', 'kms');
  const key = parseArn(itemField(item, 'arn', 'kms'), { awsProfile: itemField(item, 'aws_profile', 'kms') });
  return kmsKey(key.arn, { ...key, ...(role === '' ? {} : { role }), encryptionContext });
}

function mapField(fields: KeyFields, code: 'MALFORMED_KEY' | 'MALFORMED_METADATA'): EncryptionContext {
  const value = fields['context'];
  if (typeof value === 'string' && value !== '') throw new SopsError(code, "field 'context' of an entry of 'kms' is not a map of texts");
  return value === undefined || typeof value === 'string' ? {} : value;
}

const sorted = (map: EncryptionContext): EncryptionContext =>
  Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, map[key] ?? null]),
  );
