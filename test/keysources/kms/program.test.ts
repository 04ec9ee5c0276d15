// The program itself, on Node or as one executable: every source of credentials has code of the SDK that is loaded only then.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Aws, type SignOn, startAws } from '../../peers/aws.ts';
import type { Environment } from '../../peers/key-peer.ts';
import { run } from '../../peers/run.ts';
import { lacks } from '../../support/peers.ts';
import { program } from '../../support/program.ts';

describe.skipIf(lacks('moto_server'))('the program and AWS KMS', () => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await startAws();
  }, 60_000);
  afterAll(async () => aws.close());

  const sopsmith = async (words: readonly string[], own: Environment, input: string): ReturnType<typeof run> => {
    const env = Object.fromEntries(
      Object.entries({ ...aws.route, ...own }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    return run([...program, ...words], { env, input: Buffer.from(input) });
  };
  const encrypting = ['--config', '/dev/null', 'encrypt', '--filename-override', 'a.json', '--kms'];

  it.each<[string, (found: Aws) => Environment, SignOn]>([
    ['variables', ({ credentials }) => credentials.keys, 'none'],
    ['a web identity', ({ credentials }) => credentials.webIdentity, 'none'],
    ['a container', ({ credentials }) => credentials.container, 'none'],
    ['an instance', ({ credentials }) => credentials.instance, 'none'],
    ['a profile', () => ({ AWS_PROFILE: 'good' }), 'none'],
    ['a chain of roles', () => ({ AWS_PROFILE: 'chain' }), 'none'],
    ['a process', () => ({ AWS_PROFILE: 'process' }), 'none'],
    ['a web identity of a profile', () => ({ AWS_PROFILE: 'web' }), 'none'],
    ['a single sign-on', () => ({ AWS_PROFILE: 'sign-on' }), 'good'],
    ['a single sign-on that is renewed', () => ({ AWS_PROFILE: 'sign-on' }), 'renewable'],
    ['a role over a single sign-on', () => ({ AWS_PROFILE: 'over-sign-on' }), 'good'],
  ])('work with the credentials of %s', async (_what, credentials, state) => {
    await aws.signOn('corp', state);
    const sealed = await sopsmith([...encrypting, aws.key], credentials(aws), '{"a":"b"}');
    expect(sealed.stderr).toBe('');
    await aws.signOn('corp', state);
    const opened = await sopsmith(['decrypt', '--filename-override', 'a.json'], credentials(aws), Buffer.from(sealed.stdout).toString());
    expect(opened.stderr).toBe('');
    expect(Buffer.from(opened.stdout).toString()).toBe('{"a":"b"}');
  });

  it('say what to run where the single sign-on is over, and write nothing', async () => {
    await aws.signOn('corp', 'expired');
    const { status, stdout, stderr } = await sopsmith([...encrypting, aws.key], { AWS_PROFILE: 'sign-on' }, '{"a":"b"}');
    expect(status).not.toBe(0);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('run `aws sso login --profile sign-on`');
  });
});
