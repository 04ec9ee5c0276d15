import { awsTagName, awsTagValue } from '../aws-tags.ts';
import { defineDestination, type Destination } from '../destination.ts';
import { checkLimits, joined, type Limits, mapped } from '../limits.ts';
import type { SecretsManager } from './place.ts';

const limits: Limits = {
  service: 'AWS Secrets Manager',
  name: /^[A-Za-z0-9/_+=.@-]{1,512}$/,
  nameIs: 'it has 512 letters at most',
  least: 1,
  most: 65_536,
  tags: 50,
  tagName: awsTagName,
  tagValue: awsTagValue,
  description: 2048,
};

/** Secrets of AWS Secrets Manager. */
export const awsSecrets: Destination = defineDestination<SecretsManager>({
  kind: 'aws_secrets',
  takes: 'secrets',
  config: {
    chosenBy: 'aws_secrets_prefix',
    texts: ['aws_secrets_prefix', 'aws_secrets_region', 'aws_secrets_kms_key'],
    integers: [],
  },
  fromRule: ({ text }) => ({
    kind: 'aws_secrets',
    prefix: text('aws_secrets_prefix'),
    region: text('aws_secrets_region') || undefined,
    kmsKey: text('aws_secrets_kms_key') || undefined,
  }),
  describe: ({ region }, name) => `aws-secrets-manager:${region === undefined ? '' : `${region}:`}${name}`,
  secretIs: 'bytes',
  marks: () => 'always',
  prefixOf: ({ prefix }) => prefix,
  nameOf: ({ prefix }, file, key) => mapped(joined(prefix, file, key, '/'), /[^A-Za-z0-9/_+=.@-]/g),
  check: (_, secret) => checkLimits(secret, limits),
  load: async () => (await import('./client.ts')).client,
  operator: async () => (await import('./operator.ts')).operator,
});
