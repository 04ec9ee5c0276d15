// Input that nobody wants: a clear error, the exit status of real sops, the file as it was, and no secret in what is said.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const folder = temporaryFolder('bad-input');
const env = { SOPS_AGE_KEY_FILE: 'identity.txt' };
const secrets = ['s3cret-one', 's3cret-two', '4711471147'];
const plain = `# note s3cret-two\ndb:\n    password: s3cret-one\n    pin: 4711471147\nopen_unencrypted: s3cret-two\n`;
let recipient = '';
let sealed = '';

const run = (argv: readonly string[], cwd = folder, command = program): Ran => runProgram(command, argv, { cwd, env });

/** What must hold of every refusal. */
function expectRefusal({ status, stdout, stderr }: Ran): void {
  expect(status, stderr).toBeGreaterThan(0);
  expect(stdout).toBe('');
  expect(stderr).not.toBe('');
  expect(stderr).not.toMatch(/internal error|\n\s+at |node:/);
  for (const secret of secrets) expect(stderr).not.toContain(secret);
}

describe.skipIf(lacks('sops', 'age-keygen'))('refusals', () => {
  beforeAll(() => {
    const own = ageIdentity();
    ({ recipient } = own);
    fill(folder, { 'identity.txt': own.identity, 'other.txt': ageIdentity().identity, 'plain.yaml': plain, 'sealed.yaml': plain });
    runProgram([needed('sops')], ['encrypt', '-i', '--age', recipient, 'sealed.yaml'], { cwd: folder, env });
    sealed = textOf(folder, 'sealed.yaml');
  });

  const conflict = (text: string): string => text.replace(/^( {4}password: .*)$/m, '<<<<<<< ours\n$1\n=======\n$1\n>>>>>>> theirs');

  test.each<[string, string | Uint8Array, number, RegExp]>([
    ['not UTF-8', new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a]), 2, /UTF-8/],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0x00, 0x3a, 0x00]), 2, /UTF-16/],
    ['conflict markers', conflict(plain), 2, /:3\b|line 3/],
    ['an open bracket', 'a: [1\n', 2, /line|:\d/],
    ['an unclosed quote', 'password: "s3cret-one\n', 2, /line|:\d/],
    ['a tab', 'a:\n\tb: s3cret-one\n', 2, /line|:\d/],
    ['a duplicate key', 'a: s3cret-one\na: s3cret-two\n', 2, /line|:\d/],
    ['a top-level list', '- s3cret-one\n', 2, /./],
    ['nothing', '', 92, /empty/],
  ])('encrypting %s', (_, content, status, says) => {
    writeFileSync(join(folder, 'bad.yaml'), content);
    const before = readFileSync(join(folder, 'bad.yaml'));
    const ran = run(['encrypt', '-i', '--age', recipient, 'bad.yaml']);
    expectRefusal(ran);
    expect(ran.status).toBe(status);
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr).toContain('bad.yaml');
    expect(readFileSync(join(folder, 'bad.yaml'))).toEqual(before);
  });

  const spoils: readonly [string, (text: string) => string | Uint8Array][] = [
    ['not UTF-8', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0x0a])])],
    ['conflict markers', conflict],
    ['nothing', () => ''],
    ['a value in clear', (text) => text.replace(/password: .*/, 'password: s3cret-one')],
    ['a value cut short', (text) => text.replace(/(password: ENC.{20}).*/, '$1')],
    ['metadata of the wrong type', (text) => text.replace(/mac: .*/, 'mac: [s3cret-one]')],
    ['metadata that is a text', (text) => text.replace(/sops:\n(.*\n)*/, 'sops: s3cret-one\n')],
    ['a wrapped key that is none', (text) => text.replace(/-----BEGIN[^]*?END AGE ENCRYPTED FILE-----/, 's3cret-one')],
    ['no metadata', (text) => text.replace(/sops:\n(.*\n)*/, '')],
  ];

  test.each(spoils)('decrypting %s', (_, spoil) => {
    writeFileSync(join(folder, 'bad.yaml'), spoil(sealed));
    const before = readFileSync(join(folder, 'bad.yaml'));
    for (const argv of [
      ['decrypt', '-i', 'bad.yaml'],
      ['rotate', '-i', 'bad.yaml'],
      ['set', 'bad.yaml', '["x"]', '"s3cret-two"'],
      ['unset', 'bad.yaml', '["db"]'],
    ])
      expectRefusal(run(argv));
    expect(readFileSync(join(folder, 'bad.yaml'))).toEqual(before);
  });

  test('a file cut short anywhere', () => {
    for (let part = 1; part < 20; part++) {
      const cut = sealed.slice(0, Math.floor((sealed.length * part) / 20));
      writeFileSync(join(folder, 'cut.yaml'), cut);
      expectRefusal(run(['decrypt', '-i', 'cut.yaml']));
      expect(textOf(folder, 'cut.yaml')).toBe(cut);
    }
  });

  test('the wrong key', () => {
    const ran = runProgram(program, ['decrypt', 'sealed.yaml'], { cwd: folder, env: { SOPS_AGE_KEY_FILE: 'other.txt' } });
    expectRefusal(ran);
    expect(ran.status).toBe(128);
    expect(ran.stderr).not.toContain('AGE-SECRET-KEY');
    expect(ran.stderr).toContain(recipient);
  });

  test('a key that is spelled wrong is not shown', () => {
    const identity = /AGE-SECRET-KEY-\w+/.exec(textOf(folder, 'identity.txt'))?.[0] ?? '';
    const ran = runProgram(program, ['decrypt', 'sealed.yaml'], { cwd: folder, env: { SOPS_AGE_KEY: identity.replace(/.$/, 'X') } });
    expectRefusal(ran);
    expect(ran.stderr).not.toContain(identity.slice(0, -1));
  });

  test('a value for set that is not JSON is not shown', () => {
    const ran = run(['set', 'sealed.yaml', '["x"]', 's3cret-two']);
    expectRefusal(ran);
    expect(ran.status).toBe(7);
  });

  test('--verbose tells more of the error, and no value', () => {
    writeFileSync(join(folder, 'bad.yaml'), sealed.replace(/password: .*/, 'password: s3cret-one'));
    const { stderr } = run(['--verbose', 'decrypt', 'bad.yaml']);
    expect(stderr).toMatch(/\n\s+at /);
    for (const secret of secrets) expect(stderr).not.toContain(secret);
  });
});

