import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { quietly } from '../../src/services/aws/quiet.node.ts';
import type { AwsSettings } from './aws-server.ts';
import { makeAuthority } from './certificate.ts';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import type { Environment, KeyPeer } from './key-peer.ts';
import { account, type Moto, otherPartitions, startMoto } from './moto.ts';

/** AWS with the names it has in the world, on loopback behind a proxy of its own; and moto itself. */
export interface Aws extends KeyPeer {
  readonly moto: Moto;
  /** How both programs get there, without any credentials; there is a home with shared files. */
  readonly route: Environment;
  readonly home: string;
  /** Credentials, by where they come from. */
  readonly credentials: {
    readonly keys: Environment;
    readonly stranger: Environment;
    readonly webIdentity: Environment;
    readonly container: Environment;
    readonly instance: Environment;
  };
  /** What `aws sso login` leaves in the home for a session: a token that is good or not, and that can be renewed or not. */
  signOn(session: string, state: SignOn): Promise<void>;
}
export type SignOn = 'good' | 'revoked' | 'expired' | 'renewable' | 'none';

const token = {
  signOn: 'token-of-a-sign-on',
  refresh: 'refresh-of-a-sign-on',
  container: 'token-of-a-container',
  webIdentity: 'eyJhbGciOiJub25lIn0.e30.',
};
const startUrl = 'https://sopsmith.awsapps.com/start';

/** Starts moto and what stands before it. */
export async function startAws(): Promise<Aws> {
  const moto = await startMoto();
  try {
    return await standBefore(moto);
  } catch (error) {
    await moto.close();
    throw error;
  }
}

