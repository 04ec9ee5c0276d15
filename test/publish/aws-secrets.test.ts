// Secrets in AWS Secrets Manager and the Parameter Store (moto, which checks signatures and rights): what holds of every destination for secrets, and what they alone do.
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, ListTagsForResourceCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { quietly } from '../../src/services/aws/quiet.node.ts';
import { type Faulty, standBefore } from '../peers/faulty.ts';
import { type Moto, startMoto, unchecked } from '../peers/moto.ts';
import { lacks } from '../support/peers.ts';
import { type SecretService, testSecrets } from './secrets-contract.ts';

const faultNames: Readonly<Record<number, string>> = { 400: 'ExpiredTokenException', 429: 'ThrottlingException' };
const behaviour = {
  isWrite: ({ headers }: { readonly headers: NodeJS.Dict<string | string[]> }): boolean =>
    /\.(Create|Put|Tag|Add|Update|Delete|Restore)/.test(String(headers['x-amz-target'])),
  said: (status: number) => ({
    type: 'application/x-amz-json-1.1',
    body: JSON.stringify({ __type: faultNames[status] ?? 'InternalFailure', message: 'a fault' }),
  }),
};
const admin = { region: 'us-east-1', credentials: { accessKeyId: 'admin', secretAccessKey: 'admin' } };

function common(moto: Moto, faulty: Faulty) {
  return {
    env: { AWS_ENDPOINT_URL: faulty.url, AWS_REGION: 'us-east-1', ...moto.manager },
    expired: {
      env: { AWS_SESSION_TOKEN: 'old' },
      says: /ExpiredTokenException: a fault; the credentials have expired: get new ones/,
      plan: { on: 'any', pass: 0, times: 100, status: 400 } as const,
    },
    throttled: /AWS asks for fewer requests: try again later/,
    describes: true as const,
    faults: (plan: Parameters<Faulty['set']>[0]) => faulty.set(plan),
    close: async () => {
      await faulty.close();
      await moto.close();
    },
  };
}

async function startSecretsManager(): Promise<SecretService> {
  const moto = await startMoto();
  const faulty = await standBefore(moto.url, behaviour);
  const manager = quietly(() => new SecretsManagerClient({ endpoint: moto.url, ...admin }));
  return {
    ...common(moto, faulty),
    rule: { aws_secrets_prefix: 'prod/' },
    takesBytes: true,
    name: (file, key) => `prod/${file}${key === undefined ? '' : `/${key}`}`,
    denied: {
      env: moto.stranger,
      says: /allow secretsmanager:DescribeSecret for these credentials, in the policy of the secret or in theirs/,
    },
    secret: async (SecretId) =>
      unchecked(moto.url, async () => {
        const about = await orNothing(manager.send(new DescribeSecretCommand({ SecretId })));
        if (about === undefined || about.DeletedDate !== undefined) return undefined;
        const { SecretString = '' } = await manager.send(new GetSecretValueCommand({ SecretId }));
        const { Versions = [] } = await manager.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }));
        return { content: SecretString, versions: Versions.length, tags: tagsIn(about.Tags) };
      }),
    make: async (name, text) =>
      unchecked(moto.url, async () => void (await manager.send(new CreateSecretCommand({ Name: name, SecretString: text })))),
  };
}

async function startParameterStore(): Promise<SecretService> {
  const moto = await startMoto();
  const faulty = await standBefore(moto.url, behaviour);
  const ssm = quietly(() => new SSMClient({ endpoint: moto.url, ...admin }));
  return {
    ...common(moto, faulty),
    rule: { aws_parameters_prefix: '/prod/' },
    name: (file, key) => `/prod/${file}${key === undefined ? '' : `/${key}`}`,
    denied: { env: moto.stranger, says: /allow ssm:GetParameter for these credentials, in the policy of the parameter or in theirs/ },
    secret: async (Name) =>
      unchecked(moto.url, async () => {
        const { Parameter } = (await orNothing(ssm.send(new GetParameterCommand({ Name, WithDecryption: true })))) ?? {};
        if (Parameter === undefined) return undefined;
        const { TagList } = await ssm.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: Name }));
        return { content: Parameter.Value ?? '', versions: Parameter.Version ?? 0, tags: tagsIn(TagList) };
      }),
    make: async (name, text) =>
      unchecked(moto.url, async () => void (await ssm.send(new PutParameterCommand({ Name: name, Value: text, Type: 'SecureString' })))),
  };
}

/** Undefined where there is no such thing. */
const orNothing = async <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: Error) => {
    if (/NotFound/.test(error.name)) return undefined;
    throw error;
  });

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}
const tagsIn = (tags: readonly Tag[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

const missing = lacks('sops', 'age-keygen', 'moto_server');
testSecrets('AWS Secrets Manager', startSecretsManager, missing, 'all');
testSecrets('AWS Parameter Store', startParameterStore, missing);
