// Work trees, submodules, line breaks, patches, recipients, and many files.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filterAttributes } from '../../src/git/filter/settings.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { filteredLab, planted, secrets, text, touch, write } from './filtered.ts';
const lab = filteredLab();
const { blob, commit, env, filtered, folder, git, otherRecipient, recipient, repository, status, tryGit } = lab;

/** Runs our program; answers what it prints. */
const ours = (top: string, ...words: readonly string[]): string =>
  execFileSync(program[0], [...program.slice(1), ...words], { cwd: top, env, encoding: 'utf8', stdio: 'pipe' });

describe.skipIf(lacks('age-keygen', 'sops'))('the filter beside other features of Git', () => {
  describe('beside other features of Git', () => {
    it('works in linked and sparse work trees, and in submodules', () => {
      const top = filtered('trees');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/deep/b.yaml': secrets('two'), 'c.txt': 'c' }, 'first');
      const linked = join(folder, 'linked');
      git(top, 'worktree', 'add', '-q', linked, '-b', 'linked');
      expect(text(linked, 'secrets/a.yaml')).toBe(secrets('one'));
      commit(linked, { 'secrets/a.yaml': secrets('linked') }, 'in the linked tree');
      touch(linked, 'secrets/a.yaml');
      expect(status(linked)).toBe('');
      git(linked, 'sparse-checkout', 'set', '--no-cone', '/secrets/a.yaml', '/.gitattributes', '/.sops.yaml');
      expect(readdirSync(join(linked, 'secrets'))).toEqual(['a.yaml']);
      touch(linked, 'secrets/a.yaml');
      expect(status(linked)).toBe('');

      const parent = repository('parent');
      git(parent, 'submodule', '--quiet', 'add', top, 'sub');
      expect(text(parent, 'sub/secrets/a.yaml')).toBe(secrets('one'));
      write(parent, { 'sub/secrets/a.yaml': secrets('sub') });
      git(join(parent, 'sub'), 'commit', '-qam', 'in the submodule');
      expect(status(join(parent, 'sub'))).toBe('');
      expect(git(parent, 'diff', '--submodule=log')).toContain('in the submodule');
    });

    it('keeps carriage returns, and works where Git turns line breaks', () => {
      const windows = secrets('one').replaceAll('\n', '\r\n');
      const kept = filtered('kept');
      git(kept, 'config', 'core.autocrlf', 'true');
      commit(kept, { 'secrets/a.yaml': windows, 'secrets/b.yaml': secrets('unix'), 'secrets/c.bin': `${planted}\r\n\n\r` }, 'first');
      rmSync(join(kept, 'secrets'), { recursive: true });
      git(kept, 'checkout', '--', 'secrets');
      expect([text(kept, 'secrets/a.yaml'), text(kept, 'secrets/b.yaml')]).toEqual([windows, secrets('unix')]);
      expect(text(kept, 'secrets/c.bin')).toBe(`${planted}\r\n\n\r`);
      touch(kept, 'secrets/a.yaml', 'secrets/b.yaml', 'secrets/c.bin');
      expect(status(kept)).toBe('');
      write(kept, { 'secrets/b.yaml': secrets('unix').replaceAll('\n', '\r\n') });
      git(kept, 'commit', '-qam', 'line breaks');
      rmSync(join(kept, 'secrets/b.yaml'));
      git(kept, 'checkout', '--', 'secrets');
      expect(text(kept, 'secrets/b.yaml')).toBe(secrets('unix').replaceAll('\n', '\r\n'));

      const turned = filtered('turned', 'filter=sopsmith text eol=crlf');
      commit(turned, { 'secrets/a.yaml': windows, 'secrets/c.json': `{"a": "${planted}",\r\n "b": 1}\r\n` }, 'first');
      expect(blob(turned, 'HEAD:secrets/a.yaml')).not.toContain('\r');
      touch(turned, 'secrets/a.yaml', 'secrets/c.json');
      expect(status(turned)).toBe('');
      rmSync(join(turned, 'secrets'), { recursive: true });
      git(turned, 'checkout', '--', 'secrets');
      expect(text(turned, 'secrets/a.yaml')).toBe(windows);
      touch(turned, 'secrets/a.yaml', 'secrets/c.json');
      expect(status(turned)).toBe('');
      write(turned, { 'secrets/a.yaml': windows.replace('port: 1', 'port: 2') });
      git(turned, 'commit', '-qam', 'second');
      expect(git(turned, 'diff', '--unified=0', 'HEAD~', 'HEAD').match(/^\+\w+/gm)).toEqual(['+port']);
      touch(turned, 'secrets/a.yaml');
      expect(status(turned)).toBe('');
    });

    it('never adds plaintext where Git turns what it must not', () => {
      const dotenv = filtered('dotenv', 'filter=sopsmith text eol=crlf');
      commit(dotenv, { 'secrets/a.env': `A=${planted}\r\n` }, 'first');
      rmSync(join(dotenv, 'secrets'), { recursive: true });
      git(dotenv, 'checkout', '--', 'secrets');
      touch(dotenv, 'secrets/a.env');
      expect(status(dotenv)).toBe('');

      const encoded = filtered('encoded', 'filter=sopsmith working-tree-encoding=UTF-16LE');
      const file = Buffer.from(`${planted}\n`, 'utf16le');
      write(encoded, { 'secrets/a.yaml': file, 'secrets/b.bin': file });
      expect(tryGit(encoded, ['add', 'secrets/a.yaml']).status).toBe(128);
      expect(tryGit(encoded, ['add', 'secrets/b.bin']).status).toBe(128);
      expect(git(encoded, 'ls-files', 'secrets')).toBe('');

      const ident = filtered('ident', 'filter=sopsmith ident');
      commit(ident, { 'secrets/a.json': `{"a": "${planted}", "v_unencrypted": "$Id$"}\n` }, 'first');
      rmSync(join(ident, 'secrets'), { recursive: true });
      expect(tryGit(ident, ['checkout', '--', 'secrets']).stderr).toContain('stays encrypted in the work tree');
      touch(ident, 'secrets/a.json');
      expect(status(ident)).toBe('');
    });

    it('takes part of a file with add --patch, and the whole after it', () => {
      const top = filtered('patch');
      commit(top, { 'secrets/a.yaml': secrets('one') }, 'first');
      write(top, { 'secrets/a.yaml': secrets('two') });
      expect(tryGit(top, ['add', '--patch'], { input: 'q\n' })).toMatchObject({ status: 0 });
      expect(tryGit(top, ['add', '--patch'], { input: 'a\n' })).toMatchObject({ status: 0 });
      expect(status(top)).toBe('M  secrets/a.yaml\n');
      git(top, 'commit', '-qm', 'whole');
      // A part of the encrypted text has no MAC that fits: the next version of the whole mends it.
      write(top, { 'secrets/a.yaml': secrets('three') });
      expect(tryGit(top, ['add', '--patch'], { input: 'y\nn\n' })).toMatchObject({ status: 0 });
      expect(status(top)).toBe('MM secrets/a.yaml\n');
      git(top, 'add', 'secrets/a.yaml');
      git(top, 'commit', '-qm', 'mended');
      rmSync(join(top, 'secrets/a.yaml'));
      expect(tryGit(top, ['checkout', '--', 'secrets']).stderr).toBe('');
      expect(text(top, 'secrets/a.yaml')).toBe(secrets('three'));
    });

    it('keeps whom a file is encrypted for, until updatekeys is run on what is encrypted', () => {
      const top = filtered('whom');
      commit(top, { 'secrets/a.yaml': secrets('one'), 'secrets/b.yaml': secrets('b') }, 'first');
      write(top, { '.sops.yaml': `creation_rules:\n  - age: ${recipient},${otherRecipient}\n`, 'secrets/a.yaml': secrets('two') });
      git(top, 'commit', '-qam', 'changed');
      expect(blob(top, 'HEAD:secrets/a.yaml')).not.toContain(otherRecipient);
      expect(ours(top, 'git', 'refresh', '--encrypted', 'secrets/a.yaml')).toBe('1 file written encrypted.\n');
      expect(text(top, 'secrets/a.yaml')).toBe(blob(top, 'HEAD:secrets/a.yaml'));
      expect(status(top)).toBe('');
      ours(top, 'updatekeys', '--yes', 'secrets/a.yaml');
      git(top, 'commit', '-qam', 'updated');
      expect(blob(top, 'HEAD:secrets/a.yaml')).toContain(otherRecipient);
      expect(ours(join(top, 'secrets'), 'git', 'refresh')).toBe('1 file written in clear.\n');
      expect(text(top, 'secrets/a.yaml')).toBe(secrets('two'));
      touch(top, 'secrets/a.yaml');
      expect(status(top)).toBe('');
    });

    it('writes files in clear once it is set up in a clone, and puts them away, but for those that were changed', () => {
      const top = filtered('origin');
      commit(top, { 'secrets/a.yaml': secrets('a'), 'secrets/b.yaml': secrets('b'), 'secrets/sub/c.bin': planted }, 'first');
      const clone = join(folder, 'clone');
      const unset = { env: { GIT_CONFIG_GLOBAL: '/dev/null' } };
      expect(tryGit(folder, ['clone', '-q', top, clone], unset)).toMatchObject({ status: 0, stderr: '' });
      expect(text(clone, 'secrets/a.yaml')).toContain('ENC[');
      expect(ours(clone, 'git', 'refresh')).toBe('3 files written in clear.\n');
      expect([text(clone, 'secrets/a.yaml'), text(clone, 'secrets/sub/c.bin')]).toEqual([secrets('a'), planted]);
      expect(status(clone)).toBe('');
      write(clone, { 'secrets/b.yaml': secrets('changed') });
      expect(ours(clone, 'git', 'refresh', '--encrypted')).toBe('2 files written encrypted.\n');
      expect(text(clone, 'secrets/b.yaml')).toBe(secrets('changed'));
      expect(text(clone, 'secrets/sub/c.bin')).toContain('ENC[');
      expect(status(clone)).toBe(' M secrets/b.yaml\n');
      expect(tryGit(clone, ['status', '--short'], unset).stdout).toBe(' M secrets/b.yaml\n');
    });

    it('takes the nearest config file, and one process for all files of all sizes', () => {
      const top = filtered('many');
      const line = `${planted} ${'x'.repeat(80)}\n`;
      const files: Readonly<Record<string, string>> = {
        'sub/.sops.yaml': `creation_rules:\n  - age: ${otherRecipient},${recipient}\n`,
        'sub/secrets/.gitattributes': `*.yaml ${filterAttributes}\n`,
        'sub/secrets/a.yaml': secrets('sub'),
        'secrets/packet.bin': planted.padEnd(65_516, '-'),
        'secrets/packets.bin': planted.padEnd(3 * 65_516 + 1, '-'),
        'secrets/large.bin': line.repeat(40_000),
        'secrets/large.yaml': Array.from({ length: 3000 }, (_, at) => `k${at}: ${planted} ${at}\n`).join(''),
        ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`secrets/f${at}.yaml`, secrets(String(at))])),
      };
      write(top, files);
      const count = (words: readonly string[]): number =>
        tryGit(top, words, { env: { GIT_TRACE: '1' } })
          .stderr.split('\n')
          .filter((said) => said.includes('run_command') && said.includes('filter-process')).length;
      expect(count(['add', '--all'])).toBe(1);
      git(top, 'commit', '-qm', 'many');
      expect(blob(top, 'HEAD:sub/secrets/a.yaml')).toContain(otherRecipient);
      rmSync(join(top, 'secrets'), { recursive: true });
      expect(count(['checkout', '--', '.'])).toBe(1);
      for (const path of Object.keys(files)) expect(text(top, path) === files[path], path).toBe(true);
      touch(top, ...Object.keys(files));
      expect(count(['status', '--short'])).toBe(1);
      expect(status(top)).toBe('');
      expect(statSync(join(top, 'secrets/large.bin')).size).toBeGreaterThan(3_000_000);
    });
  });
});
