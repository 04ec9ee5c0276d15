import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
const env = { SOPS_AGE_KEY: identity };

const plain = {
  'deploy/a/one.yaml': 'a: 1 # kept\n',
  'deploy/a/two.env': 'B=2\n',
  'deploy/b/three.json': '{"c":3}\n',
  'deploy/b/notes.txt': 'not secret\n',
  'deploy/.sops.yaml': 'creation_rules: []\n',
  'other/four.yaml': 'd: 4\n',
};
const secrets = ['deploy/a/one.yaml', 'deploy/a/two.env', 'deploy/b/three.json'] as const;

describe.skipIf(lacks('sops', 'age-keygen'))('many files', () => {
  const root = temporaryFolder('many');
  let count = 0;
  let folder = '';

  const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: folder, env });
  const theirs = (...argv: readonly string[]): Ran => runProgram([needed('sops')], argv, { cwd: folder, env });
  const sealed = (name: string): boolean => /ENC\[AES256_GCM/.test(textOf(folder, name));
  const seal = (): void => {
    for (const name of secrets) expect(theirs('encrypt', '-i', name).status).toBe(0);
  };

  beforeEach(() => {
    folder = join(root, String(count++));
    mkdirSync(folder);
    fill(folder, plain);
    fill(folder, { '.sops.yaml': `creation_rules:\n  - path_regex: 'deploy/.*\\.(yaml|env|json)$'\n    age: ${recipient}\n` });
  });

  it('writes over no file that it reads, and through no link below --output', () => {
    seal();
    fill(folder, { 'deploy/b/a/one.yaml': textOf(folder, 'deploy/a/one.yaml') });
    for (const output of ['deploy', 'deploy/b']) {
      expect(ours('decrypt', '--recursive', '--output', output, 'deploy')).toMatchObject({ status: 8, stdout: '' });
      expect([...secrets, 'deploy/b/a/one.yaml'].every(sealed)).toBe(true);
    }
    fill(folder, { 'out/.keep': '', 'elsewhere/.keep': '' });
    symlinkSync('../elsewhere', join(folder, 'out/b'));
    symlinkSync('../elsewhere/file', join(folder, 'out/two.env'));
    expect(ours('decrypt', '--output', 'out', '--recursive', 'deploy/b').status).toBe(0);
    expect(ours('decrypt', '--output', 'out', '--recursive', 'deploy').stderr).toContain('is a symbolic link');
    expect(ours('decrypt', '--output', 'out', 'deploy/a/two.env', 'deploy/b/three.json').stderr).toContain('is a symbolic link');
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['.keep']);
    expect(textOf(folder, 'out/a/one.yaml')).toContain('a: 1');
  });

  it('tells programs as JSON why the one file failed', () => {
    const { status, stdout } = ours('rotate', '--in-place', '--json', 'other/four.yaml');
    expect(status).not.toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ file: 'other/four.yaml', status: 'failed', error: { code: 'METADATA_NOT_FOUND' } }]);
  });

  it('works once on a file that has two names', () => {
    seal();
    symlinkSync('one.yaml', join(folder, 'deploy/a/link.yaml'));
    expect(ours('rotate', '--in-place', 'deploy/a/one.yaml', 'deploy/a/link.yaml').stderr).toBe('1 file: 1 rotated\n');
  });

  it('encrypts below a folder what a rule takes, once', () => {
    const { status, stderr } = ours('encrypt', '--in-place', '--recursive', '.');
    expect(stderr).toBe('3 files: 3 encrypted\n');
    expect(status).toBe(0);
    expect(secrets.every(sealed)).toBe(true);
    for (const name of ['deploy/b/notes.txt', 'deploy/.sops.yaml', 'other/four.yaml'] as const)
      expect(textOf(folder, name)).toBe(plain[name]);
    for (const name of secrets) expect(theirs('decrypt', name).status).toBe(0);
    expect(ours('encrypt', '--in-place', '--recursive', '.').stderr).toBe('0 files: 0 encrypted\n');
  });

  it('decrypts into a folder that mirrors the tree, byte for byte, and leaves the files', () => {
    expect(ours('encrypt', '-i', '--recursive', 'deploy').status).toBe(0);
    const { status, stdout, stderr } = ours('decrypt', '--recursive', '--output', 'out/plain', 'deploy');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '3 files: 3 decrypted\n' });
    for (const name of secrets) expect(textOf(folder, join('out/plain', name.slice('deploy/'.length)))).toBe(plain[name]);
    expect(existsSync(join(folder, 'out/plain/b/notes.txt'))).toBe(false);
    expect(statSync(join(folder, 'out/plain/a/one.yaml')).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'out/plain/a')).mode & 0o077).toBe(0);
    expect(secrets.every(sealed)).toBe(true);
  });

  it('takes several files and globs that no shell expanded', () => {
    seal();
    expect(ours('decrypt', '-i', secrets[0], secrets[1]).stderr).toBe('2 files: 2 decrypted\n');
    expect(secrets.map(sealed)).toEqual([false, false, true]);
    expect(ours('decrypt', '-i', 'deploy/**/*.{json,txt}').stderr).toBe('1 file: 1 decrypted\n');
    expect(secrets.map(sealed)).toEqual([false, false, false]);
    expect(ours('decrypt', '-i', '*.nothing').status).toBe(100);
  });

  it('does the others where one fails, and answers the status of the failure', () => {
    seal();
    const broken = textOf(folder, secrets[0]).replace('data:', 'data:AAAA');
    fill(folder, { [secrets[0]]: broken });
    const { status, stderr } = ours('decrypt', '-i', '--recursive', 'deploy');
    expect(status).toBe(theirs('decrypt', secrets[0]).status);
    expect(stderr).toContain(secrets[0]);
    expect(stderr.endsWith('3 files: 2 decrypted, 1 failed\n')).toBe(true);
    expect(textOf(folder, secrets[0])).toBe(broken);
    expect(secrets.map(sealed)).toEqual([true, false, false]);
  });

  it('answers 1 where files fail for different reasons', () => {
    seal();
    fill(folder, {
      [secrets[0]]: textOf(folder, secrets[0]).replace('data:', 'data:AAAA'),
      [secrets[2]]: textOf(folder, secrets[2])
        .replace(/"recipient": "age1/, '"recipient": "age1x')
        .replace(/YWdl/, 'YWdm'),
    });
    expect(ours('decrypt', '-i', '--recursive', 'deploy').status).toBe(1);
  });

  it('tells programs as JSON what was done', () => {
    seal();
    fill(folder, { 'deploy/a/broken.yaml': 'a: ENC[AES256_GCM,data:x]\nsops:\n    mac: ENC[AES256_GCM\n' });
    const { stdout, status } = ours('decrypt', '-i', '--recursive', '--json', 'deploy');
    expect(status).not.toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { file: 'deploy/a/broken.yaml', status: 'failed', error: { code: expect.any(String), message: expect.any(String) } },
      ...secrets.map((file) => ({ file, status: 'decrypted' })),
    ]);
  });

  it('rotates many files, which real sops reads', () => {
    seal();
    const before = textOf(folder, secrets[0]);
    expect(ours('rotate', '-i', '--recursive', '.').stderr).toBe('3 files: 3 rotated\n');
    expect(textOf(folder, secrets[0])).not.toBe(before);
    for (const name of secrets) expect(theirs('decrypt', name).status).toBe(0);
  });

  it('says of each file whether it is encrypted', () => {
    seal();
    expect(ours('filestatus', secrets[0], 'other/four.yaml').stdout).toBe(
      `{"file":"${secrets[0]}","encrypted":true}\n{"file":"other/four.yaml","encrypted":false}\n`,
    );
  });

  it('edits several files one after the other, and goes on where one fails', () => {
    seal();
    fill(folder, { [secrets[1]]: textOf(folder, secrets[1]).replace('data:', 'data:AAAA') });
    const { status, stderr } = runProgram(program, ['edit', ...secrets], { cwd: folder, env: { ...env, EDITOR: 'sed -i s/[13]/7/' } });
    expect(status).toBe(25);
    expect(stderr).toContain(`${secrets[1]}: `);
    expect(theirs('decrypt', secrets[0]).stdout).toContain('a: 7');
    expect(theirs('decrypt', secrets[2]).stdout).toContain('7');
  });

  it('keeps to the first file where all would go to standard output, as sops does', () => {
    seal();
    expect(ours('decrypt', secrets[0], secrets[2]).stdout).toBe(theirs('decrypt', secrets[0], secrets[2]).stdout);
  });

  it.each([
    [['decrypt', '--recursive', 'deploy'], 1],
    [['decrypt', '--json', secrets[0]], 1],
    [['decrypt', 'deploy'], 2],
    [['decrypt', '-i', '--output', 'out', secrets[0], secrets[1]], 8],
    [['decrypt', '--filename-override', 'x.yaml', '-i', secrets[0], secrets[1]], 8],
    [['decrypt', '--output', 'out', secrets[0], 'other/one.yaml'], 8],
  ] as const)('refuses %j and touches nothing', (argv, wanted) => {
    seal();
    fill(folder, { 'other/one.yaml': textOf(folder, secrets[0]) });
    const before = secrets.map((name) => textOf(folder, name));
    expect(ours(...argv).status).toBe(wanted);
    expect(secrets.map((name) => textOf(folder, name))).toEqual(before);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('follows no symbolic link out of the folder, and keeps modes', () => {
    seal();
    symlinkSync(join(folder, 'other'), join(folder, 'deploy/link'));
    symlinkSync(join(folder, secrets[0]), join(folder, 'deploy/linked.yaml'));
    expect(ours('decrypt', '-i', '--recursive', 'deploy').stderr).toBe('3 files: 3 decrypted\n');
    expect(statSync(join(folder, secrets[1])).mode & 0o777).toBe(statSync(join(folder, 'deploy/b/notes.txt')).mode & 0o777);
    expect(readFileSync(join(folder, secrets[0]), 'utf8')).toContain('a: 1');
  });
});
