import { SopsError } from '../../errors.ts';
import { awsTagName, awsTagValue } from '../aws-tags.ts';
import { defineDestination, type Destination } from '../destination.ts';
import { checkLimits, joined, type Limits, mapped } from '../limits.ts';
import { type ParameterStore, tiers } from './place.ts';

const limits: Limits = {
  service: 'AWS Parameter Store',
  name: /^(?!\/(?:aws|ssm))\/(?=.{1,900}$)[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+){0,14}$/i,
  nameIs: 'it begins with one slash, not with /aws or /ssm, has 15 parts and 900 letters at most, and no part is empty',
  least: 1,
  most: 8192,
  tags: 50,
  tagName: awsTagName,
  tagValue: awsTagValue,
  description: 1024,
};
const standard = {
  most: 4096,
  remedy: "aws_parameters_tier: advanced in the rule takes 8192 bytes, which AWS charges for; 'intelligent' does where it must",
};

/** Secure strings in the Parameter Store of AWS Systems Manager. */
export const awsParameters: Destination = defineDestination<ParameterStore>({
  kind: 'aws_parameters',
  takes: 'secrets',
  config: {
    chosenBy: 'aws_parameters_prefix',
    texts: ['aws_parameters_prefix', 'aws_parameters_region', 'aws_parameters_kms_key', 'aws_parameters_tier'],
    integers: [],
    choices: { aws_parameters_tier: tiers },
  },
  fromRule: ({ text }) => {
    const prefix = text('aws_parameters_prefix');
    if (!prefix.startsWith('/')) throw new SopsError('MALFORMED_CONFIG', 'aws_parameters_prefix does not begin with a slash');
    return {
      kind: 'aws_parameters',
      prefix,
      region: text('aws_parameters_region') || undefined,
      kmsKey: text('aws_parameters_kms_key') || undefined,
      tier: tiers.find((tier) => tier === text('aws_parameters_tier')) ?? 'standard',
    };
  },
  describe: ({ region }, name) => `aws-parameter-store:${region === undefined ? '' : `${region}:`}${name}`,
  secretIs: 'text',
  marks: () => 'always',
  prefixOf: ({ prefix }) => prefix,
  nameOf: ({ prefix }, file, key) => mapped(joined(prefix, file, key, '/'), /[^A-Za-z0-9/_.-]/g),
  check: ({ tier }, secret) => checkLimits(secret, tier === 'standard' ? { ...limits, ...standard } : limits),
  load: async () => (await import('./client.ts')).client,
  operator: async () => (await import('./operator.ts')).operator,
});
