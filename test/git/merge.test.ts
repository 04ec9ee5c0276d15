// `git merge` with our driver, in real repositories: real sops opens what comes of it, and nothing decrypted is left anywhere.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forRecipients, recipient, seal } from '../operations/bench.ts';
import { fill, textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { recipients } from '../support/real-sops.ts';
import { mergingLab, word } from './merging.ts';

const lab = mergingLab();
const { begin, change, opened, tryGit, ours } = lab;
const git = (folder: string, ...words: readonly string[]): string => lab.git(folder, ...words);
const [ada, bob] = recipients;

const markers = /^<<<<<<< [^]*^=======$[^]*^>>>>>>> /m;
const status = (top: string): string => git(top, 'status', '--short');

describe.skipIf(lacks('sops', 'age-keygen'))('git merge', () => {
  it('puts together what both sides added, in every format', async () => {
    const top = await begin('formats', {
      'a.yaml': `a: ${word}\n`,
      'b.json': `{\n  "a": "${word}"\n}\n`,
      'c.env': `A=${word}\n`,
      'd.ini': `[s]\na = ${word}\n`,
      'e.bin': `one\ntwo ${word}\nthree\n`,
    });
    git(top, 'switch', '-qc', 'topic');
    await change(top, {
      'a.yaml': (text) => `${text}# theirs\nc: ${word}\n`,
      'b.json': (text) => text.replace('\n}', ',\n  "c": 3\n}'),
      'c.env': (text) => `${text}C=3\n`,
      'd.ini': (text) => `${text}c = 3\n`,
      'e.bin': (text) => text.replace('three', 'drei'),
    });
    git(top, 'switch', '-q', 'main');
    await change(top, {
      'a.yaml': (text) => `${text}# ours\nb: ${word}\n`,
      'b.json': (text) => text.replace('\n}', ',\n  "b": 2\n}'),
      'c.env': (text) => `${text}B=2\n`,
      'd.ini': (text) => `${text}b = 2\n`,
      'e.bin': (text) => text.replace('one', 'eins'),
    });
    const before = textOf(top, 'a.yaml');
    expect(tryGit(top, ['merge', '-q', 'topic', '-m', 'both'])).toMatchObject({ status: 0, stderr: '' });
    expect(opened(top, 'a.yaml')).toBe(`a: ${word}\n# ours\nb: ${word}\n# theirs\nc: ${word}\n`);
    expect(JSON.parse(opened(top, 'b.json'))).toEqual({ a: word, b: 2, c: 3 });
    expect(opened(top, 'c.env')).toBe(`A=${word}\nB=2\nC=3\n`);
    expect(opened(top, 'd.ini').replaceAll(/\s/g, '')).toBe(`[s]a=${word}b=2c=3`);
    expect(opened(top, 'e.bin')).toBe(`eins\ntwo ${word}\ndrei\n`);
    expect(ours(top, ['decrypt', 'a.yaml']).stdout).toBe(`a: ${word}\n# ours\nb: ${word}\n# theirs\nc: ${word}\n`);
    for (const line of before.split('\n').slice(0, 3)) expect(textOf(top, 'a.yaml')).toContain(line);
  });

  it('follows a rename, and takes a file that both sides added', async () => {
    const top = await begin('rename', { 'old.yaml': `a: ${word}\nb: 1\n` });
    git(top, 'switch', '-qc', 'topic');
    git(top, 'mv', 'old.yaml', 'new.yaml');
    lab.commit(top, { 'added.yaml': await seal('yaml', `x: ${word}\n`) }, 'rename');
    git(top, 'switch', '-q', 'main');
    await change(top, { 'old.yaml': (text) => text.replace('1', '2') });
    lab.commit(top, { 'added.yaml': await seal('yaml', 'w: 2\n') }, 'added');
    expect(tryGit(top, ['merge', '-q', 'topic', '-m', 'both']).status).toBe(0);
    expect(opened(top, 'new.yaml')).toBe(`a: ${word}\nb: 2\n`);
    expect(existsSync(join(top, 'old.yaml'))).toBe(false);
    expect(opened(top, 'added.yaml')).toBe(`w: 2\nx: ${word}\n`);
  });

  it('merges recipients of both sides, and tells it; a data key that one side made new is that of the file', async () => {
    const top = await begin('keys', { 'a.yaml': `a: ${word}\nb: 1\n` });
    lab.commit(top, { 'a.yaml': await forRecipients('yaml', textOf(top, 'a.yaml'), recipient, ada) }, 'ada');
    git(top, 'switch', '-qc', 'topic');
    expect(ours(top, ['rotate', '-i', '--rm-age', ada, 'a.yaml']).status).toBe(0);
    git(top, 'commit', '-qam', 'rotated');
    const rotated = textOf(top, 'a.yaml');
    git(top, 'switch', '-q', 'main');
    lab.commit(top, { 'a.yaml': await forRecipients('yaml', textOf(top, 'a.yaml'), recipient, ada, bob) }, 'bob');
    await change(top, { 'a.yaml': (text) => text.replace('1', '2') });
    const { stderr, status: merged } = tryGit(top, ['merge', '-q', 'topic', '-m', 'both']);
    expect(merged).toBe(0);
    expect(stderr).toContain(`a.yaml: we added ${bob}: it can read the merged file`);
    expect(stderr).toContain(`a.yaml: they removed ${ada}: it stays removed`);
    expect(stderr).toContain('the data key is the new one, theirs');
    const result = textOf(top, 'a.yaml');
    expect([recipient, ada, bob].map((one) => result.includes(one))).toEqual([true, false, true]);
    expect(result.split('\n')[0]).toBe(rotated.split('\n')[0]);
    expect(opened(top, 'a.yaml')).toBe(`a: ${word}\nb: 2\n`);
  });

  it('leaves a conflict encrypted, which `git resolve` opens in the editor until no marker is left', async () => {
    const top = await begin('conflict', { 'a.yaml': `a: ${word}\nb: 1\n` });
    git(top, 'switch', '-qc', 'topic');
    await change(top, { 'a.yaml': (text) => `${text.replace('a: ', 'a: their-')}c: 3\n` });
    git(top, 'switch', '-q', 'main');
    await change(top, { 'a.yaml': (text) => text.replace('a: ', 'a: our-') });
    const { stderr, status: merged } = tryGit(top, ['merge', '-q', 'topic']);
    expect(merged).toBe(1);
    expect(stderr).toContain('a.yaml: a: changed on both sides');
    expect(stderr).toContain('`sopsmith git resolve a.yaml` opens it');
    const left = textOf(top, 'a.yaml');
    expect(left).toMatch(markers);
    expect(left).not.toContain(word);
    expect(ours(top, ['decrypt', 'a.yaml']).status).not.toBe(0);
    expect(status(top)).toBe('UU a.yaml\n');

    const lazy = ours(top, ['git', 'resolve', 'a.yaml'], lab.editor('exit 0'));
    expect(lazy).toMatchObject({ status: 1, stderr: expect.stringContaining('a conflict marker is left in line 1') });
    expect(lazy.stderr).toMatch(
      /in conflict, in a merge:\n {2}ours: {3}\w+ change \(your branch\)\n {2}theirs: \w+ change \(what you merge\)\n {2}a: changed on both sides/,
    );
    expect([textOf(top, 'a.yaml'), status(top)]).toEqual([left, 'UU a.yaml\n']);

    const seen = join(lab.folder, 'seen');
    const careful = lab.editor(`grep -c . "$1" > '${seen}'\nsed -i -e '/^<<<<<<</,/^=======$/d' -e '/^>>>>>>>/d' "$1"`);
    expect(ours(top, ['git', 'resolve', 'a.yaml'], careful)).toMatchObject({ status: 0 });
    expect(textOf(lab.folder, 'seen')).toBe('9\n');
    expect(status(top)).toBe('M  a.yaml\n');
    git(top, 'commit', '-qm', 'both');
    expect(opened(top, 'a.yaml')).toBe(`a: their-${word}\nb: 1\nc: 3\n`);
    expect(ours(top, ['git', 'resolve', 'a.yaml'])).toMatchObject({ status: 1, stderr: expect.stringContaining('not in conflict') });
  });

  it('settles conflicts by one side, and files that one side removed', async () => {
    const top = await begin('sides', { 'a.yaml': `a: ${word}\nb: 1\n`, 'gone.yaml': `g: ${word}\n`, 'kept.yaml': `k: ${word}\n` });
    git(top, 'switch', '-qc', 'topic');
    await change(top, { 'a.yaml': () => `a: theirs\nb: 5\n`, 'gone.yaml': () => 'g: 2\n', 'kept.yaml': () => 'k: 2\n' });
    git(top, 'switch', '-q', 'main');
    git(top, 'rm', '-q', 'gone.yaml', 'kept.yaml');
    await change(top, { 'a.yaml': () => `a: ours\nb: 1\nc: 2\n` });
    expect(tryGit(top, ['merge', '-q', 'topic']).status).toBe(1);
    expect(ours(top, ['git', 'resolve', 'gone.yaml'])).toMatchObject({ status: 1, stderr: expect.stringContaining('we removed the file') });
    expect(ours(top, ['git', 'resolve', '--ours', 'gone.yaml']).status).toBe(0);
    expect(ours(top, ['git', 'resolve', '--theirs', 'a.yaml', 'kept.yaml']).status).toBe(0);
    expect(status(top)).toBe('M  a.yaml\nA  kept.yaml\n');
    expect([opened(top, 'a.yaml'), opened(top, 'kept.yaml')]).toEqual(['a: theirs\nb: 5\nc: 2\n', 'k: 2\n']);
  });

  it('without keys is a conflict, told as such; with keys it settles by itself', async () => {
    const top = await begin('keyless', { 'a.yaml': `a: ${word}\nb: 1\n` });
    git(top, 'switch', '-qc', 'topic');
    await change(top, { 'a.yaml': (text) => text.replace('1', '2') });
    git(top, 'switch', '-q', 'main');
    await change(top, { 'a.yaml': (text) => `${text}c: 3\n` });
    const clone = join(lab.folder, 'keyless-clone');
    git(lab.folder, 'clone', '-q', top, clone);
    const none = lab.keyless;
    const { status: merged, stderr } = tryGit(clone, ['merge', '-q', 'origin/topic'], none);
    expect(merged).toBe(1);
    expect(stderr).toContain('Failed to get the data key');
    expect(stderr).toContain('left encrypted');
    expect(textOf(clone, 'a.yaml')).toMatch(markers);
    expect(ours(clone, ['git', 'resolve', 'a.yaml'], none).status).toBe(128);
    expect(ours(clone, ['git', 'resolve', 'a.yaml'])).toMatchObject({ status: 0 });
    expect(opened(clone, 'a.yaml')).toBe(`a: ${word}\nb: 2\nc: 3\n`);
  });

  it('merges files that are not encrypted as Git does', async () => {
    const top = await begin('plain', { 'a.yaml': 'a: 1\n' });
    lab.commit(top, { 'p.yaml': 'a: 1\nb: 1\nc: 1\nd: 1\n' }, 'plain');
    git(top, 'switch', '-qc', 'topic');
    lab.commit(top, { 'p.yaml': 'a: 2\nb: 1\nc: 1\nd: 1\n' }, 'theirs');
    git(top, 'switch', '-q', 'main');
    lab.commit(top, { 'p.yaml': 'a: 1\nb: 1\nc: 1\nd: 2\n' }, 'ours');
    expect(tryGit(top, ['merge', '-q', 'topic', '-m', 'both']).status).toBe(0);
    expect(textOf(top, 'p.yaml')).toBe('a: 2\nb: 1\nc: 1\nd: 2\n');
    git(top, 'switch', '-q', 'topic');
    lab.commit(top, { 'p.yaml': 'a: 3\nb: 1\nc: 1\nd: 1\n' }, 'theirs');
    git(top, 'switch', '-q', 'main');
    lab.commit(top, { 'p.yaml': 'a: 4\nb: 1\nc: 1\nd: 2\n' }, 'ours');
    expect(tryGit(top, ['merge', '-q', 'topic']).status).toBe(1);
    expect(textOf(top, 'p.yaml')).toBe('<<<<<<< ours\na: 4\n=======\na: 3\n>>>>>>> theirs\nb: 1\nc: 1\nd: 2\n');
    expect(ours(top, ['git', 'resolve', 'p.yaml'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no side of the conflict is encrypted'),
    });
  });

  it('keeps line breaks of Windows, in blobs and in the work tree', async () => {
    const top = await begin('windows', { 'a.yaml': `a: ${word}\r\nb: 1\r\n`, 'b.yaml': `a: ${word}\nb: 1\n` });
    fill(top, { '.gitattributes': 'a.yaml -text merge=sopsmith\nb.yaml text eol=crlf merge=sopsmith\n' });
    git(top, 'commit', '-qam', 'attributes');
    git(top, 'checkout', '-q', '--', 'b.yaml');
    const changing = async (of: (text: string) => string): Promise<void> => {
      await change(top, { 'a.yaml': of, 'b.yaml': of });
    };
    git(top, 'switch', '-qc', 'topic');
    await changing((text) => text.replace('1', '2'));
    git(top, 'switch', '-q', 'main');
    await changing((text) => `${text}c: 3${text.includes('\r') ? '\r' : ''}\n`);
    expect(tryGit(top, ['merge', '-q', 'topic', '-m', 'both']).status).toBe(0);
    expect(ours(top, ['decrypt', 'a.yaml']).stdout).toBe(`a: ${word}\r\nb: 2\r\nc: 3\r\n`);
    expect(opened(top, 'b.yaml').replaceAll('\r', '')).toBe(`a: ${word}\nb: 2\nc: 3\n`);
    expect(status(top)).toBe('');
    git(top, 'switch', '-q', 'topic');
    await changing((text) => text.replace('2', '5'));
    git(top, 'switch', '-q', 'main');
    await changing((text) => text.replace('2', '6'));
    expect(tryGit(top, ['merge', '-q', 'topic']).status).toBe(1);
    expect(ours(top, ['git', 'resolve', '--theirs', 'a.yaml', 'b.yaml']).status).toBe(0);
    expect(status(top)).toBe('M  a.yaml\nM  b.yaml\n');
    expect(
      textOf(top, 'b.yaml')
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith('\r')),
    ).toBe(true);
    expect(git(top, 'show', ':b.yaml')).not.toContain('\r');
    expect(ours(top, ['decrypt', 'a.yaml']).stdout).toBe(`a: ${word}\r\nb: 5\r\nc: 3\r\n`);
  });

  it('works where histories cross, and a common version is itself a merge', async () => {
    const top = await begin('crossed', { 'a.yaml': `a: ${word}\nb: 1\nc: 1\n` });
    git(top, 'branch', 'other');
    await change(top, { 'a.yaml': (text) => text.replace('b: 1', 'b: 2') });
    git(top, 'switch', '-q', 'other');
    await change(top, { 'a.yaml': (text) => text.replace('c: 1', 'c: 2') });
    const [first, second] = [git(top, 'rev-parse', 'main').trim(), git(top, 'rev-parse', 'other').trim()];
    git(top, 'merge', '-q', '-m', 'one', first);
    await change(top, { 'a.yaml': (text) => `${text}d: 1\n` });
    git(top, 'switch', '-q', 'main');
    git(top, 'merge', '-q', '-m', 'two', second);
    await change(top, { 'a.yaml': (text) => text.replace(`a: ${word}\n`, '') });
    expect(tryGit(top, ['merge', '-q', 'other', '-m', 'three']).status).toBe(0);
    expect(opened(top, 'a.yaml')).toBe('b: 2\nc: 2\nd: 1\n');
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('a side that is not encrypted', () => {
  it('comes into the encrypted file; in a conflict nobody sees it in the work tree', async () => {
    const secret = 'secret-in-clear';
    const top = await begin('clear', { 'a.yaml': `a: ${word}\nb: 1\n` });
    git(top, 'switch', '-qc', 'topic');
    lab.commit(top, { 'a.yaml': `a: ${secret}\nb: 1\n` }, 'in clear');
    git(top, 'switch', '-q', 'main');
    await change(top, { 'a.yaml': (text) => text.replace('1', '2') });
    const { status: merged, stderr } = tryGit(top, ['merge', '-q', 'topic', '-m', 'both']);
    expect(merged).toBe(0);
    expect(stderr).toContain('a.yaml: their version is not encrypted: the merged file is');
    expect(textOf(top, 'a.yaml')).not.toContain(secret);
    expect(opened(top, 'a.yaml')).toBe(`a: ${secret}\nb: 2\n`);

    git(top, 'reset', '-q', '--hard', 'HEAD^');
    await change(top, { 'a.yaml': () => 'a: other\nb: 2\n' });
    for (const env of [{}, lab.keyless]) {
      expect(tryGit(top, ['merge', '-q', 'topic'], env).status).toBe(1);
      expect(textOf(top, 'a.yaml')).toMatch(markers);
      expect(textOf(top, 'a.yaml')).not.toContain(secret);
      git(top, 'merge', '--abort');
    }
  });
});
