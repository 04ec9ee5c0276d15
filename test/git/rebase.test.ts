// `git rebase`, `cherry-pick`, `revert` and `stash pop` with our driver, and merges in work trees of every kind.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipient, seal } from '../operations/bench.ts';
import { fill, textOf } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { mergingLab, word } from './merging.ts';

const lab = mergingLab();
const { begin, change, opened, tryGit, ours } = lab;
const git = (folder: string, ...words: readonly string[]): string => lab.git(folder, ...words);
const status = (top: string): string => git(top, 'status', '--short');

describe.skipIf(lacks('sops', 'age-keygen'))('other commands of Git', () => {
  it('rebase over 20 commits, and stop at a conflict whose sides are told', async () => {
    const top = await begin('rebase', { 'a.yaml': `a: ${word}\nz: 0\n` });
    git(top, 'switch', '-qc', 'topic');
    for (let at = 0; at < 20; at++)
      await change(
        top,
        { 'a.yaml': (text) => (at === 10 ? text.replace('z: 0', 'z: topic') : `${text}t${at}: ${word}-${at}\n`) },
        `topic ${at}`,
      );
    git(top, 'switch', '-q', 'main');
    await change(top, { 'a.yaml': (text) => `${text.replace('z: 0', 'z: main')}m: 1\n` }, 'on main');
    git(top, 'switch', '-q', 'topic');
    const calls = lab.calls();
    expect(tryGit(top, ['rebase', '-q', 'main']).status).toBe(1);
    // The data key is asked for once, and remembered.
    expect(lab.calls() - calls).toBeLessThanOrEqual(1);
    const { stderr, status: resolved } = ours(
      top,
      ['git', 'resolve', 'a.yaml'],
      lab.editor(`sed -i -e '/^<<<<<<</,/^=======$/d' -e '/^>>>>>>>/d' "$1"`),
    );
    expect(stderr).toMatch(/in a rebase:\n {2}ours: .*\(what you rebase onto[^\n]*\n {2}theirs: \w+ topic 10 \(your commit\)/);
    expect(resolved).toBe(0);
    expect(tryGit(top, ['rebase', '--continue'])).toMatchObject({ status: 0 });
    expect(git(top, 'rev-list', '--count', 'main..topic').trim()).toBe('20');
    const text = opened(top, 'a.yaml');
    const added = Array.from({ length: 20 }, (_, at) => at).filter((at) => at !== 10);
    expect(text.split('\n').toSorted()).toEqual(
      ['', `a: ${word}`, 'm: 1', 'z: topic', ...added.map((at) => `t${at}: ${word}-${at}`)].toSorted(),
    );
  });

  it('cherry-pick, revert and stash pop', async () => {
    const top = await begin('pick', { 'a.yaml': `a: ${word}\nb: 1\n` });
    git(top, 'switch', '-qc', 'topic');
    await change(top, { 'a.yaml': (text) => `${text}unwanted: 1\n` });
    await change(top, { 'a.yaml': (text) => `${text}wanted: 1\n` });
    git(top, 'switch', '-q', 'main');
    await change(top, { 'a.yaml': (text) => `${text}c: 3\n` });
    expect(tryGit(top, ['cherry-pick', 'topic']).status).toBe(0);
    expect(opened(top, 'a.yaml')).toBe(`a: ${word}\nb: 1\nc: 3\nwanted: 1\n`);
    expect(tryGit(top, ['revert', '--no-edit', 'HEAD^']).status).toBe(0);
    expect(opened(top, 'a.yaml')).toBe(`a: ${word}\nb: 1\nwanted: 1\n`);
    expect(ours(top, ['set', 'a.yaml', '["s"]', '"stashed"']).status).toBe(0);
    git(top, 'stash', '-q');
    await change(top, { 'a.yaml': (text) => text.replace('b: 1', 'b: 7') });
    expect(tryGit(top, ['stash', 'pop', '-q']).status).toBe(0);
    expect(opened(top, 'a.yaml')).toBe(`a: ${word}\nb: 7\nwanted: 1\ns: stashed\n`);
  });

  it('merge in linked and sparse work trees, and in submodules', async () => {
    const top = await begin('places', { 'in/a.yaml': `a: ${word}\n`, 'out/b.yaml': `a: ${word}\n` });
    git(top, 'switch', '-qc', 'topic');
    await change(top, { 'in/a.yaml': (text) => `${text}b: 2\n`, 'out/b.yaml': (text) => `${text}b: 2\n` });
    git(top, 'switch', '-q', 'main');
    await change(top, { 'in/a.yaml': (text) => `${text}c: 3\n`, 'out/b.yaml': (text) => `${text}c: 3\n` });
    const linked = join(lab.folder, 'places-linked');
    git(top, 'worktree', 'add', '-q', '-b', 'linked', linked, 'main');
    const sparse = join(lab.folder, 'places-sparse');
    git(lab.folder, 'clone', '-q', top, sparse);
    git(sparse, 'sparse-checkout', 'set', 'in');
    const parent = lab.repository('places-parent');
    git(parent, 'submodule', '--quiet', 'add', top, 'sub');
    const both = `a: ${word}\nc: 3\nb: 2\n`;
    for (const [folder, topic] of [
      [linked, 'topic'],
      [sparse, 'origin/topic'],
      [join(parent, 'sub'), 'origin/topic'],
    ] as const) {
      expect(tryGit(folder, ['merge', '-q', topic, '-m', 'both'])).toMatchObject({ status: 0 });
      expect(opened(folder, 'in/a.yaml')).toBe(both);
      expect(status(folder)).toBe('');
    }
    expect(existsSync(join(sparse, 'out'))).toBe(false);
    writeFileSync(join(sparse, 'b.yaml'), git(sparse, 'show', 'HEAD:out/b.yaml'));
    expect(opened(sparse, 'b.yaml')).toBe(both);
  });

  it('go together with the filter, which has files in clear in the work tree', () => {
    const top = lab.repository('filtered');
    fill(top, { '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n`, 's/a.yaml': 'a: one-in-clear\nb: 1\n' });
    expect(ours(top, ['git', 'install', '--filter', 's/**'])).toMatchObject({ status: 0 });
    const commit = (plain: string): void => {
      fill(top, { 's/a.yaml': plain });
      git(top, 'add', '--all');
      git(top, 'commit', '-qm', 'change');
    };
    commit('a: one-in-clear\nb: 1\n');
    git(top, 'switch', '-qc', 'topic');
    commit('a: two-in-clear\nb: 1\nc: 3\n');
    git(top, 'switch', '-q', 'main');
    commit('a: one-in-clear\nb: 2\n');
    expect(tryGit(top, ['merge', '-q', 'topic', '-m', 'both'])).toMatchObject({ status: 0 });
    expect(textOf(top, 's/a.yaml')).toBe('a: two-in-clear\nb: 2\nc: 3\n');
    expect(git(top, 'show', 'HEAD:s/a.yaml')).not.toContain('in-clear');
    git(top, 'switch', '-q', 'topic');
    commit('a: three-in-clear\nb: 1\nc: 3\n');
    git(top, 'switch', '-q', 'main');
    commit('a: four-in-clear\nb: 2\nc: 3\n');
    expect(tryGit(top, ['merge', '-q', 'topic']).status).toBe(1);
    expect(textOf(top, 's/a.yaml')).toMatch(/^<<<<<<< ours\na: ENC\[/);
    expect(ours(top, ['git', 'resolve', '--theirs', 's/a.yaml'])).toMatchObject({ status: 0 });
    expect(textOf(top, 's/a.yaml')).toBe('a: three-in-clear\nb: 2\nc: 3\n');
    expect(status(top)).toBe('M  s/a.yaml\n');
  });

  it('conflict in all that differs where a common version is itself in conflict', async () => {
    const top = await begin('crossed', { 'a.yaml': `a: ${word}\nb: 1\nc: 1\n` });
    git(top, 'branch', 'other');
    await change(top, { 'a.yaml': (text) => text.replace('b: 1', 'b: 2') });
    git(top, 'switch', '-q', 'other');
    await change(top, { 'a.yaml': (text) => text.replace('b: 1', 'b: 3') });
    const [first, second] = [git(top, 'rev-parse', 'main').trim(), git(top, 'rev-parse', 'other').trim()];
    for (const [branch, commit] of [
      ['other', first],
      ['main', second],
    ] as const) {
      git(top, 'switch', '-q', branch);
      expect(tryGit(top, ['merge', '-q', commit]).status).toBe(1);
      expect(ours(top, ['git', 'resolve', '--ours', 'a.yaml']).status).toBe(0);
      git(top, 'commit', '-qm', 'settled');
    }
    await change(top, { 'a.yaml': (text) => text.replace('c: 1\n', '') });
    const { status: merged, stderr } = tryGit(top, ['merge', '-q', 'other']);
    expect(merged).toBe(1);
    expect(stderr).toContain('a.yaml: c: it differs, and the common version cannot be read');
    expect(ours(top, ['git', 'resolve', '--theirs', 'a.yaml']).status).toBe(0);
    expect(opened(top, 'a.yaml')).toBe(`a: ${word}\nb: 3\nc: 1\n`);
  });

  it('by hand leave a file alone where another is missing', async () => {
    const folder = join(lab.folder, 'by-hand');
    fill(folder, { 'ours.yaml': await seal('yaml', `a: ${word}\n`) });
    const before = textOf(folder, 'ours.yaml');
    expect(ours(folder, ['merge', 'none.yaml', 'ours.yaml', 'missing.yaml'])).toMatchObject({ status: 129 });
    expect(textOf(folder, 'ours.yaml')).toBe(before);
    fill(folder, { 'theirs.yaml': await seal('yaml', 'b: 2\n') });
    expect(ours(folder, ['merge', 'none.yaml', 'ours.yaml', 'theirs.yaml'])).toMatchObject({ status: 0 });
    expect(opened(folder, 'ours.yaml')).toBe(`a: ${word}\nb: 2\n`);
  });
});
