import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { masksIn, readEnvironmentFile } from '../export/read-github.ts';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const key = '-----BEGIN KEY-----\nit\'s "secret" $HOME `id`\n-----END KEY-----\n';

describe.skipIf(lacks('sops', 'age-keygen'))('export', () => {
  const folder = temporaryFolder('export');
  let env: Record<string, string> = {};
  const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: folder, env });

  beforeAll(() => {
    const { identity, recipient } = ageIdentity();
    env = { SOPS_AGE_KEY: identity, SOPS_AGE_RECIPIENTS: recipient };
    const plain = {
      'app.yaml': `key: ${JSON.stringify(key)}\ndb:\n  # who\n  user: u\n  ports: [1, 2]\n  none: null\n`,
      'more.env': 'A=1\ndb_user=from env\n',
      'bytes.bin': 'text\n',
    };
    fill(folder, plain);
    for (const name of Object.keys(plain))
      fill(folder, { [`s.${name}`]: runProgram([needed('sops')], ['encrypt', name], { cwd: folder, env }).stdout });
  });

  it('is a shell script unless told otherwise, of which eval gives back the very bytes', () => {
    const script = 'eval "$("$@")" && printf %s "$key|$db_user|$db_ports_0|$db_ports_1|${db_none-unset}"';
    const { stdout } = spawnSync('sh', ['-c', script, 'sh', ...program, 'export', 's.app.yaml'], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    expect(stdout).toBe(`${key}|u|1|2|unset`);
  });

  it('takes several files, and what a later one says; chooses and prefixes', () => {
    const argv = ['export', '--format', 'json', '--only', 'db_user,A', '--prefix', 'APP_', 's.app.yaml', 's.more.env'];
    expect(JSON.parse(ours(...argv).stdout)).toEqual({ APP_db_user: 'from env', APP_A: '1' });
  });

  it('knows binary files by the one name that sops has for them', () => {
    expect(JSON.parse(ours('export', '--format', 'json', 's.bytes.bin').stdout)).toEqual({ data: 'text\n' });
  });

  it('refuses a file that is no text, as exec-env does', () => {
    writeFileSync(`${folder}/raw.bin`, new Uint8Array([0x61, 0xff, 0x00, 0x62]));
    writeFileSync(`${folder}/s.raw.bin`, runProgram([needed('sops')], ['encrypt', 'raw.bin'], { cwd: folder, env }).stdout);
    for (const argv of [
      ['export', 's.raw.bin'],
      ['exec-env', 's.raw.bin', 'true'],
    ])
      expect(ours(...argv)).toMatchObject({ status: 4, stdout: '' });
  });

  it.each(['docker', 'gitlab'])('refuses what %s cannot hold, by its name', (format) => {
    const { status, stdout, stderr } = ours('export', '--format', format, 's.app.yaml');
    expect(status).toBe(4);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/variable key/);
    expect(stderr).not.toContain('secret');
  });

  it('adds to the file of GitHub, and asks the runner for masks', () => {
    fill(folder, { github: 'BEFORE=x' });
    const { status, stdout } = runProgram(program, ['export', '--format', 'github', 's.app.yaml'], {
      cwd: folder,
      env: { ...env, GITHUB_ENV: `${folder}/github` },
    });
    expect(status).toBe(0);
    const variables = readEnvironmentFile(textOf(folder, 'github'));
    expect(variables.get('BEFORE')).toBe('x');
    expect(variables.get('key')).toBe(key);
    expect(masksIn(stdout)).toEqual(expect.arrayContaining([key, '-----BEGIN KEY-----', 'u', 'MQ==']));
    expect(stdout).not.toContain('<<');
  });

  it('needs a file for GitHub, and keeps masks apart from the text where that is standard output', () => {
    expect(ours('export', '--format', 'github', 's.app.yaml')).toMatchObject({ status: 1, stdout: '' });
    const { stdout, stderr } = ours('export', '--format', 'github', '--output', '-', 's.more.env');
    expect(readEnvironmentFile(stdout).get('A')).toBe('1');
    expect(masksIn(stderr)).toContain('from env');
  });

  it('writes to a file whole or not at all', () => {
    expect(ours('export', '--format', 'docker', '--output', 'out', 's.app.yaml').status).toBe(4);
    expect(existsSync(`${folder}/out`)).toBe(false);
    expect(ours('export', '--format', 'docker', '--output', 'out', 's.more.env').status).toBe(0);
    expect(textOf(folder, 'out')).toBe('A=1\ndb_user=from env\n');
  });

  it.each([
    [['export'], 100, 'no file specified'],
    [['export', '--format', 'dotenf', 's.more.env'], 1, 'did you mean dotenv?'],
    [['export', '--format', 'k8s-secret', 's.more.env'], 1, '--name'],
    [['export', '--only', 'db_usr', 's.more.env'], 1, 'did you mean db_user?'],
    [['export', 'more.env'], 1, 'sops metadata not found'],
    [['export', '--strict', '--format', 'sh', '--prefix', 'path', '--only', 'A', 's.more.env'], 0, ''],
  ])('answers %j', (argv, status, says) => {
    const ran = ours(...argv);
    expect(ran.status).toBe(status);
    expect(ran.stderr).toContain(says);
  });

  it('makes a Secret that has a name, a namespace and a type', () => {
    const { stdout } = ours('export', '--format', 'k8s-secret', '--name', 'db', '--namespace', 'shop', '--type', 'Opaque', 's.more.env');
    expect(stdout).toContain('  name: "db"\n  namespace: "shop"\ntype: "Opaque"\ndata:\n  A: "MQ=="\n');
  });
});
