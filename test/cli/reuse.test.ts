// `encrypt --in-place` over the version that Git has: quiet where it can be, without a person, and as ever where it cannot.
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { gitLab, type Lab } from '../git/lab.ts';
import { ageIdentity, fill, type Ran, runProgram, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { changedKeys } from '../operations/lines.ts';

const missing = lacks('sops', 'age-keygen');
const nobody = { identity: '', recipient: '' };
const [ada, bob] = missing ? [nobody, nobody] : [ageIdentity(), ageIdentity()];
const ruleFor = (...recipients: readonly string[]): string => `creation_rules:\n  - age: ${recipients.join(',')}\n`;
const plain = 'db:\n  user: shop # who\n  password: "old"\nport: 0x1F\nhosts: [a, a, b]\n';

let lab: Lab;
let top: string;
const environment = (): Record<string, string> => ({ ...lab.env, SOPS_AGE_KEY: ada.identity });
const ours = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = top): Ran =>
  runProgram(program, argv, { cwd, env: { ...environment(), ...env } });
const theirs = (file: string): string => runProgram([needed('sops')], ['decrypt', file], { cwd: top, env: environment() }).stdout;
/** Decrypts a file where it lies, changes it, and encrypts it again. */
function again(
  file: string,
  change: (text: string) => string,
  argv: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Ran {
  expect(ours(['decrypt', '-i', file])).toMatchObject({ status: 0 });
  writeFileSync(join(top, file), change(textOf(top, file)));
  const ran = ours(['encrypt', '-i', ...argv, file], env);
  expect(ran.status, ran.stderr).toBe(0);
  return ran;
}
const status = (): string => lab.git(top, 'status', '--short', '--untracked-files=no');
const committed = (file: string): string => lab.git(top, 'show', `HEAD:${file}`);
const same = (text: string): string => text;
const withNew = (text: string): string => text.replace('old', 'new');

describe.skipIf(missing)('encrypt --in-place', () => {
  lab = gitLab();
  let count = 0;
  afterAll(() => {
    lab.remove();
  });
  beforeEach(() => {
    top = lab.repository(`repository-${count++}`);
    fill(top, { '.sops.yaml': ruleFor(ada.recipient), 'app.yaml': plain });
    ours(['encrypt', '-i', 'app.yaml']);
    lab.commit(top, {}, 'Add it');
  });

  test('gives the same bytes where nothing changed, and one line for one value', () => {
    expect(textOf(top, 'app.yaml')).toMatch(/^ {2}user: ENC\[/m);
    expect(again('app.yaml', same).stderr).toMatch(/^app.yaml: nothing changed/);
    expect(status()).toBe('');
    expect(again('app.yaml', withNew).stderr).toMatch(/^app.yaml: .* ciphertext of 5 values\n$/);
    expect(changedKeys(committed('app.yaml'), textOf(top, 'app.yaml')).filter((key) => key !== 'lastmodified')).toEqual([
      'password',
      'layout',
      'mac',
    ]);
    expect(ours(['decrypt', 'app.yaml']).stdout).toBe(withNew(plain));
    expect(theirs('app.yaml')).toContain('password: new');
    expect(again('app.yaml', (text) => text.replace('new', 'old')).stderr).toContain('nothing changed');
    expect(status()).toBe('');
  });

  test('finds the file in a folder, through a symbolic link, and in the index alone', () => {
    fill(top, { 'a folder/ä b.env': 'A=old\n' });
    expect(ours(['encrypt', '-i', 'a folder/ä b.env']).stderr).toBe('');
    lab.git(top, 'add', '.');
    expect(again('a folder/ä b.env', same).stderr).toContain('nothing changed');
    symlinkSync(join('a folder', 'ä b.env'), join(top, 'link.env'));
    expect(again('link.env', withNew).stderr).toContain('its data key and the ciphertext of 0 values');
    mkdirSync(join(top, 'deeper'));
    expect(ours(['decrypt', '-i', '../app.yaml'], {}, join(top, 'deeper')).status).toBe(0);
    expect(ours(['encrypt', '-i', '../app.yaml'], {}, join(top, 'deeper')).stderr).toContain('../app.yaml: nothing changed');
  });

  test('says nothing and makes a new data key with --no-reuse, and to standard output', () => {
    expect(again('app.yaml', same, ['--no-reuse'])).toMatchObject({ stderr: '' });
    expect(
      changedKeys(committed('app.yaml').replaceAll(/^ {12}.*\n/gm, ''), textOf(top, 'app.yaml').replaceAll(/^ {12}.*\n/gm, '')).length,
    ).toBeGreaterThan(6);
    expect(ours(['decrypt', '-i', 'app.yaml']).status).toBe(0);
    expect(ours(['encrypt', 'app.yaml'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('wraps the data key for who comes, and makes another where somebody leaves', () => {
    fill(top, { '.sops.yaml': ruleFor(ada.recipient, bob.recipient) });
    expect(again('app.yaml', same).stderr).toContain('with master keys added');
    expect(lab.git(top, 'diff', '--numstat', 'app.yaml')).toMatch(/^\d+\t0\t/);
    expect(ours(['decrypt', 'app.yaml'], { SOPS_AGE_KEY: bob.identity }).stdout).toBe(plain);
    lab.commit(top, {}, 'Bob comes');
    fill(top, { '.sops.yaml': ruleFor(ada.recipient) });
    expect(again('app.yaml', same).stderr).toContain(
      `under a new data key, not as the version that Git has: it is no longer for ${bob.recipient}`,
    );
    expect(theirs('app.yaml')).toContain('password: old');
  });

  test('asks nobody and runs no command for a key', () => {
    const told = join(top, 'told');
    const command = { SOPS_AGE_KEY: '', SOPS_AGE_KEY_CMD: `touch ${told}` };
    const ran = again('app.yaml', same, [], command);
    expect(ran.stderr).toContain('no master key of the earlier version gives its data key here');
    expect(existsSync(told)).toBe(false);
    expect(ours(['decrypt', 'app.yaml']).stdout).toBe(plain);
  });

  test('is as ever over what is broken or no ciphertext, and without git or a repository', () => {
    const broken = committed('app.yaml').replace(/^port: .*/m, 'port: 1');
    for (const earlier of [broken, `<<<<<<< ours\n${broken}`, plain, `${plain}sops: ENC[AES256_GCM,\n`]) {
      expect(ours(['decrypt', 'app.yaml']).status, earlier).toBe(0);
      const sealed = textOf(top, 'app.yaml');
      lab.commit(top, { 'app.yaml': earlier }, 'Break it');
      fill(top, { 'app.yaml': plain });
      const ran = ours(['encrypt', '-i', 'app.yaml']);
      expect([ran.status, ran.stderr.replace(/^.*new data key.*a value of the earlier version does not open\n/, '')]).toEqual([0, '']);
      expect(textOf(top, 'app.yaml')).not.toBe(sealed);
    }
    fill(top, { 'app.yaml': plain });
    expect(ours(['encrypt', '-i', 'app.yaml'], { PATH: join(top, 'nothing') })).toEqual({ status: 0, stdout: '', stderr: '' });
    fill(lab.folder, { '.sops.yaml': ruleFor(ada.recipient), 'outside.yaml': plain });
    expect(ours(['encrypt', '-i', 'outside.yaml'], {}, lab.folder)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test.skipIf(process.platform === 'win32')('asks one process for many files, and sums up', () => {
    const names = Array.from({ length: 20 }, (_, at) => `many/f${at}.json`);
    fill(top, Object.fromEntries(names.map((name, at) => [name, `{"a": "old", "b": "${at}"}`])));
    expect(ours(['encrypt', '-i', '--recursive', 'many']).stderr).toBe('20 files: 20 encrypted\n');
    lab.commit(top, {}, 'Many');
    expect(ours(['decrypt', '-i', '--recursive', 'many']).status).toBe(0);
    fill(top, { 'many/f3.json': '{"a": "new", "b": "3"}', 'many/fresh.json': '{"a": 1}' });
    const bin = join(lab.folder, 'bin');
    const log = join(lab.folder, 'log');
    fill(bin, { git: `#!/bin/sh\necho "$@" >> '${log}'\nexec '${lab.git(top, '--exec-path').trim()}/git' "$@"\n` });
    chmodSync(join(bin, 'git'), 0o755);
    const ran = ours(['encrypt', '-i', '--recursive', 'many'], { PATH: [bin, lab.env['PATH']].join(delimiter) });
    expect(ran.stderr).toBe('21 files: 21 encrypted\n20 files as the versions that Git has: 19 unchanged, 1 with what did not change\n');
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(status()).toBe(' M many/f3.json\n');
  });
});
