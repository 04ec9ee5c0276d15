// Clones without a key, versions that were altered, and files that must not be added.
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filterAttributes } from '../../src/git/filter/settings.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { filteredLab, filterCommand, planted, secrets, text, touch, write } from './filtered.ts';
const lab = filteredLab();
const { blob, commit, env, filtered, folder, git, otherKey, recipient, repository, status, tryGit } = lab;

describe.skipIf(lacks('age-keygen', 'sops'))('the filter, where it cannot encrypt or decrypt,', () => {
  describe('without a key', () => {
    it('leaves files encrypted, says so once, and keeps the clone clean', () => {
      const top = filtered('keys');
      commit(top, Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`secrets/${at}.yaml`, secrets(String(at))])), 'first');
      const clone = join(folder, 'clone');
      const without = { env: { SOPS_AGE_KEY: otherKey } };
      const { status: ended, stderr } = tryGit(folder, ['clone', '-q', top, clone], without);
      expect(ended).toBe(0);
      expect(stderr.trim().split('\n')).toEqual([
        'Warning: secrets/0.yaml stays encrypted in the work tree: none of your keys opens it; `sopsmith doctor` says which were looked for',
        'Warning: so are 5 files more: none of your keys opens them',
      ]);
      expect(text(clone, 'secrets/0.yaml')).toBe(blob(top, 'HEAD:secrets/0.yaml'));
      touch(clone, 'secrets/0.yaml', 'secrets/1.yaml');
      expect(tryGit(clone, ['status', '--short'], without)).toMatchObject({ status: 0, stdout: '', stderr: '' });

      // A value written by hand into what is encrypted does not get in.
      writeFileSync(join(clone, 'secrets/0.yaml'), text(clone, 'secrets/0.yaml').replace(/^sops:/m, `token: ${planted}\nsops:`));
      const added = tryGit(clone, ['add', 'secrets/0.yaml'], without);
      expect(added.status).not.toBe(0);
      expect(added.stderr).toContain('the value of token is in clear');
      expect(added.stderr).not.toContain(planted);
      // Nor does plaintext in the place of what nobody here can open.
      write(clone, { 'secrets/1.yaml': secrets('overwritten') });
      const overwritten = tryGit(clone, ['commit', '-qm', 'no', 'secrets/1.yaml'], without);
      expect(overwritten.status).not.toBe(0);
      expect(overwritten.stderr).toContain('the version in the repository does not open');
      // A new file takes no key but those of the rule.
      write(clone, { 'secrets/new.yaml': secrets('new') });
      expect(tryGit(clone, ['add', 'secrets/new.yaml'], without)).toMatchObject({ status: 0, stderr: '' });
    });

    it('hands on what was altered or cannot be read, and mends it with the next commit', () => {
      const top = filtered('altered');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/b.yaml': secrets('two') }, 'first');
      const sealed = blob(top, 'HEAD:secrets/a.yaml');
      const put = (content: string): void => {
        const id = tryGit(top, ['hash-object', '-w', '--stdin'], { input: content }).stdout.trim();
        git(top, 'update-index', '--cacheinfo', `100644,${id},secrets/a.yaml`);
      };
      put(sealed.replace('port:', 'harbour:'));
      touch(top, 'secrets/a.yaml');
      expect(status(top)).toBe('MM secrets/a.yaml\n');
      rmSync(join(top, 'secrets/a.yaml'));
      const altered = tryGit(top, ['checkout', '--', 'secrets']);
      expect(altered.status).toBe(0);
      expect(altered.stderr).toMatch(/^Warning: secrets\/a\.yaml stays encrypted in the work tree: .*harbour/);
      expect(text(top, 'secrets/a.yaml')).toBe(sealed.replace('port:', 'harbour:'));
      expect(status(top)).toBe('M  secrets/a.yaml\n');
      // Plaintext goes on from the last version that fits its MAC.
      write(top, { 'secrets/a.yaml': secrets('one') });
      git(top, 'add', 'secrets/a.yaml');
      expect(status(top)).toBe('');

      put(`<<<<<<< ours\n${sealed}=======\n>>>>>>> theirs\n`);
      rmSync(join(top, 'secrets/a.yaml'));
      expect(tryGit(top, ['checkout', '--', 'secrets'])).toMatchObject({ status: 0 });
      expect(text(top, 'secrets/a.yaml')).toMatch(/^<<<<<<< ours/);
      touch(top, 'secrets/a.yaml');
      expect(status(top)).toBe('M  secrets/a.yaml\n');
    });

    it('says of a file that is in the repository in clear that it is', () => {
      const top = repository('late');
      commit(top, { 'secrets/a.yaml': 'not: secret\n' }, 'first');
      write(top, {
        '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n`,
        '.gitattributes': `secrets/** ${filterAttributes}\n`,
      });
      rmSync(join(top, 'secrets/a.yaml'));
      const { stderr } = tryGit(top, ['checkout', '--', 'secrets']);
      expect(stderr).toContain('secrets/a.yaml is in clear in the repository');
      git(top, 'add', '--renormalize', '.');
      expect(blob(top, ':secrets/a.yaml')).toMatch(/^not: ENC\[/);
      git(top, 'commit', '-qm', 'encrypted');
      git(top, 'add', '--renormalize', '.');
      expect(status(top)).toBe('?? .gitattributes\n?? .sops.yaml\n');
    });
  });

  describe('where a file cannot be encrypted', () => {
    describe('adds nothing', () => {
      const cases: readonly {
        readonly where: string;
        readonly files: Readonly<Record<string, string | Uint8Array>>;
        readonly says: RegExp;
        readonly key?: string;
      }[] = [
        { where: 'no rule takes it', files: { 'other/x.yaml': secrets('x') }, says: /no matching creation rules found for other\/x\.yaml/ },
        { where: 'it is malformed', files: { 'secrets/a.yaml': `a: ${planted}\n b: [` }, says: /secrets\/a\.yaml:/ },
        { where: 'it is UTF-16', files: { 'secrets/u.yaml': Buffer.from(`\uFEFFa: ${planted}\n`, 'utf16le') }, says: /UTF-16/ },
        {
          where: 'the config file is malformed',
          files: { 'secrets/n.yaml': secrets('n'), '.sops.yaml': 'creation_rules: [{age: nonsense}]\n' },
          says: /Error: .*\.sops\.yaml/,
        },
        { where: 'there are no rules', files: { 'secrets/n.yaml': secrets('n'), '.sops.yaml': 'stores: {}\n' }, says: /no creation rules/ },
        { where: 'the earlier version does not open', files: { 'secrets/a.yaml': secrets('two') }, says: /does not open/, key: otherKey },
      ];
      it.each(cases)('where $where', ({ files, says, key }) => {
        const top = filtered('closed');
        commit(top, { 'secrets/a.yaml': secrets('one') }, 'first');
        appendFileSync(join(top, '.git', 'info', 'attributes'), `other/** ${filterAttributes}\n`);
        const before = git(top, 'ls-files', '--stage', 'secrets', 'other');
        write(top, files);
        const adding = [
          ['add', '--all'],
          ['add', ...Object.keys(files)],
          ['hash-object', '-w', ...Object.keys(files).filter((path) => path !== '.sops.yaml')],
        ];
        for (const words of adding) {
          const { status: ended, stderr } = tryGit(top, words, key === undefined ? {} : { env: { SOPS_AGE_KEY: key } });
          expect({ words, ended }).toEqual({ words, ended: 128 });
          expect(stderr).toMatch(says);
          expect(stderr).toMatch(/fatal: .*clean filter 'sopsmith' failed/);
          expect(stderr).not.toContain(planted);
        }
        expect(git(top, 'ls-files', '--stage', 'secrets', 'other')).toBe(before);
      });
    });

    it('adds nothing where the program is not there, ends early, or is killed', () => {
      const top = filtered('gone');
      write(top, { 'secrets/a.yaml': secrets('one') });
      const script = join(folder, 'filter.sh');
      const scripts = {
        missing: undefined,
        'ends at once': 'exit 0',
        'is killed while it works': `${filterCommand} git filter-process & sleep 0.3; kill -9 $!`,
        'says anything': 'echo hello; cat > /dev/null',
      };
      for (const [how, body] of Object.entries(scripts)) {
        rmSync(script, { force: true });
        if (body !== undefined) {
          writeFileSync(script, `#!/bin/sh\n${body}\n`);
          chmodSync(script, 0o755);
        }
        const { status: ended } = tryGit(top, ['-c', `filter.sopsmith.process=${script}`, 'add', 'secrets']);
        expect({ how, ended }).not.toEqual({ how, ended: 0 });
        expect(git(top, 'ls-files', 'secrets')).toBe('');
        rmSync(join(top, '.git', 'index.lock'), { force: true });
      }
      git(top, 'add', 'secrets');
      expect(status(top)).toBe('A  secrets/a.yaml\n');
    });
  });

  it('says to a person that it is for Git', () => {
    const [command, ...words] = program;
    const { status: ended, stderr } = spawnSync(command, [...words, 'git', 'filter-process'], {
      input: 'hello',
      encoding: 'utf8',
      env: env,
    });
    expect(ended).toBe(1);
    expect(stderr).toContain('this command is for Git to run');
  });
});
