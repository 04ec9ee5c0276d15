// Where credentials come from: over the hosts that AWS has in the world, asked through a proxy and over TLS, by real sops and by us.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { client } from '../../../src/keysources/kms/client.ts';
import { kms } from '../../../src/keysources/kms/index.ts';
import { type KmsKey, parseArn } from '../../../src/keysources/kms/master-key.ts';
import { type Aws, type SignOn, startAws } from '../../peers/aws.ts';
import type { Environment } from '../../peers/key-peer.ts';
import { lacks } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges } from '../sops-file.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 7);

describe.skipIf(lacks('moto_server'))('credentials of AWS', () => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await startAws();
  }, 60_000);
  afterAll(async () => aws.close());
  afterEach(() => vi.unstubAllEnvs());

  /** The whole environment of a run: what the SDK reads of it, it reads from the process. */
  const world = (...parts: readonly Environment[]): Readonly<Record<string, string>> => {
    const env: Environment = Object.assign({}, aws.route, ...parts);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  };
  const wrap = async (env: Readonly<Record<string, string>>, masterKey: KmsKey = parseArn(aws.key, {}), line?: string): Promise<string> =>
    client.wrap(dataKey, masterKey, testContext({ env, home: aws.home, ...(line === undefined ? {} : { line }) }));

  type Source = (found: Aws) => Environment;
  const profile =
    (name: string): Source =>
    () => ({ AWS_PROFILE: name });

  it.skipIf(lacks('sops')).each<[string, Source]>([
    ['keys in variables', ({ credentials }) => credentials.keys],
    ['a web identity', ({ credentials }) => credentials.webIdentity],
    ['a container', ({ credentials }) => credentials.container],
    ['an instance', ({ credentials }) => credentials.instance],
    ['a profile with keys', profile('good')],
    ['the profile of AWS_DEFAULT_PROFILE', () => ({ AWS_DEFAULT_PROFILE: 'good' })],
    ['a role by another profile', profile('chain')],
    ['a role by the keys in variables', ({ credentials }) => ({ ...credentials.keys, ...profile('environment')(aws) })],
    ['a web identity of a profile', profile('web')],
    ['a process', profile('process')],
    ['keys in variables, not the profile of AWS_PROFILE', ({ credentials }) => ({ ...credentials.keys, AWS_PROFILE: 'bad' })],
    ['a web identity, not the profile of AWS_PROFILE', ({ credentials }) => ({ ...credentials.webIdentity, AWS_PROFILE: 'bad' })],
  ])('come from %s, as in real sops', async (_what, source) => {
    const env = world(source(aws));
    const file = await encryptWithSops('kms', ['--kms', aws.key], env);
    expect(await interchanges(kms, file, testContext({ env, home: aws.home }))).toBe(true);
  });

  it.skipIf(lacks('sops')).each<[string, string, Source]>([
    ['keys in variables', 'good', ({ credentials }) => credentials.stranger],
    ['a web identity', 'chain', ({ credentials }) => ({ ...credentials.webIdentity, AWS_ROLE_ARN: aws.moto.closedRole })],
  ])('come from the profile of the key, not from %s, as in real sops', async (_what, name, source) => {
    const env = world(source(aws));
    const file = await encryptWithSops('kms', ['--kms', aws.key, '--aws-profile', name], env);
    expect(await interchanges(kms, file, testContext({ env, home: aws.home }))).toBe(true);
  });

  it.skipIf(lacks('sops'))('are used to assume the role of the key', async () => {
    const env = world(profile('good')(aws));
    const file = await encryptWithSops('kms', ['--kms', `${aws.key}+${aws.moto.role}`], env);
    expect(await interchanges(kms, file, testContext({ env, home: aws.home }))).toBe(true);
  });

  it.skipIf(lacks('sops'))('reach the hosts of other partitions', async () => {
    for (const { key, credentials } of aws.moto.elsewhere) {
      const env = world(credentials);
      const file = await encryptWithSops('kms', ['--kms', key], env);
      expect(await interchanges(kms, file, testContext({ env, home: aws.home })), key).toBe(true);
    }
  });

  it.skipIf(lacks('sops'))('reach hosts with FIPS where it is asked for', async () => {
    const env = world(aws.credentials.keys, { AWS_USE_FIPS_ENDPOINT: 'true' });
    const file = await encryptWithSops('kms', ['--kms', aws.key], env);
    expect(await interchanges(kms, file, testContext({ env, home: aws.home }))).toBe(true);
  });

  describe('of a single sign-on', () => {
    it.skipIf(lacks('sops')).each<[string, SignOn]>([
      ['sign-on', 'good'],
      ['old-sign-on', 'good'],
      ['over-sign-on', 'good'],
      ['sign-on', 'renewable'],
    ])('work in the profile %s that is %s, as in real sops', async (name, state) => {
      const env = world(profile(name)(aws));
      await aws.signOn('corp', state);
      const file = await encryptWithSops('kms', ['--kms', aws.key], env);
      await aws.signOn('corp', state);
      expect(await interchanges(kms, file, testContext({ env, home: aws.home }))).toBe(true);
    });

    it.each<[string, SignOn, string]>([
      ['sign-on', 'none', 'sign-on'],
      ['sign-on', 'expired', 'sign-on'],
      ['sign-on', 'revoked', 'sign-on'],
      ['old-sign-on', 'none', 'old-sign-on'],
      ['old-sign-on', 'expired', 'old-sign-on'],
      ['old-sign-on', 'revoked', 'old-sign-on'],
      ['over-sign-on', 'expired', 'sign-on'],
    ])('say what to run where the profile %s is %s', async (name, state, profileToSignOn) => {
      const env = world(profile(name)(aws));
      await aws.signOn('corp', state);
      const error: unknown = await wrap(env).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
      expect(String(error)).toMatch(new RegExp(`'${aws.key}': .*run \`aws sso login --profile ${profileToSignOn}\`$`));
      expect(String(error)).not.toMatch(/token-of|another-token|refresh-of/);
    });
  });

  it('say which profile there is not, in which files', async () => {
    await expect(wrap(world({ AWS_PROFILE: 'nobody' }))).rejects.toThrow(
      /: profile 'nobody' of AWS_PROFILE is neither in '.*config' nor in '.*credentials'$/,
    );
    const masterKey = parseArn(aws.key, { awsProfile: 'nobody' });
    await expect(wrap(world(aws.credentials.keys), masterKey)).rejects.toThrow(/ under profile 'nobody': profile 'nobody' is neither in /);
  });

  it('say what to set where there are none', async () => {
    await expect(wrap(world())).rejects.toThrow(
      /: no credentials are to be found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    );
  });

  it('say that profiles lead in a circle', async () => {
    await expect(wrap(world({ AWS_PROFILE: 'loop' }))).rejects.toThrow(
      "profile 'loop' leads in a circle: 'loop-back' takes its credentials from 'loop'",
    );
  });

  it.skipIf(lacks('sops')).each([
    ['broken-process', /: the credential_process of the profile failed$/],
    ['half', /: Could not resolve credentials using profile: \[half\]/],
  ])('come from no instance where those of the profile %s fail, as in real sops', async (name, message) => {
    const env = world(aws.credentials.instance, { AWS_PROFILE: name });
    const error: unknown = await wrap(env).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain(aws.moto.env.AWS_SECRET_ACCESS_KEY);
    await expect(encryptWithSops('kms', ['--kms', aws.key], env)).rejects.toThrow('ended with status 1');
  });

  it('say which role cannot be assumed, and by what right it could', async () => {
    const env = world(aws.credentials.stranger);
    await expect(wrap(env, parseArn(`${aws.key}+${aws.moto.role}`, {}))).rejects.toThrow(
      new RegExp(`: cannot assume role '${aws.moto.role}': AccessDenied: .*; allow sts:AssumeRole `),
    );
  });

  it('say what is wrong with a web identity', async () => {
    const identity = aws.credentials.webIdentity;
    await expect(wrap(world({ ...identity, AWS_ROLE_ARN: undefined }))).rejects.toThrow('without AWS_ROLE_ARN');
    await expect(wrap(world({ ...identity, AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token' }))).rejects.toThrow(
      "AWS_WEB_IDENTITY_TOKEN_FILE '/nowhere/token' does not exist",
    );
    await expect(wrap(world({ ...identity, AWS_WEB_IDENTITY_TOKEN_FILE: `${aws.home}/.aws/config` }))).rejects.toThrow(
      /cannot assume role '.*': InvalidIdentityTokenException: .*; look at the token/,
    );
  });

  it('say that a container does not know us, and what the role of an instance may not do', async () => {
    const env = world(aws.credentials.container, { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'wrong' });
    await expect(wrap(env)).rejects.toThrow(/no credentials are to be found/);
  });

  it('ask for a code where the profile needs one, and say so where nobody can be asked', async () => {
    const env = world(profile('code')(aws));
    await expect(wrap(env)).rejects.toThrow(`a code of 'arn:aws:iam::123456789012:mfa/phone' is needed`);
    expect(await wrap(env, undefined, '123456')).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  it('say that what stands between is not to be trusted', async () => {
    const env = world(aws.credentials.keys, { AWS_CA_BUNDLE: undefined });
    await expect(wrap(env)).rejects.toThrow(
      /the certificate of kms\.us-east-1\.amazonaws\.com (through the proxy 127\.0\.0\.1:\d+ )?is not trusted: .*; name the authority to trust in AWS_CA_BUNDLE$/,
    );
  });

  it('are asked for in no other region than one that is a host name', async () => {
    const env = world(aws.credentials.keys);
    for (const region of ['evil.example/', '@evil', 'us-east-1.evil.example#'])
      await expect(wrap(env, parseArn(`arn:aws:kms:${region}:1:key/k`, {}))).rejects.toMatchObject({ code: 'MALFORMED_KEY' });
  });
});
