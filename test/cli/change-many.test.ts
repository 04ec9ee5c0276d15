// `set`, `unset`, `move` and `groups` on several files, folders and globs; the lists of `keys`, `rules` and `find`; variables of many files. Real sops reads what comes of it.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ageIdentity, fill, runProgram, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { sealedFolder } from '../support/sealed-folder.ts';

const files = {
  'deploy/one.yaml': 'db:\n  pw: old # kept\n  port: 1\n',
  'deploy/deep/two.json': '{"db": {"pw": "old"}}\n',
  'deploy/three.yaml': 'other: 1\n',
};
const [one, two, three] = ['deploy/one.yaml', 'deploy/deep/two.json', 'deploy/three.yaml'];

describe.skipIf(lacks('sops', 'age-keygen'))('many files', () => {
  const { path, env, ours, theirs, opened, seal } = sealedFolder('change-many');
  const json = (name: string): unknown => opened(name).json;

  beforeEach(() => {
    seal(files);
    fill(path, { 'deploy/plain.yaml': 'db:\n  pw: old\n' });
  });

  it('are set by a glob, and keep their text', () => {
    expect(ours('set', 'deploy/**/*.{yaml,json}', '["db"]["pw"]', '"new"')).toEqual({
      status: 0,
      stdout: '',
      stderr: '3 files: 3 changed\n',
    });
    expect(opened(one).text).toBe('db:\n  pw: new # kept\n  port: 1\n');
    expect([json(two), json(three)]).toEqual([{ db: { pw: 'new' } }, { other: 1, db: { pw: 'new' } }]);
    expect(textOf(path, 'deploy/plain.yaml')).toBe('db:\n  pw: old\n');
  });

  it('are named with --file, too, where all words are paths and values; one of them is told nothing of', () => {
    expect(ours('set', '--file', one, '-f', two, '["db"]["pw"]', '"new"', '["db"]["n"]', '1').stderr).toBe('2 files: 2 changed\n');
    expect([json(one), json(two)]).toEqual([{ db: { pw: 'new', port: 1, n: 1 } }, { db: { pw: 'new', n: 1 } }]);
    expect(ours('unset', '--file', three, '["other"]')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(json(three)).toEqual({});
    const { status, stderr } = ours('set', '--file', two, one, '["db"]["pw"]', '"x"');
    expect([status, stderr]).toEqual([100, expect.stringContaining('words are paths and values alone')]);
  });

  it('get a generated value each, that no other has', () => {
    expect(ours('set', '--generate', '16', '--recursive', 'deploy', '["made"]').stderr).toBe('3 files: 3 changed\n');
    const made = [one, two, three].map((name) => ours('decrypt', '--extract', '["made"]', name).stdout.trim());
    expect(new Set(made).size).toBe(3);
    for (const value of made) expect(value).toMatch(/^[\w-]{22}$/);
    expect(json(two)).toEqual({ db: { pw: 'old' }, made: made[1] });
  });

  it('that cannot be changed are told, and stay as they are; the others are changed', () => {
    const before = textOf(path, three);
    const { status, stdout, stderr } = ours('move', '--json', '--recursive', 'deploy', '["db"]["pw"]', '["db"]["password"]');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/three\.yaml: .*not found.*\n(?:Hint.*\n)?3 files: 2 changed, 1 failed\n$/s),
    ]);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: two, status: 'changed' },
      { file: one, status: 'changed' },
      { file: three, status: 'failed', error: { code: 'PATH_NOT_FOUND' } },
    ]);
    expect(textOf(path, three)).toBe(before);
    expect(opened(one).text).toBe('db:\n  password: old # kept\n  port: 1\n');
    expect(json(two)).toEqual({ db: { password: 'old' } });
  });

  it.each([
    [['unset', '["db"]["port"]'], '1 changed, 2 unchanged', { db: { pw: 'old' } }],
    [['move', '["db"]["port"]', '["port"]'], '1 changed, 2 unchanged', { db: { pw: 'old' }, port: 1 }],
    [['set', '["db"]["pw"]', '"old"'], '1 changed, 2 unchanged', { db: { pw: 'old', port: 1 } }],
  ] as const)('with nothing to change are left by --idempotent: %j', ([command, ...words], summary, holds) => {
    expect(ours(command, '--idempotent', '--recursive', 'deploy', ...words)).toMatchObject({
      status: 0,
      stderr: `3 files: ${summary}\n`,
    });
    expect(json(one)).toEqual(holds);
  });

  it('are each changed whole or not at all', () => {
    const before = [one, two].map((name) => textOf(path, name));
    expect(ours('set', '-f', one, '-f', two, '["new"]', '1', '["db"][+]', '2').status).not.toBe(0);
    expect([one, two].map((name) => textOf(path, name))).toEqual(before);
  });

  it('are taken by the old spellings where they are changed', () => {
    expect(ours('--set', '["n"] 1', one, three).stderr).toBe('2 files: 2 changed\n');
    expect([json(one), json(three)]).toMatchObject([{ n: 1 }, { n: 1 }]);
    expect(ours('-r', '-i', one, three).stderr).toBe('2 files: 2 rotated\n');
    expect(json(one)).toMatchObject({ n: 1 });
  });

  it('do not mind a flag that is without effect', () => {
    expect(ours('set', '--output', 'out', '--recursive', 'deploy', '["n"]', '1').stderr).toBe(
      'Warning: --output is without effect here\n3 files: 3 changed\n',
    );
    expect(json(one)).toMatchObject({ n: 1 });
  });

  it('get and lose key groups together', () => {
    const other = ageIdentity();
    const add = ['groups', 'add', '--age', other.recipient, '--file', one, '--file', 'deploy/*/*.json'];
    expect(ours(...add)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('several files need --in-place\n') });
    expect(ours(...add, '-i').stderr).toBe('2 files: 2 changed\n');
    const both = { ...env, SOPS_AGE_KEY: `${env['SOPS_AGE_KEY'] ?? ''}\n${other.identity}` };
    for (const name of [one, two]) {
      expect(theirs('decrypt', name).status).toBe(128);
      expect(runProgram([needed('sops')], ['decrypt', name], { cwd: path, env: both }).status).toBe(0);
    }
    const { status, stderr } = runProgram(
      program,
      ['groups', 'delete', '-i', '--recursive', '-f', 'deploy', '--shamir-secret-sharing-threshold', '1', '1'],
      { cwd: path, env: both },
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining('3 files: 2 changed, 1 failed\n')]);
    for (const name of [one, two]) expect(theirs('decrypt', name).status).toBe(0);
  });

  it('are listed by globs and folders, once', () => {
    const listed = (...argv: readonly string[]): unknown => {
      const shown: readonly { readonly file: string }[] = JSON.parse(ours(...argv).stdout);
      return shown.map(({ file }) => file);
    };
    expect(listed('keys', '--json', 'deploy/*.yaml', one)).toEqual([one, three]);
    expect(listed('keys', '--json', '--recursive', one, 'deploy')).toEqual([one, two, three]);
    expect(listed('find', '--json', 'pw', '*/*.yaml')).toEqual([one]);
    expect(ours('keys', 'deploy/*.nothing').status).toBe(100);
    fill(path, { '.sops.yaml': 'creation_rules:\n  - path_regex: one\n    age: []\n', 'deploy/broken.yaml': 'a: {' });
    expect(listed('rules', '--json', 'deploy')).toEqual(['deploy/broken.yaml', two, one, 'deploy/plain.yaml', three]);
    fill(path, { '.sops.yaml': `creation_rules:\n  - age: ${env['SOPS_AGE_RECIPIENTS'] ?? ''}\n` });
    const { status, stdout, stderr } = ours('rules', 'deploy/*.yaml');
    expect([status, stderr]).toEqual([1, expect.stringContaining('deploy/broken.yaml')]);
    expect(stdout.match(/^\S+: rule 1 takes it$/gm)).toHaveLength(3);
    fill(path, { '.sops.yaml': '{}' });
  });

  it('give their variables together', () => {
    seal({ 'vars/a.env': 'A=1\nB=1\n', 'vars/b.env': 'B=2\n' });
    expect(ours('exec-env', 'vars/*.env', '--', 'printenv', 'A', 'B').stdout).toBe('1\n2\n');
    expect(JSON.parse(ours('export', '--format', 'json', 'vars').stdout)).toEqual({ A: '1', B: '2' });
    expect(ours('exec-env', 'vars/b.env', 'vars/a.env', 'vars/b.env', '--', 'printenv', 'B').stdout).toBe('2\n');
    expect(ours('exec-file', 'vars/*.env', '--', 'cat', '{}').stdout).toBe('A=1\nB=1\nB=2\n');
  });

  it('whose names have line breaks make no lines of their own', () => {
    const name = 'a\nError: all is lost\u001B[2J.yaml';
    const shown = String.raw`a\u000aError: all is lost\u001b[2J.yaml`;
    fill(path, { [join('odd', name)]: textOf(path, one) });
    symlinkSync('nowhere', join(path, 'odd', 'z\nz.yaml'));
    fill(path, {
      '.sops.yaml': `creation_rules:\n  - age: ${env['SOPS_AGE_RECIPIENTS'] ?? ''}\ndestination_rules:\n  - s3_bucket: nowhere\n`,
    });
    const said = [
      ours('unset', '--recursive', 'odd', '["none"]'),
      ours('set', join('odd', name), '["db"][+]', '1'),
      ours('decrypt', join('odd', `not ${name}`)),
      ours('updatekeys', '-y', join('odd', name)),
      ours('keys', 'odd'),
      ours('rules', join('odd', name)),
      ours('find', 'pw', 'odd'),
      ours('publish', '--dry-run', join('odd', name)),
      ours('set', join('odd', name), '["dB"]["x"]', '1'),
      ours('decrypt', '-i', `*${name}`),
      runProgram(program, ['decrypt', join('odd', name)], { cwd: path }),
    ].map(({ stdout, stderr }) => stdout + stderr);
    for (const text of said) {
      expect(`\n${text}`).not.toContain('\nError: all');
      expect(text).not.toContain('\u001B');
      expect(text).toContain(shown);
    }
  });
});
