// What `git install` sets up, shows and takes out, in real repositories with the real git.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fill, textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { equippedLab, planted } from './equipped.ts';

const lab = equippedLab();
const git = (folder: string, ...words: readonly string[]): string => lab.git(folder, ...words);
const { ours, seal } = lab;

const rules = String.raw`creation_rules:
  - path_regex: ^prod/.*\.yaml$
    age: RECIPIENT
  - path_regex: (?i)odd
    age: RECIPIENT
`;

const lines = (top: string, file = '.gitattributes'): readonly string[] =>
  (/# sopsmith: begin.*\n([^]*)# sopsmith: end/.exec(textOf(top, file))?.[1] ?? '').split('\n').slice(0, -1);

/** What `git status` of ours says, as JSON. */
function findings(
  top: string,
  env: Readonly<Record<string, string>> = {},
): readonly { state: string; about: string; message: string; files?: string[] }[] {
  return JSON.parse(ours(top, ['git', 'status', '--json'], env).stdout);
}
const states = (top: string): Readonly<Record<string, string>> =>
  Object.fromEntries(findings(top).map(({ about, state }) => [about, state]));

/** A repository with rules and encrypted files, committed. */
function filled(name: string): string {
  const top = lab.repository(name);
  seal(top, { 'prod/x.yaml': `a: ${planted}\n`, 'a b/#"odd".yaml': `a: ${planted}\n`, 'z.enc.json': `{"a": "${planted}"}` });
  lab.commit(top, { '.sops.yaml': rules.replaceAll('RECIPIENT', lab.recipient), 'plain.yaml': 'a: 1\n' }, 'first');
  return top;
}

describe.skipIf(lacks('age-keygen'))('git install', () => {
  afterEach(() => {
    lab.searchAll(planted);
  });

  it('has Git hand over files whose names begin as flags do', () => {
    const top = lab.repository('dashes');
    seal(top, { './--help.enc.yaml': `a: ${planted}\n` });
    lab.commit(top, {}, 'first');
    ours(top, ['git', 'install']);
    seal(top, { './--help.enc.yaml': `a: ${planted}2\n` });
    expect(git(top, 'diff', '--', '--help.enc.yaml')).toContain(`+a: ${planted}2`);
    git(top, 'config', 'sopsmith.difftool', 'cat');
    expect(git(top, 'difftool', '-y', '-t', 'sopsmith', '--', '--help.enc.yaml')).toContain(`a: ${planted}2`);
  });

  it('writes settings and patterns that take every encrypted file, and takes exactly these out again', () => {
    const top = filled('whole');
    writeFileSync(join(top, '.gitattributes'), '*.md text\n*.png binary');
    git(top, 'config', 'diff.sopsmith.wordRegex', '.');
    const before = [textOf(top, '.gitattributes'), textOf(top, '.git/config')];
    expect(states(top)).toMatchObject({ diff: 'missing', merge: 'missing', filter: 'missing', files: 'missing', hook: 'off' });

    const { status, stdout } = ours(top, ['git', 'install', '--hooks']);
    expect(status).toBe(0);
    expect(stdout).toContain('Git calls `sopsmith` in this clone');
    expect(lines(top)).toEqual([
      String.raw`"/a b/#\"odd\".yaml" diff=sopsmith merge=sopsmith`,
      '?*.enc.json diff=sopsmith merge=sopsmith',
      'prod/**/*.yaml diff=sopsmith merge=sopsmith',
    ]);
    expect(states(top)).toMatchObject({ diff: 'ok', merge: 'ok', filter: 'ok', difftool: 'ok', mergetool: 'ok', files: 'ok', hook: 'ok' });
    expect(git(top, 'show', '--format=', 'HEAD')).toContain(`+a: ${planted}`);
    expect(git(top, 'check-attr', 'diff', 'plain.yaml')).toContain('unspecified');

    const installed = [textOf(top, '.gitattributes'), textOf(top, '.git/config')];
    expect(ours(top, ['git', 'install', '--hooks']).status).toBe(0);
    expect([textOf(top, '.gitattributes'), textOf(top, '.git/config')]).toEqual(installed);

    expect(ours(top, ['git', 'uninstall']).stdout).toMatch(
      /^Taken out: the settings of Git \(local\), our lines in \.gitattributes, the hook /,
    );
    expect([textOf(top, '.gitattributes'), textOf(top, '.git/config')]).toEqual(before);
    expect(existsSync(join(top, '.git/hooks/pre-commit'))).toBe(false);
    expect(ours(top, ['git', 'uninstall']).stdout).toBe('There was nothing to take out.\n');
  });

  it('keeps to the lines of the user, and to line breaks of Windows', () => {
    const top = filled('kept');
    writeFileSync(join(top, '.gitattributes'), '*.md text\r\n');
    ours(top, ['git', 'install']);
    writeFileSync(join(top, '.gitattributes'), `${textOf(top, '.gitattributes')}z.enc.json diff=mine\r\n`);
    expect(ours(top, ['git', 'install']).stdout).toContain(
      'Other lines give these to another diff driver, which is left so:\n  z.enc.json\n',
    );
    expect(textOf(top, '.gitattributes')).toMatch(
      /^\*\.md text\r\n# sopsmith: begin.*\r\n(.*sopsmith\r\n)+# sopsmith: end\r\nz\.enc\.json diff=mine\r\n$/,
    );
    expect(findings(top).find(({ about }) => about === 'files')).toMatchObject({ state: 'missing', files: ['z.enc.json'] });
    ours(top, ['git', 'uninstall']);
    expect(textOf(top, '.gitattributes')).toBe('*.md text\r\nz.enc.json diff=mine\r\n');
    writeFileSync(join(top, '.gitattributes'), '# sopsmith: begin\n*.md text\n');
    expect(ours(top, ['git', 'install'])).toMatchObject({ status: 1, stderr: expect.stringContaining('do not end') });
    expect(textOf(top, '.gitattributes')).toBe('# sopsmith: begin\n*.md text\n');
  });

  it('covers what comes later when it is run again, and keeps patterns of the filter', () => {
    const top = filled('later');
    ours(top, ['git', 'install', '--filter', 'clear/*.yaml']);
    expect(lines(top)).toContain('clear/*.yaml filter=sopsmith -text diff=sopsmith merge=sopsmith');
    const many = Object.fromEntries([1, 2, 3].map((n) => [`deep*/${n}.json`, `{"a": "${planted}"}`]));
    seal(top, { 'new.yaml': `a: ${planted}\n`, 'deep/new.sops.env': `A=${planted}\n`, ...many });
    git(top, 'add', '--all');
    expect(findings(top).find(({ about }) => about === 'files')).toMatchObject({
      files: ['deep*/1.json', 'deep*/2.json', 'deep*/3.json', 'deep/new.sops.env', 'new.yaml'],
    });
    ours(top, ['git', 'install']);
    expect(lines(top)).toEqual(
      expect.arrayContaining([
        '/new.yaml diff=sopsmith merge=sopsmith',
        '?*.sops.env diff=sopsmith merge=sopsmith',
        String.raw`/deep\*/*.json diff=sopsmith merge=sopsmith`,
      ]),
    );
    expect(lines(top)).toContain('clear/*.yaml filter=sopsmith -text diff=sopsmith merge=sopsmith');
    expect(states(top)['files']).toBe('ok');
    expect(ours(top, ['git', 'uninstall'])).toMatchObject({ status: 1, stderr: expect.stringContaining('--force') });
    expect(lines(top)).toContain('clear/*.yaml filter=sopsmith -text diff=sopsmith merge=sopsmith');
    expect(ours(top, ['git', 'uninstall', '--force']).status).toBe(0);
    expect(existsSync(join(top, '.gitattributes'))).toBe(false);
  });

  it('can be private to a clone, in linked work trees and folders of it too', () => {
    const top = filled('private');
    git(top, 'worktree', 'add', '-q', '../linked', 'HEAD');
    const linked = join(lab.folder, 'linked', 'prod');
    expect(ours(linked, ['git', 'install', '--private']).status).toBe(0);
    expect(existsSync(join(top, '.gitattributes'))).toBe(false);
    expect(lines(top, '.git/info/attributes')).toHaveLength(3);
    for (const folder of [top, linked]) expect(git(folder, 'show', '--format=', 'HEAD')).toContain(`+a: ${planted}`);
    expect(git(top, 'status', '--short')).toBe('');
    ours(linked, ['git', 'uninstall']);
    expect(existsSync(join(top, '.git/info/attributes'))).toBe(false);
  });

  it('works for all repositories, by name or by path', () => {
    const top = filled('everywhere');
    seal(top, { 'two.enc.yaml': `a: ${planted}\n` });
    git(top, 'add', '--all');
    const config = textOf(lab.folder, '.gitconfig');
    expect(ours(top, ['git', 'install', '--global', '--absolute']).stdout).toMatch(/^Git calls `.*` in all your repositories/);
    expect(textOf(lab.folder, '.gitconfig')).not.toContain('= sopsmith git');
    expect(git(top, 'diff', '--cached')).toContain(`+a: ${planted}`);
    expect(git(top, 'check-attr', 'diff', '.sops.yaml')).toContain('unspecified');
    expect(findings(top).find(({ about }) => about === 'diff')).toMatchObject({
      state: 'ok',
      message: expect.stringMatching(/\(global\)$/),
    });
    expect(ours(top, ['git', 'uninstall', '--global']).status).toBe(0);
    expect(textOf(lab.folder, '.gitconfig')).toBe(config);
    expect(ours(top, ['git', 'install', '--global', '--hooks'])).toMatchObject({ status: 8 });
  });

  it('calls itself by its path where nothing of its name is found, and tells of settings whose program is gone', () => {
    const top = filled('path');
    const env = { PATH: process.env['PATH'] ?? '' };
    expect(ours(top, ['git', 'install'], env).stdout).not.toContain('`sopsmith`');
    expect(lab.tryGit(top, ['show', '--format=', 'HEAD'], env).stdout).toContain(`+a: ${planted}`);
    git(top, 'config', 'diff.sopsmith.textconv', '"/none/the program" git textconv');
    expect(findings(top)[0]).toEqual({
      state: 'missing',
      about: 'diff',
      message: 'the program /none/the program is not found: run `sopsmith git install`',
    });
  });

  it('warns of plaintext that Git was told to keep, and says how it goes', () => {
    const top = filled('kept plaintext');
    ours(top, ['git', 'install', '--private']);
    git(top, 'config', 'diff.sopsmith.cachetextconv', 'true');
    git(top, 'show');
    const doubts = findings(top).filter(({ state }) => state === 'doubtful');
    expect(doubts.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^diff\.sopsmith\.cachetextconv has Git keep plaintext/),
      expect.stringMatching(/^Git kept plaintext: /),
    ]);
    git(top, 'config', '--unset', 'diff.sopsmith.cachetextconv');
    const [, ...commands] = doubts[1]?.message.split('`') ?? [];
    for (const command of commands.filter((text) => text.startsWith('git '))) git(top, ...command.split(' ').slice(1));
    expect(findings(top).filter(({ state }) => state === 'doubtful')).toEqual([]);
  });

  it('leaves hooks of others as they are, and folders of hooks that are for all', () => {
    const top = filled('hooks');
    const hook = join(top, '.git/hooks/pre-commit');
    fill(top, { '.git/hooks/pre-commit': '#!/bin/sh\nexit 0\n' });
    const refused = ours(top, ['git', 'install', '--hooks']);
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('add this line to it: sopsmith check --staged') });
    expect(readFileSync(hook, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    expect(states(top)).toMatchObject({ hook: 'off', diff: 'ok' });
    writeFileSync(hook, '#!/bin/sh\nsopsmith check --staged\n');
    expect(ours(top, ['git', 'install', '--hooks']).status).toBe(0);
    expect(states(top)['hook']).toBe('ok');

    git(top, 'config', 'core.hooksPath', 'my hooks');
    expect(ours(top, ['git', 'install', '--hooks']).status).toBe(0);
    expect(statSync(join(top, 'my hooks/pre-commit')).mode & 0o111).toBe(0o111);
    git(top, 'config', '--unset', 'core.hooksPath');
    git(top, 'config', '--global', 'core.hooksPath', join(lab.folder, 'all hooks'));
    expect(ours(top, ['git', 'install', '--hooks']).status).toBe(1);
    git(top, 'config', '--global', '--unset', 'core.hooksPath');
    expect(existsSync(join(lab.folder, 'all hooks'))).toBe(false);
  });

  it('writes through no link that came with the repository', () => {
    const top = filled('link');
    symlinkSync(join(lab.folder, 'elsewhere'), join(top, '.gitattributes'));
    for (const command of ['install', 'uninstall']) expect(ours(top, ['git', command])).toMatchObject({ status: 3 });
    expect(existsSync(join(lab.folder, 'elsewhere'))).toBe(false);
  });

  it('asks for a repository, and gets along without one that has anything', () => {
    mkdirSync(join(lab.folder, 'none'));
    expect(ours(join(lab.folder, 'none'), ['git', 'install'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no Git repository'),
    });
    expect(ours(join(lab.folder, 'none'), ['git', 'status']).status).toBe(0);
    const top = lab.repository('empty');
    expect(ours(top, ['git', 'install']).stdout).toContain('nothing in the index is encrypted yet');
    expect(existsSync(join(top, '.gitattributes'))).toBe(false);
    expect(findings(top).find(({ about }) => about === 'files')).toMatchObject({ state: 'ok' });
  });
});