describe.skipIf(process.platform === 'win32' || lacks('sops', 'age-keygen'))('files that cannot be written', () => {
  /** Somebody who may not do everything: this user, or for root an other. */
  const isRoot = process.getuid?.() === 0;
  const nobody = 65_534;
  const asNobody = (argv: readonly string[], cwd: string): { status: number | null; stderr: string } => {
    const [command, ...words] = program;
    const { status, stderr } = spawnSync(command, [...words, ...argv], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, SOPS_AGE_KEY_FILE: join(cwd, 'identity.txt') },
      encoding: 'utf8',
      ...(isRoot ? { uid: nobody, gid: nobody } : {}),
    });
    return { status, stderr };
  };

  function place(name: string): string {
    const cwd = join(folder, name);
    fill(cwd, { 'plain.yaml': plain, 'identity.txt': textOf(folder, 'identity.txt') });
    chmodSync(folder, 0o755);
    if (isRoot) for (const path of [cwd, join(cwd, 'plain.yaml'), join(cwd, 'identity.txt')]) chownSync(path, nobody, nobody);
    return cwd;
  }

  const runs = asNobody(['--version'], folder).status === 0;

  test.skipIf(!runs)('a file that may not be read', () => {
    const cwd = place('unreadable');
    chmodSync(join(cwd, 'plain.yaml'), 0o000);
    const { status, stderr } = asNobody(['encrypt', '--age', recipient, 'plain.yaml'], cwd);
    expect([status, stderr]).toEqual([2, expect.stringContaining('permission denied')]);
  });

  test.skipIf(!runs)('a file that may not be written', () => {
    const cwd = place('unwritable');
    chmodSync(join(cwd, 'plain.yaml'), 0o444);
    const { status, stderr } = asNobody(['encrypt', '-i', '--age', recipient, 'plain.yaml'], cwd);
    expect([status, stderr]).toEqual([3, expect.stringContaining('permission denied')]);
    expect(textOf(cwd, 'plain.yaml')).toBe(plain);
  });

  test.skipIf(!runs)('a folder that takes no new file', () => {
    const cwd = place('closed');
    chmodSync(cwd, 0o555);
    const { status, stderr } = asNobody(['encrypt', '-i', '--age', recipient, 'plain.yaml'], cwd);
    chmodSync(cwd, 0o755);
    expect([status, stderr]).toEqual([3, expect.stringContaining('beside the file')]);
    expect(textOf(cwd, 'plain.yaml')).toBe(plain);
    expect(readdirSync(cwd)).toEqual(['identity.txt', 'plain.yaml']);
  });

  test('a disk that is full', () => {
    const cwd = join(folder, 'full');
    mkdirSync(cwd);
    const large = `a: ${'x'.repeat(2_000_000)}\n`;
    fill(cwd, { 'large.yaml': large });
    const command = [...program, 'encrypt', '-i', '--age', recipient, 'large.yaml'].map((word) => `'${word}'`).join(' ');
    const { status, stderr } = spawnSync('bash', ['-c', `ulimit -f 1024; ${command}`], { cwd, encoding: 'utf8' });
    expect([status, stderr]).toEqual([3, expect.stringContaining('file too large')]);
    expect(textOf(cwd, 'large.yaml')).toBe(large);
    expect(readdirSync(cwd)).toEqual(['large.yaml']);
  });

  test.skipIf(!isRoot || spawnSync('mount', ['--version']).status !== 0)('a device that is full', (context) => {
    const cwd = join(folder, 'device');
    mkdirSync(cwd);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', cwd]).status !== 0)
      return context.skip('mounting is not allowed here');
    try {
      const large = `a: ${'x'.repeat(40_000)}\n`;
      fill(cwd, { 'large.yaml': large });
      const { status, stderr } = run(['encrypt', '-i', '--age', recipient, 'large.yaml'], cwd);
      expect([status, stderr]).toEqual([3, expect.stringContaining('no space left')]);
      expect(textOf(cwd, 'large.yaml')).toBe(large);
      expect(readdirSync(cwd)).toEqual(['large.yaml']);
    } finally {
      spawnSync('umount', [cwd]);
    }
    return undefined;
  });
});
