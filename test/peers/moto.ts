import { type ChildProcess, spawn } from 'node:child_process';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { quietly } from '../../src/services/aws/quiet.node.ts';
import { needed } from '../support/peers.ts';
import { freePort } from './free-port.ts';

/** As variables hold them. */
export type Credentials = Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;

/** AWS on loopback (moto), with signatures and policies checked. */
export interface Moto {
  readonly url: string;
  /** Credentials of a user who may use the keys and assume the role, and the endpoint. */
  readonly env: Credentials & { readonly AWS_ENDPOINT_URL: string };
  /** Credentials of a user who may do nothing. */
  readonly stranger: Credentials;
  /** Credentials of a user who may write to the bucket `published`, and nothing else. */
  readonly publisher: Credentials;
  /** Credentials of a user who may do all with secrets and parameters. */
  readonly manager: Credentials;
  /** ARNs: of a key in us-east-1, of its alias, of a key in eu-west-1, of a role that may use them. */
  readonly key: string;
  readonly alias: string;
  readonly distantKey: string;
  readonly role: string;
  /** ARN of a role that may not use the keys. */
  readonly closedRole: string;
  /** Keys in regions of other partitions, and who may use them: China, the government's, a secret one. */
  readonly elsewhere: readonly { readonly key: string; readonly credentials: Credentials }[];
  close(): Promise<void>;
}

export const account = '123456789012';
export const otherPartitions = ['cn-north-1', 'us-gov-west-1', 'us-iso-east-1'] as const;
const secondsToStart = 30;

/** Starts moto on a free port and makes what tests need in it. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(needed('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    await answering(url, server);
    const keys = await makeKeys(url);
    const role = await makeRole(url, 'sops-role', [...mayUseKeys, 'sts:AssumeRole']);
    const closedRole = await makeRole(url, 'closed-role', ['kms:ListKeys']);
    const credentials = await makeUser(url, 'sops', [...mayUseKeys, 'sts:AssumeRole']);
    const stranger = await makeUser(url, 'stranger', ['kms:ListKeys']);
    await makeBucket(url, 'published');
    const publisher = await makeUser(url, 'publisher', ['s3:PutObject']);
    const manager = await makeUser(url, 'manager', ['secretsmanager:*', 'ssm:*']);
    await checkFrom(url, 0);
    return {
      url,
      manager,
      publisher,
      env: { AWS_ENDPOINT_URL: url, ...credentials },
      stranger,
      ...keys,
      role,
      closedRole,
      close: async () => stop(server),
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

const mayUseKeys = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** Has moto check signatures and policies of all requests but so many to come. */
export async function checkFrom(url: string, requests: number): Promise<void> {
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: String(requests), headers: { 'Content-Type': 'text/plain' } });
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const end = Date.now() + secondsToStart * 1000;
  while (Date.now() < end && server.exitCode === null) {
    try {
      await fetch(`${url}/moto-api/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('moto does not answer');
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill();
  await ended;
}

/** Works as an administrator, while moto looks at nobody's rights. */
export async function unchecked<T>(url: string, work: () => Promise<T>): Promise<T> {
  await checkFrom(url, 1_000_000);
  try {
    return await work();
  } finally {
    await checkFrom(url, 0);
  }
}

/** As an administrator. */
async function makeBucket(url: string, name: string): Promise<void> {
  const { ok } = await fetch(`${url}/${name}`, { method: 'PUT', headers: { Authorization: authorization('us-east-1', 's3') } });
  if (!ok) throw new Error(`the bucket ${name} cannot be made`);
}

/** Takes all objects out of a bucket; answers what they held, by key. Moto looks at nobody's rights meanwhile. */
export async function takeObjects(url: string, bucket: string): Promise<ReadonlyMap<string, string>> {
  await checkFrom(url, 1_000_000);
  const headers = { Authorization: authorization('us-east-1', 's3') };
  const listed = await (await fetch(`${url}/${bucket}?list-type=2`, { headers })).text();
  const keys = Array.from(listed.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key = '']) => key);
  const objects = new Map<string, string>();
  for (const key of keys) {
    const path = `${url}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    objects.set(key, await (await fetch(path, { headers })).text());
    await fetch(path, { method: 'DELETE', headers });
  }
  await checkFrom(url, 0);
  return objects;
}

type Keys = Pick<Moto, 'key' | 'alias' | 'distantKey' | 'elsewhere'>;

async function makeKeys(url: string): Promise<Keys> {
  const make = async (region: string): Promise<string> =>
    withKms(url, region, async (client) => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '');
  const key = await make('us-east-1');
  const alias = new CreateAliasCommand({ AliasName: 'alias/sops', TargetKeyId: key.replace(/.*\//, '') });
  await withKms(url, 'us-east-1', async (client) => client.send(alias));
  return {
    key,
    alias: `arn:aws:kms:us-east-1:${account}:alias/sops`,
    distantKey: await make('eu-west-1'),
    elsewhere: await Promise.all(
      otherPartitions.map(async (region) => ({ key: await make(region), credentials: await makeUser(url, 'sops', mayUseKeys, region) })),
    ),
  };
}

/** As an administrator, who may do all until policies are looked at. */
async function withKms<T>(endpoint: string, region: string, use: (client: KMSClient) => Promise<T>): Promise<T> {
  const client = quietly(() => new KMSClient({ endpoint, region, credentials: { accessKeyId: 'admin', secretAccessKey: 'admin' } }));
  const made = await use(client);
  client.destroy();
  return made;
}

/** A role that the user `sops` may assume, and who is in that role as `session`; answers its ARN. */
async function makeRole(url: string, name: string, actions: readonly string[]): Promise<string> {
  const trust = policy(['sts:AssumeRole'], {
    Principal: { AWS: [`arn:aws:iam::${account}:user/sops`, `arn:aws:sts::${account}:assumed-role/sops-role/session`] },
  });
  await iam(url, { Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: trust });
  await iam(url, { Action: 'PutRolePolicy', RoleName: name, PolicyName: 'p', PolicyDocument: policy(actions) });
  return `arn:aws:iam::${account}:role/${name}`;
}

async function makeUser(url: string, name: string, actions: readonly string[], region?: string): Promise<Credentials> {
  await iam(url, { Action: 'CreateUser', UserName: name }, region);
  await iam(url, { Action: 'PutUserPolicy', UserName: name, PolicyName: 'p', PolicyDocument: policy(actions) }, region);
  const answer = await iam(url, { Action: 'CreateAccessKey', UserName: name }, region);
  const field = (tag: string): string => new RegExp(`<${tag}>(.*)</${tag}>`).exec(answer)?.[1] ?? '';
  return { AWS_ACCESS_KEY_ID: field('AccessKeyId'), AWS_SECRET_ACCESS_KEY: field('SecretAccessKey') };
}

const policy = (actions: readonly string[], who: object = { Resource: '*' }): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, ...who }] });

const authorization = (region: string, service: string): string =>
  `AWS4-HMAC-SHA256 Credential=admin/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`;

/** A request to IAM, for which the project needs no SDK; moto takes the service, and the partition by a region, from the scope of the signature. */
async function iam(url: string, fields: Readonly<Record<string, string>>, region = 'us-east-1'): Promise<string> {
  const Authorization = authorization(region, 'iam');
  const answer = await fetch(url, {
    method: 'POST',
    headers: { Authorization },
    body: new URLSearchParams({ Version: '2010-05-08', ...fields }),
  });
  if (!answer.ok) throw new Error(`${fields['Action'] ?? ''} failed: ${await answer.text()}`);
  return answer.text();
}
