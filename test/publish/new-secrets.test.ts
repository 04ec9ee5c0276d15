// What a rule says of new secrets reaches the service: region, key, tier, places; and pages of lists are turned.
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Secret, SecretsDestination, Store } from '../../src/destinations/destination.ts';
import { destinations } from '../../src/destinations/index.ts';
import { createNodeContext } from '../../src/node/index.ts';
import type { Context } from '../../src/ports.ts';
import { quietly } from '../../src/services/aws/quiet.node.ts';
import { type Gcp, startGcp } from '../peers/gcp.ts';
import { people } from '../peers/gcp-kms.ts';
import { type Moto, startMoto, unchecked } from '../peers/moto.ts';
import { lacks } from '../support/peers.ts';

/** The store of a rule. */
async function open(kind: string, fields: Readonly<Record<string, string>>, env: Context['env']): Promise<Store> {
  const destination = destinations.find((each): each is SecretsDestination => each.kind === kind && each.takes === 'secrets');
  if (destination === undefined) throw new Error(`${kind} takes no secrets`);
  const place = destination.fromRule({ text: (name) => fields[name] ?? '', integer: () => 0 });
  return (await destination.load()).open(place, true, { ...createNodeContext(), env });
}
const mark = { rule: 'r', file: 'ä.yaml' };
const secret = (name: string, text = 'x'): Secret => ({
  name,
  content: { kind: 'text', text },
  tags: { team: 'web' },
  description: '',
  mark,
});
const whole = { content: true, beside: true };

describe.skipIf(lacks('moto_server'))('in AWS', () => {
  const admin = { accessKeyId: 'admin', secretAccessKey: 'admin' };
  let moto: Moto;
  let env: Context['env'];
  beforeAll(async () => {
    moto = await startMoto();
    env = { AWS_ENDPOINT_URL: moto.url, AWS_EC2_METADATA_DISABLED: 'true', ...moto.manager };
  }, 60_000);
  afterAll(async () => moto.close());

  test('secrets go to the region and under the key of the rule', async () => {
    const fields = { aws_secrets_prefix: 'p/', aws_secrets_region: 'eu-west-1', aws_secrets_kms_key: moto.distantKey };
    const store = await open('aws_secrets', fields, env);
    await store.write({ ...secret('p/a'), description: 'of tests' }, undefined, whole);
    const client = quietly(() => new SecretsManagerClient({ endpoint: moto.url, region: 'eu-west-1', credentials: admin }));
    const about = await unchecked(moto.url, async () => client.send(new DescribeSecretCommand({ SecretId: 'p/a' })));
    expect(about).toMatchObject({ KmsKeyId: moto.distantKey, Description: 'of tests' });
    expect(await store.read('p/a')).toEqual({ content: 'x', tags: { team: 'web' }, description: 'of tests', mark });
    expect(
      await (await open('aws_secrets', { aws_secrets_prefix: 'p/', aws_secrets_region: 'us-east-1' }, env)).read('p/a'),
    ).toBeUndefined();
  });

  test('parameters are secure strings of the tier and under the key of the rule', async () => {
    const fields = {
      aws_parameters_prefix: '/p/',
      aws_parameters_region: 'us-east-1',
      aws_parameters_kms_key: moto.key,
      aws_parameters_tier: 'advanced',
    };
    const store = await open('aws_parameters', fields, env);
    await store.write(secret('/p/a', 'x'.repeat(8000)), undefined, whole);
    const client = quietly(() => new SSMClient({ endpoint: moto.url, region: 'us-east-1', credentials: admin }));
    await unchecked(moto.url, async () => {
      const { Parameters } = await client.send(new DescribeParametersCommand({}));
      expect(Parameters).toEqual([expect.objectContaining({ Name: '/p/a', Type: 'SecureString', Tier: 'Advanced', KeyId: moto.key })]);
      const { Parameter } = await client.send(new GetParameterCommand({ Name: '/p/a' }));
      expect(Parameter?.Value).not.toBe('x'.repeat(8000));
    });
  });

  test('no region is told with the remedy', async () => {
    const store = await open('aws_secrets', { aws_secrets_prefix: 'p/' }, { ...env, HOME: '/nowhere', AWS_CONFIG_FILE: '/nowhere' });
    await expect(store.read('p/a')).rejects.toMatchObject({
      code: 'PUBLICATION_FAILED',
      message: expect.stringMatching(/^cannot publish to aws-secrets-manager:p\/a: no region is set: set AWS_REGION/),
    });
  });

  test('lists of more than a page are read to the end, and hold nothing of other rules', async () => {
    const region = { AWS_REGION: 'ap-south-1', ...env };
    for (const [kind, fields, prefix] of [
      ['aws_secrets', { aws_secrets_prefix: 'many/' }, 'many/'],
      ['aws_parameters', { aws_parameters_prefix: '/many/' }, '/many/'],
    ] as const) {
      const store = await open(kind, fields, region);
      const names = Array.from({ length: 55 }, (_, at) => `${prefix}${String(at).padStart(3, '0')}`);
      await Promise.all(names.map(async (name) => store.write(secret(name), undefined, whole)));
      await store.write({ ...secret(`${prefix}other`), mark: { ...mark, rule: 'another' } }, undefined, whole);
      await store.write(secret(`${prefix.slice(0, -1)}x`), undefined, whole);
      expect((await store.list('r')).map(({ name }) => name).toSorted()).toEqual(names);
    }
  }, 60_000);
});

describe('in Google Secret Manager', () => {
  let gcp: Gcp;
  beforeAll(async () => {
    gcp = await startGcp();
  });
  afterAll(async () => gcp.close());

  test('a secret is kept where the rule says', async () => {
    const env = {
      HTTPS_PROXY: gcp.proxy,
      SSL_CERT_FILE: gcp.reach('rest')['SSL_CERT_FILE'],
      GOOGLE_OAUTH_ACCESS_TOKEN: gcp.tokens.issue(people.user),
    };
    const store = await open('gcp_secrets', { gcp_secrets_project: 'p1', gcp_secrets_locations: 'europe-west1, europe-west3' }, env);
    await store.write(secret('a'), undefined, whole);
    const replicas = [{ location: 'europe-west1' }, { location: 'europe-west3' }];
    expect(gcp.secretManager.secrets.get('a')?.replication).toEqual({ userManaged: { replicas } });
    expect(await store.read('a')).toEqual({ content: 'x', tags: { team: 'web' }, description: undefined, mark });
  });
});