async function standBefore(moto: Moto): Promise<Aws> {
  const folder = await mkdtemp(join(tmpdir(), 'aws-'));
  const authority = makeAuthority('authority of tests');
  const hosts = hostNames();
  const settings: AwsSettings = {
    moto: moto.url,
    hosts,
    identity: authority.issue(hosts),
    session: await session(moto),
    ...token,
  };
  const child = await startChild('aws-server.ts', settings);
  const home = join(folder, 'home');
  await mkdir(join(home, '.aws/sso/cache'), { recursive: true });
  await writeFile(join(folder, 'authority.pem'), authority.certificate);
  await writeFile(join(folder, 'token'), token.webIdentity);
  await writeFile(join(home, '.aws/config'), configFile(moto, join(folder, 'token')));
  await writeFile(join(home, '.aws/credentials'), credentialsFile(moto));
  const { AWS_ENDPOINT_URL, ...keys } = moto.env;
  const offline = { AWS_EC2_METADATA_DISABLED: 'true' };
  const platform = `http://127.0.0.1:${child.said['platform'] ?? 0}`;
  return {
    kind: 'kms',
    flag: '--kms',
    key: moto.key,
    other: moto.distantKey,
    env: { ...moto.env, ...offline },
    denied: { AWS_ENDPOINT_URL, ...moto.stranger, ...offline },
    down: { ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}`, ...offline },
    moto,
    home,
    route: {
      HTTPS_PROXY: `http://127.0.0.1:${child.said['proxy'] ?? 0}`,
      AWS_CA_BUNDLE: join(folder, 'authority.pem'),
      HOME: home,
      ...offline,
    },
    credentials: {
      keys,
      stranger: moto.stranger,
      webIdentity: { AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'), AWS_ROLE_ARN: moto.role },
      container: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${platform}/container`, AWS_CONTAINER_AUTHORIZATION_TOKEN: token.container },
      instance: { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: platform },
    },
    signOn: async (name, state) => signOn(join(home, '.aws/sso/cache'), name, state),
    close: async () => {
      await child.close();
      await moto.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The hosts that are asked for the regions of moto's keys. */
function hostNames(): readonly string[] {
  const domains = ['amazonaws.com', 'amazonaws.com', 'amazonaws.com.cn', 'amazonaws.com', 'c2s.ic.gov'];
  const regional = ['us-east-1', 'eu-west-1', ...otherPartitions].flatMap((region, at) =>
    ['kms', 'sts'].map((service) => `${service}.${region}.${domains[at] ?? ''}`),
  );
  return [...regional, 'portal.sso.us-east-1.amazonaws.com', 'oidc.us-east-1.amazonaws.com', 'kms-fips.us-east-1.amazonaws.com'];
}

/** Temporary credentials of the role. */
async function session({ url, env, role }: Moto): Promise<AwsSettings['session']> {
  const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
  const client = quietly(() => new STSClient({ endpoint: url, region: 'us-east-1', credentials }));
  const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'session' }));
  client.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Date.now() + 3_600_000 };
}

const section = (name: string, settings: Readonly<Record<string, string>>): string =>
  [`[${name}]`, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`), '', ''].join('\n');

const signOnFields = { sso_account_id: account, sso_role_name: 'sops-role' };

/** Profiles of every kind, by name. */
const configFile = ({ env, role, closedRole }: Moto, tokenFile: string): string =>
  [
    section('default', { region: 'eu-west-1' }),
    section('profile good', { region: 'us-east-1' }),
    section('profile chain', { role_arn: role, source_profile: 'good' }),
    section('profile closed', { role_arn: closedRole, source_profile: 'good' }),
    section('profile loop', { role_arn: role, source_profile: 'loop-back' }),
    section('profile loop-back', { role_arn: role, source_profile: 'loop' }),
    section('profile environment', { role_arn: role, credential_source: 'Environment' }),
    section('profile web', { role_arn: role, web_identity_token_file: tokenFile }),
    section('profile process', {
      credential_process: `echo '${JSON.stringify({ Version: 1, AccessKeyId: env.AWS_ACCESS_KEY_ID, SecretAccessKey: env.AWS_SECRET_ACCESS_KEY })}'`,
    }),
    section('profile broken-process', { credential_process: `sh -c 'exit 3' ${env.AWS_SECRET_ACCESS_KEY}` }),
    section('profile half', { aws_access_key_id: 'AKIAHALF' }),
    section('profile code', { role_arn: role, source_profile: 'good', mfa_serial: `arn:aws:iam::${account}:mfa/phone` }),
    section('profile sign-on', { sso_session: 'corp', ...signOnFields }),
    section('profile old-sign-on', { sso_start_url: startUrl, sso_region: 'us-east-1', ...signOnFields }),
    section('profile over-sign-on', { role_arn: role, source_profile: 'sign-on' }),
    section('sso-session corp', { sso_region: 'us-east-1', sso_start_url: startUrl, sso_registration_scopes: 'sso:account:access' }),
  ].join('');

const credentialsFile = ({ env, stranger }: Moto): string =>
  [['good', env] as const, ['bad', stranger] as const]
    .map(([name, keys]) => section(name, { aws_access_key_id: keys.AWS_ACCESS_KEY_ID, aws_secret_access_key: keys.AWS_SECRET_ACCESS_KEY }))
    .join('');

/** The file is named by the session, or in old profiles by the start URL. */
async function signOn(cache: string, sessionName: string, state: SignOn): Promise<void> {
  for (const name of [sessionName, startUrl]) {
    const file = join(cache, `${createHash('sha1').update(name).digest('hex')}.json`);
    if (state === 'none') await rm(file, { force: true });
    else await writeFile(file, JSON.stringify(cached(state)));
  }
}

function cached(state: Exclude<SignOn, 'none'>): object {
  const hour = 3_600_000;
  const over = state === 'expired' || state === 'renewable';
  return {
    startUrl,
    region: 'us-east-1',
    accessToken: state === 'good' ? token.signOn : 'another-token',
    expiresAt: new Date(Date.now() + (over ? -hour : hour)).toISOString().replace(/\.\d+/, ''),
    ...(state === 'renewable'
      ? {
          refreshToken: token.refresh,
          clientId: 'client',
          clientSecret: 'secret',
          registrationExpiresAt: new Date(Date.now() + 24 * hour).toISOString(),
        }
      : {}),
  };
}
