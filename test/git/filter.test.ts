// Files in clear in the work tree and encrypted in the repository: real repositories, the real git, and after each test a search for plaintext.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { driverSettings } from '../../src/git/drivers/settings.ts';
import { filterAttributes } from '../../src/git/filter/settings.ts';
import { lacks, needed } from '../support/peers.ts';
import { filterCommand, filteredLab, planted, secrets, text, touch, write } from './filtered.ts';
const lab = filteredLab();
const { blob, commit, env, filtered, folder, git, otherRecipient, recipient, status, tryGit } = lab;

describe.skipIf(lacks('age-keygen', 'sops'))('the filter', () => {
  describe('in a repository', () => {
    it('keeps every byte, and the very blob of what did not change', () => {
      const top = filtered('bytes');
      const files: Readonly<Record<string, string | Uint8Array>> = {
        'secrets/a.yaml': `# ${planted}\na:   [1,  0x1F, '${planted}']\nb: |\n  ${planted}\n   two\n\n\nlast: 1.50`,
        'secrets/b.json': `{"a" : "${planted}",\n\n "n":1e3}`,
        'secrets/c.env': `# ${planted}\nA=${planted}\n\nB='x y'\n`,
        'secrets/d.ini': `[s]\nk = ${planted}\n; ${planted}\n`,
        'secrets/e.bin': Buffer.concat([Buffer.from(planted), Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 31) % 256))]),
        'secrets/empty.yaml': '',
        'secrets/blank.yaml': '\n',
        'secrets/no ending': `${planted}\r\n`,
        'secrets/2:"ü\n.yaml': `a: ${planted}\n`,
        'secrets/-n.yaml': `a: ${planted}\n`,
        'clear.yaml': 'a: 1\n',
      };
      commit(top, files, 'all kinds');
      expect(status(top)).toBe('');
      const staged = git(top, 'ls-files', '--stage');
      expect(blob(top, 'HEAD:secrets/a.yaml')).toMatch(/^sops:/m);
      expect(blob(top, 'HEAD:secrets/empty.yaml')).toBe('');

      touch(top, ...Object.keys(files));
      expect(status(top)).toBe('');
      touch(top, ...Object.keys(files));
      git(top, 'add', '--all');
      expect(git(top, 'ls-files', '--stage')).toBe(staged);

      rmSync(join(top, 'secrets'), { recursive: true });
      git(top, 'checkout', '--', '.');
      for (const [path, content] of Object.entries(files))
        expect(readFileSync(join(top, path)).equals(Buffer.from(content)), path).toBe(true);
      expect(status(top)).toBe('');

      writeFileSync(join(top, 'secrets/a.yaml'), blob(top, 'HEAD:secrets/a.yaml'));
      expect(git(top, 'diff', 'secrets')).toBe('');
      const theirs = execFileSync(needed('sops'), ['decrypt', '--output-type', 'json', 'secrets/a.yaml'], { cwd: top, env: env });
      expect(JSON.parse(theirs.toString())).toMatchObject({ a: [1, 31, planted], b: `${planted}\n two\n` });
    });

    it('changes in the repository what changed in the work tree, commits some paths, amends', () => {
      const top = filtered('changes');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/b.yaml': secrets('two') }, 'first');
      write(top, { 'secrets/a.yaml': secrets('three'), 'secrets/b.yaml': secrets('four') });
      const changed = git(top, 'diff', '--unified=0', 'secrets/a.yaml').match(/^\+\w+/gm);
      expect(changed).toEqual(['+password']);
      // A commit of some paths makes two indexes, and encrypts for both.
      git(top, 'commit', '-qm', 'one path', 'secrets/a.yaml');
      expect(status(top)).toBe(' M secrets/b.yaml\n');
      expect(git(top, 'diff', '--cached')).toBe('');
      git(top, 'commit', '-qam', 'the rest');
      expect(status(top)).toBe('');
      git(top, 'commit', '-q', '--amend', '-m', 'amended', '--allow-empty');
      write(top, { 'secrets/a.yaml': secrets('one') });
      git(top, 'add', 'secrets/a.yaml');
      write(top, { 'secrets/a.yaml': secrets('three') });
      git(top, 'add', 'secrets/a.yaml');
      expect(status(top)).toBe('');
    });

    it('works through a temporary index', () => {
      const top = filtered('index');
      commit(top, { 'secrets/a.yaml': secrets('one') }, 'first');
      const through = { env: { GIT_INDEX_FILE: join(top, '.git', 'another') } };
      expect(tryGit(top, ['add', 'secrets/a.yaml'], through)).toMatchObject({ status: 0, stderr: '' });
      expect(tryGit(top, ['rev-parse', ':secrets/a.yaml'], through).stdout).toBe(git(top, 'rev-parse', 'HEAD:secrets/a.yaml'));
      expect(tryGit(folder, ['status', '--short'], { env: { GIT_DIR: join(top, '.git'), GIT_WORK_TREE: top } }).stdout).toBe('');
    });
  });

  describe('through branches', () => {
    it('switches, rebases, cherry-picks and merges', () => {
      const top = filtered('branches');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/b.yaml': secrets('two') }, 'first');
      git(top, 'switch', '-qc', 'topic');
      for (const step of [1, 2, 3])
        commit(top, { 'secrets/b.yaml': secrets(`topic ${step}`), [`secrets/t${step}.yaml`]: secrets(`new ${step}`) }, `topic ${step}`);
      git(top, 'switch', '-q', 'main');
      expect(text(top, 'secrets/b.yaml')).toBe(secrets('two'));
      expect(status(top)).toBe('');
      commit(top, { 'secrets/a.yaml': secrets('main') }, 'main');
      git(top, 'switch', '-q', 'topic');
      git(top, 'rebase', '-q', 'main');
      expect(text(top, 'secrets/a.yaml')).toBe(secrets('main'));
      expect(text(top, 'secrets/b.yaml')).toBe(secrets('topic 3'));
      touch(top, 'secrets/a.yaml', 'secrets/b.yaml', 'secrets/t1.yaml');
      expect(status(top)).toBe('');

      git(top, 'switch', '-qc', 'picked', 'main');
      git(top, 'cherry-pick', 'topic~2', 'topic~1');
      expect(text(top, 'secrets/b.yaml')).toBe(secrets('topic 2'));
      expect(text(top, 'secrets/t1.yaml')).toBe(secrets('new 1'));
      git(top, 'switch', '-q', 'main');
      commit(top, { 'secrets/c.yaml': secrets('main again') }, 'main again');
      git(top, 'merge', '-q', '--no-edit', 'topic');
      expect([text(top, 'secrets/b.yaml'), text(top, 'secrets/c.yaml')]).toEqual([secrets('topic 3'), secrets('main again')]);
      expect(status(top)).toBe('');
    });

    it('merges and rebases changes of one file with the merge driver, and resolves conflicts', () => {
      const top = filtered('driver', `${filterAttributes} merge=sopsmith`);
      for (const [name, value] of Object.entries(driverSettings(filterCommand).merge)) git(top, 'config', name, value);
      commit(top, { 'secrets/a.yaml': secrets('one') }, 'first');
      git(top, 'switch', '-qc', 'topic');
      commit(top, { 'secrets/a.yaml': `${secrets('one')}topic: ${planted}\n` }, 'topic');
      git(top, 'switch', '-q', 'main');
      commit(top, { 'secrets/a.yaml': secrets('two') }, 'main');
      git(top, 'merge', '-q', '--no-edit', 'topic');
      expect(text(top, 'secrets/a.yaml')).toBe(`${secrets('two')}topic: ${planted}\n`);
      touch(top, 'secrets/a.yaml');
      expect(status(top)).toBe('');
      git(top, 'switch', '-q', 'topic');
      git(top, 'rebase', '-q', 'main~');
      expect(text(top, 'secrets/a.yaml')).toBe(`${secrets('two')}topic: ${planted}\n`);

      commit(top, { 'secrets/a.yaml': secrets('three') }, 'three');
      git(top, 'switch', '-qc', 'other', 'HEAD~');
      commit(top, { 'secrets/a.yaml': secrets('four') }, 'four');
      const { stderr } = tryGit(top, ['merge', 'topic']);
      expect(stderr).not.toContain('stays encrypted');
      expect(stderr).not.toContain(planted);
      // In a conflict the file lies there encrypted; what is not settled does not get in.
      expect(text(top, 'secrets/a.yaml')).toMatch(/^<<<<<<< /m);
      expect(text(top, 'secrets/a.yaml')).not.toContain(planted);
      expect(tryGit(top, ['add', 'secrets/a.yaml']).status).toBe(128);
      write(top, { 'secrets/a.yaml': secrets('five') });
      git(top, 'add', 'secrets/a.yaml');
      git(top, 'commit', '-qm', 'merged');
      expect(status(top)).toBe('');
      expect(blob(top, 'HEAD:secrets/a.yaml').split('\n')[0]).toBe(blob(top, 'other~:secrets/a.yaml').split('\n')[0]);
    });

    it('stashes, whole and some paths, and brings back', () => {
      const top = filtered('stash');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/b.yaml': secrets('two') }, 'first');
      write(top, { 'secrets/a.yaml': secrets('changed'), 'secrets/new.yaml': secrets('new') });
      git(top, 'stash', '-q', '--include-untracked');
      expect(text(top, 'secrets/a.yaml')).toBe(secrets('one'));
      expect(status(top)).toBe('');
      git(top, 'stash', 'pop', '-q');
      expect(text(top, 'secrets/a.yaml')).toBe(secrets('changed'));
      expect(text(top, 'secrets/new.yaml')).toBe(secrets('new'));
      write(top, { 'secrets/b.yaml': secrets('changed too') });
      git(top, 'stash', 'push', '-q', '--', 'secrets/b.yaml');
      expect([text(top, 'secrets/a.yaml'), text(top, 'secrets/b.yaml')]).toEqual([secrets('changed'), secrets('two')]);
      git(top, 'stash', 'pop', '-q');
      expect(text(top, 'secrets/b.yaml')).toBe(secrets('changed too'));
    });

    it('knows a file that was moved without Git, and encrypts it for whom the rule of its new place names', () => {
      const top = filtered('moved');
      commit(
        top,
        {
          '.sops.yaml': `creation_rules:\n  - path_regex: secrets/both\n    age: ${recipient},${otherRecipient}\n  - age: ${recipient}\n`,
          'secrets/a.yaml': secrets('a'),
          'secrets/b.yaml': secrets('b'),
          'secrets/c.bin': planted,
        },
        'first',
      );
      const ids = ['a.yaml', 'c.bin'].map((name) => git(top, 'rev-parse', `HEAD:secrets/${name}`));
      mkdirSync(join(top, 'secrets/both'));
      renameSync(join(top, 'secrets/a.yaml'), join(top, 'secrets/a2.yaml'));
      renameSync(join(top, 'secrets/b.yaml'), join(top, 'secrets/both/b.yaml'));
      renameSync(join(top, 'secrets/c.bin'), join(top, 'secrets/c2.bin'));
      git(top, 'rm', '-q', '--cached', 'secrets/c.bin');
      git(top, 'add', '--all');
      expect(git(top, 'rev-parse', ':secrets/a2.yaml', ':secrets/c2.bin')).toBe(ids.join(''));
      expect(blob(top, ':secrets/both/b.yaml')).toContain(otherRecipient);
      expect(status(top)).toMatch(/^R {2}secrets\/a\.yaml -> secrets\/a2\.yaml\nR {2}secrets\/b\.yaml -> secrets\/both\/b\.yaml\nR/);
    });

    it('follows a rename that Git was told of, and takes away a conflict', () => {
      const top = filtered('rename');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/c.bin': `${planted} 1` }, 'first');
      git(top, 'mv', 'secrets/a.yaml', 'secrets/b.yaml');
      touch(top, 'secrets/b.yaml');
      expect(status(top)).toBe('R  secrets/a.yaml -> secrets/b.yaml\n');
      git(top, 'commit', '-qm', 'moved');
      git(top, 'switch', '-qc', 'topic');
      commit(top, { 'secrets/c.bin': `${planted} 2` }, 'theirs');
      git(top, 'switch', '-q', 'main');
      commit(top, { 'secrets/c.bin': `${planted} 3` }, 'ours');
      const merge = tryGit(top, ['merge', 'topic'], { input: '' });
      expect(merge.status).toBe(1);
      // Taking one side gives the version of that side.
      write(top, { 'secrets/c.bin': `${planted} 2` });
      git(top, 'add', 'secrets/c.bin');
      expect(git(top, 'rev-parse', ':secrets/c.bin')).toBe(git(top, 'rev-parse', 'topic:secrets/c.bin'));
      git(top, 'commit', '-qm', 'merged');
      expect(status(top)).toBe('');
    });
  });
});
