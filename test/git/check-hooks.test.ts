// The hooks that ship: each by the real program that runs it, in a real repository, with a commit or push that has a secret in clear and one that has none.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preCommitHook } from '../../src/git/hooks/pre-commit.ts';
import { lacks, peerEnvironment } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { checkLab } from './check-lab.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = (name: string): string => join(root, 'examples/git', name);
const lab = checkLab({ PATH: peerEnvironment()['PATH'] ?? '' });
const bin = join(lab.folder, 'bin');
const env = { ...lab.env, PATH: [bin, lab.env['PATH']].join(delimiter), PRE_COMMIT_HOME: join(lab.folder, 'pre-commit'), LEFTHOOK_BIN: '' };

beforeAll(() => {
  mkdirSync(bin);
  writeFileSync(join(bin, 'sopsmith'), `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
});
afterAll(() => {
  lab.remove();
});

/** Runs a program in a repository with ours on the path. */
function run(folder: string, command: string, ...words: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: folder, env, encoding: 'utf8', input: '', timeout: 60_000 });
  return { status, output: `${stdout}${stderr}` };
}

/** A repository with a rule and an encrypted file. */
function shop(name: string): string {
  const folder = lab.repository(name);
  lab.write(folder, { '.sops.yaml': lab.rules, 'secrets/a.yaml': 'a: 1\n' });
  lab.seal(folder, 'secrets/a.yaml');
  lab.git(folder, 'add', '--all');
  lab.git(folder, 'commit', '--no-verify', '-qm', 'first');
  return folder;
}

/** Tries to commit a secret in clear, then encrypted: by `git commit`, and by `git commit FILE`, for which Git has another index. */
function expectGuarded(folder: string): void {
  lab.write(folder, { 'secrets/new.yaml': 'password: paper clip\n' });
  lab.git(folder, 'add', 'secrets/new.yaml');
  const refused = run(folder, 'git', 'commit', '-m', 'secret');
  expect(refused.output).toContain('secrets/new.yaml');
  expect(refused.output).toContain('(not-encrypted)');
  expect(refused.output).not.toContain('paper clip');
  expect(refused.status).toBe(1);
  lab.seal(folder, 'secrets/new.yaml');
  lab.git(folder, 'add', 'secrets/new.yaml');
  expect(run(folder, 'git', 'commit', '-m', 'sealed')).toMatchObject({ status: 0 });
  lab.write(folder, { 'secrets/new.yaml': 'password: paper clip\n' });
  expect(run(folder, 'git', 'commit', '-m', 'again', 'secrets/new.yaml')).toMatchObject({ status: 1 });
  expect(lab.git(folder, 'log', '--format=%s').split('\n').slice(0, 2)).toEqual(['sealed', 'first']);
}

describe.skipIf(lacks('age-keygen'))('a commit is guarded', () => {
  it('by a plain hook', () => {
    const folder = shop('plain');
    writeFileSync(join(folder, '.git/hooks/pre-commit'), preCommitHook('sopsmith'), { mode: 0o755 });
    expectGuarded(folder);
    // From a folder below, and of a linked work tree.
    lab.git(folder, 'checkout', '-q', 'HEAD', '--', '.');
    lab.git(folder, 'worktree', 'add', '-q', '../linked', '-b', 'linked');
    const linked = join(lab.folder, 'linked');
    lab.write(linked, { 'secrets/b.yaml': 'b: 1\n' });
    lab.git(linked, 'add', '--all');
    expect(run(join(linked, 'secrets'), 'git', 'commit', '-m', 'linked')).toMatchObject({ status: 1 });
  });

  it('by Husky', () => {
    const folder = shop('husky');
    const husky = join(dirname(fileURLToPath(import.meta.resolve('husky'))), 'bin.js');
    expect(run(folder, process.execPath, husky)).toMatchObject({ status: 0 });
    copyFileSync(example('husky-pre-commit'), join(folder, '.husky/pre-commit'));
    expectGuarded(folder);
  });

  it.skipIf(lacks('lefthook'))('by lefthook, and a push as well', () => {
    const folder = shop('lefthook');
    copyFileSync(example('lefthook.yml'), join(folder, 'lefthook.yml'));
    expect(run(folder, 'lefthook', 'install')).toMatchObject({ status: 0 });
    expectGuarded(folder);
    lab.git(folder, 'checkout', '-q', 'HEAD', '--', '.');
    lab.git(folder, 'init', '-q', '--bare', '../lefthook.git');
    lab.git(folder, 'remote', 'add', 'origin', '../lefthook.git');
    lab.git(folder, 'push', '-q', '--no-verify', 'origin', 'main');
    lab.write(folder, { 'secrets/b.yaml': 'b: 1\n' });
    lab.git(folder, 'add', '--all');
    lab.git(folder, 'commit', '-q', '--no-verify', '-m', 'secret');
    expect(run(folder, 'git', 'push', 'origin', 'main')).toMatchObject({
      status: 1,
      output: expect.stringContaining('secrets/b.yaml, as committed in'),
    });
  });

  it.skipIf(lacks('pre-commit'))('by pre-commit, which also looks at all files', () => {
    const hooks = lab.repository('hooks');
    lab.commit(hooks, { '.pre-commit-hooks.yaml': readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8') }, 'hooks');
    const folder = shop('pre-commit');
    const config = (id: string): string =>
      `repos:\n  - repo: ${hooks}\n    rev: ${lab.git(hooks, 'rev-parse', 'HEAD').trim()}\n    hooks:\n      - id: ${id}\n`;
    lab.commit(folder, { '.pre-commit-config.yaml': config('sopsmith-check') }, 'first');
    expect(run(folder, 'pre-commit', 'install')).toMatchObject({ status: 0 });
    expectGuarded(folder);
    lab.write(folder, { '.pre-commit-config.yaml': config('sopsmith-check-files') });
    lab.git(folder, 'add', '.pre-commit-config.yaml');
    expect(run(folder, 'pre-commit', 'run', '--all-files')).toMatchObject({
      status: 1,
      output: expect.stringContaining('secrets/new.yaml'),
    });
  });
});

describe.skipIf(lacks('age-keygen'))('a push is guarded on the server', () => {
  let folder: string;
  let server: string;
  const push = (...words: readonly string[]): { readonly status: number | null; readonly output: string } =>
    run(folder, 'git', 'push', 'origin', ...words);
  const commit = (files: Readonly<Record<string, string>>, message: string): void => {
    lab.commit(folder, files, message);
  };

  beforeAll(() => {
    folder = shop('pushing');
    server = join(lab.folder, 'server.git');
    lab.git(folder, 'init', '-q', '--bare', server);
    copyFileSync(example('pre-receive'), join(server, 'hooks/pre-receive'));
    chmodSync(join(server, 'hooks/pre-receive'), 0o755);
    lab.git(folder, 'remote', 'add', 'origin', server);
  });

  it('takes what is clean: a first branch, more commits, another branch, a tag', () => {
    expect(push('main')).toMatchObject({ status: 0 });
    commit({ 'README.md': 'x' }, 'second');
    lab.git(folder, 'tag', '-am', 'one', 'v1');
    expect(push('main', 'main:other', 'v1')).toMatchObject({ status: 0 });
  });

  it('refuses a secret, though a later commit of the push deletes it, on old and new branches and tags; nothing of it stays', () => {
    lab.git(folder, 'checkout', '-qb', 'leaky');
    commit({ 'secrets/b.yaml': 'b: paper clip\n' }, 'leak');
    const blob = lab.git(folder, 'rev-parse', 'HEAD:secrets/b.yaml').trim();
    lab.git(folder, 'rm', '-q', 'secrets/b.yaml');
    lab.git(folder, 'commit', '-qm', 'no leak');
    lab.git(folder, 'tag', 'v2');
    for (const refs of [['leaky'], ['leaky:main'], ['v2'], ['main', 'leaky']]) {
      const { status, output } = push(...refs);
      expect(output).toContain('secrets/b.yaml, as committed in');
      expect(output).not.toContain('paper clip');
      expect(status).toBe(1);
    }
    expect(() => lab.git(server, 'cat-file', '-e', blob)).toThrow('Command failed');
    expect(lab.git(server, 'for-each-ref', '--format=%(refname)').trim().split('\n')).toEqual([
      'refs/heads/main',
      'refs/heads/other',
      'refs/tags/v1',
    ]);
  });

  it('judges a forced push by what is new in it, and lets branches be deleted', () => {
    lab.git(folder, 'checkout', '-q', 'main');
    commit({ 'README.md': 'y' }, 'third');
    expect(push('main')).toMatchObject({ status: 0 });
    lab.git(folder, 'reset', '-q', '--hard', 'HEAD~1');
    commit({ 'secrets/c.yaml': 'c: 1\n' }, 'leak');
    expect(push('--force', 'main')).toMatchObject({ status: 1 });
    lab.git(folder, 'reset', '-q', '--hard', 'HEAD~1');
    commit({ 'README.md': 'z' }, 'other third');
    expect(push('--force', 'main')).toMatchObject({ status: 0 });
    expect(push('--delete', 'other')).toMatchObject({ status: 0 });
  });

  it('may have rules of its own, which nobody who pushes can change', () => {
    writeFileSync(join(server, 'sops-rules.yaml'), `creation_rules:\n  - path_regex: ^tokens/\n    age: ${lab.alice.recipient}\n`);
    writeFileSync(join(server, 'hooks/pre-receive'), '#!/bin/sh\nexec sopsmith check --pre-receive --config sops-rules.yaml\n');
    commit({ 'tokens/a.yaml': 'a: 1\n', '.sops.yaml': `${lab.rules}x-sopsmith: { check: { exclude: [tokens] } }\n` }, 'token');
    expect(push('main')).toMatchObject({ status: 1, output: expect.stringContaining('tokens/a.yaml, as committed in') });
  });
});