describe.skipIf(lacks('age-keygen'))('tools of Git', () => {
  /** A tool that writes down what it was given, and does what is asked with the last of it. */
  function tool(name: string, does = ''): string {
    const file = join(lab.folder, name);
    writeFileSync(file, `#!/bin/sh\nfor f in "$@"; do cat "$f"; echo ---; done > '${file}.seen'\nfor f in "$@"; do :; done\n${does}\n`);
    chmodSync(file, 0o755);
    return file;
  }
  const seen = (file: string): string => {
    const text = readFileSync(`${file}.seen`, 'utf8');
    rmSync(`${file}.seen`);
    return text;
  };

  it('difftool shows both in clear, and encrypts what is changed in the work tree', () => {
    const top = filled('difftool');
    ours(top, ['git', 'install']);
    lab.commit(top, {}, 'attributes');
    expect(ours(top, ['set', 'prod/x.yaml', '["a"]', '"two"'])).toMatchObject({ status: 0 });
    const look = tool('look');
    git(top, 'config', 'sopsmith.difftool', `'${look}'`);
    const written = textOf(top, 'prod/x.yaml');
    git(top, 'difftool', '-y', '-t', 'sopsmith');
    expect(seen(look)).toBe(`a: ${planted}\n---\na: two\n---\n`);
    expect(textOf(top, 'prod/x.yaml')).toBe(written);

    git(top, 'config', 'sopsmith.difftool', `'${tool('change', `echo 'b: ${planted} more' >> "$f"`)}'`);
    git(top, 'difftool', '-y', '-t', 'sopsmith');
    expect(ours(top, ['decrypt', 'prod/x.yaml']).stdout).toBe(`a: two\nb: ${planted} more\n`);
    expect(textOf(top, 'prod/x.yaml')).toContain(/^a: .*/m.exec(written)?.[0]);

    git(top, 'config', 'sopsmith.difftool', `'${look}'`);
    git(top, 'commit', '-qam', 'second');
    git(top, 'difftool', '-y', '-t', 'sopsmith', 'HEAD~1', 'HEAD');
    expect(seen(look)).toBe(`a: ${planted}\n---\na: two\nb: ${planted} more\n---\n`);
    expect(git(top, 'status', '--short')).toBe('');
    rmSync(`${join(lab.folder, 'change')}.seen`);
    rmSync(join(lab.folder, 'change'));
    lab.searchAll(planted);
  });

  it('mergetool settles conflicts in the editor', () => {
    const top = filled('mergetool');
    ours(top, ['git', 'install']);
    lab.commit(top, {}, 'attributes');
    git(top, 'checkout', '-qb', 'theirs');
    ours(top, ['set', 'prod/x.yaml', '["a"]', `"${planted} theirs"`]);
    git(top, 'commit', '-qam', 'theirs');
    git(top, 'checkout', '-q', 'main');
    ours(top, ['set', 'prod/x.yaml', '["a"]', `"${planted} ours"`]);
    git(top, 'commit', '-qam', 'ours');
    expect(lab.tryGit(top, ['merge', 'theirs']).status).toBe(1);
    const editor = tool('settle', `printf 'a: settled\\n' > "$f"`);
    const { status, stderr } = lab.tryGit(top, ['mergetool', '-y', '-t', 'sopsmith', 'prod/x.yaml'], { SOPS_EDITOR: editor });
    expect(status, stderr).toBe(0);
    const shown = seen(editor);
    expect(shown).toContain(`${planted} theirs`);
    expect(shown).toContain(`${planted} ours`);
    expect(ours(top, ['decrypt', 'prod/x.yaml']).stdout).toBe('a: settled\n');
    expect(git(top, 'status', '--short', '--untracked-files=no')).toBe('M  prod/x.yaml\n');
    lab.searchAll(planted);
  });
});
