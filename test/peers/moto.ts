import { type ChildProcess, spawn } from 'node:child_process';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { quietly } from '../../src/keysources/kms/quiet.node.ts';
import { needed } from '../support/peers.ts';
import { freePort } from './free-port.ts';

/** AWS on loopback (moto), with signatures and policies checked. */
export interface Moto {
  readonly url: string;
  /** Credentials of a user who may use the keys and assume the role, and the endpoint. */
  readonly env: Readonly<Record<'AWS_ENDPOINT_URL' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;
  /** ARNs: of a key in us-east-1, of its alias, of a key in eu-west-1, of a role that may use them. */
  readonly key: string;
  readonly alias: string;
  readonly distantKey: string;
  readonly role: string;
  /** ARN of a role that the user may not assume. */
  readonly closedRole: string;
  close(): Promise<void>;
}

const account = '123456789012';
const secondsToStart = 30;

/** Starts moto on a free port and makes what tests need in it. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(needed('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    await answering(url, server);
    const keys = await makeKeys(url);
    const credentials = await makeUser(url);
    await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0', headers: { 'Content-Type': 'text/plain' } });
    return {
      url,
      env: { AWS_ENDPOINT_URL: url, ...credentials },
      ...keys,
      role: `arn:aws:iam::${account}:role/sops-role`,
      closedRole: `arn:aws:iam::${account}:role/closed-role`,
      close: async () => stop(server),
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
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

async function makeKeys(endpoint: string): Promise<Pick<Moto, 'key' | 'alias' | 'distantKey'>> {
  const credentials = { accessKeyId: 'admin', secretAccessKey: 'admin' };
  const make = async (region: string): Promise<string> => {
    const client = quietly(() => new KMSClient({ endpoint, region, credentials }));
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    await client.send(new CreateAliasCommand({ AliasName: 'alias/sops', TargetKeyId: KeyMetadata?.KeyId }));
    client.destroy();
    return KeyMetadata?.Arn ?? '';
  };
  return { key: await make('us-east-1'), alias: `arn:aws:kms:us-east-1:${account}:alias/sops`, distantKey: await make('eu-west-1') };
}

async function makeUser(url: string): Promise<Pick<Moto['env'], 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY'>> {
  const user = `arn:aws:iam::${account}:user/sops`;
  await iam(url, { Action: 'CreateUser', UserName: 'sops' });
  await iam(url, {
    Action: 'PutUserPolicy',
    UserName: 'sops',
    PolicyName: 'p',
    PolicyDocument: policy(['kms:Encrypt', 'kms:Decrypt', 'sts:AssumeRole']),
  });
  for (const [role, actions] of [
    ['sops-role', ['kms:Encrypt', 'kms:Decrypt']],
    ['closed-role', ['kms:ListKeys']],
  ] as const) {
    await iam(url, {
      Action: 'CreateRole',
      RoleName: role,
      AssumeRolePolicyDocument: policy(['sts:AssumeRole'], { Principal: { AWS: user } }),
    });
    await iam(url, { Action: 'PutRolePolicy', RoleName: role, PolicyName: 'p', PolicyDocument: policy(actions) });
  }
  const answer = await iam(url, { Action: 'CreateAccessKey', UserName: 'sops' });
  const field = (name: string): string => new RegExp(`<${name}>(.*)</${name}>`).exec(answer)?.[1] ?? '';
  return { AWS_ACCESS_KEY_ID: field('AccessKeyId'), AWS_SECRET_ACCESS_KEY: field('SecretAccessKey') };
}

const policy = (actions: readonly string[], who: object = { Resource: '*' }): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, ...who }] });

/** A request to IAM, for which the project needs no SDK; moto takes the service from the scope of the signature. */
async function iam(url: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const Authorization = 'AWS4-HMAC-SHA256 Credential=admin/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none';
  const answer = await fetch(url, {
    method: 'POST',
    headers: { Authorization },
    body: new URLSearchParams({ Version: '2010-05-08', ...fields }),
  });
  if (!answer.ok) throw new Error(`${fields['Action'] ?? ''} failed: ${await answer.text()}`);
  return answer.text();
}
