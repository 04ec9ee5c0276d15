// Real repositories, read with the real git.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Blobs, openBlobs } from '../../src/git/blobs.ts';
import { indexEntries, treeEntries } from '../../src/git/entries.ts';
import { history } from '../../src/git/history.ts';
import { openRepository } from '../../src/git/repository.ts';
import { createNodeContext } from '../../src/node/index.ts';
import { type Lab, gitLab } from './lab.ts';

const context = createNodeContext();
let lab: Lab;

beforeAll(() => {
  lab = gitLab();
});
afterAll(() => {
  lab.remove();
});

describe('a repository', () => {
  it('is found from a folder of it, with its parts', async () => {
    const top = lab.repository('found');
    mkdirSync(join(top, 'a', 'b'), { recursive: true });
    expect(await openRepository(join(top, 'a', 'b'), context)).toMatchObject({
      top,
      gitDir: join(top, '.git'),
      bare: false,
      prefix: 'a/b/',
    });
  });

  it('may be bare, or a linked work tree', async () => {
    const top = lab.repository('linked');
    lab.commit(top, { a: '1' }, 'first');
    lab.git(top, 'worktree', 'add', '-q', '../other', '-b', 'other');
    lab.git(top, 'clone', '-q', '--bare', '.', '../bare');
    const linked = await openRepository(join(top, '..', 'other'), context);
    expect(linked).toMatchObject({ gitDir: join(top, '.git', 'worktrees', 'other'), commonDir: join(top, '.git'), bare: false });
    expect(await openRepository(join(top, '..', 'bare'), context)).toMatchObject({ bare: true, top: join(top, '..', 'bare') });
  });

  it('is none elsewhere', async () => {
    await expect(openRepository(lab.folder, context)).rejects.toMatchObject({ code: 'NO_REPOSITORY' });
  });
});

describe('what Git knows', () => {
  it('is listed from the index and from commits, whatever the names', async () => {
    const top = lab.repository('names');
    lab.commit(top, { 'a b/c"d': '1', 'ü\n': '2', '*': '3' }, 'first');
    const { git } = await openRepository(top, context);
    const paths = ['*', 'a b/c"d', 'ü\n'];
    expect((await indexEntries(git)).map(({ path }) => path)).toEqual(paths);
    expect((await treeEntries(git, 'HEAD')).map(({ path }) => path)).toEqual(paths);
    expect(await indexEntries(git, ['*'])).toMatchObject([{ path: '*', kind: 'file', stage: 0 }]);
    await expect(treeEntries(git, '--output=x')).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  it('is a history of what was added, changed, renamed and removed', async () => {
    const top = lab.repository('history');
    lab.commit(top, { a: 'one\ntwo\nthree\n', b: '1' }, 'first');
    lab.git(top, 'mv', 'a', 'c');
    lab.commit(top, { b: '2' }, 'second\n\nbody: with\n\nlines');
    lab.git(top, 'rm', '-q', 'b');
    lab.git(top, 'commit', '-qm', 'third');
    const { git } = await openRepository(top, context);
    const told = (await history(git, { renames: true })).map(({ subject, changes }) =>
      [subject].concat(
        changes.map(
          ({ path, oldPath, before, after }) =>
            `${oldPath}>${path} ${before === undefined ? '' : 'was'} ${after === undefined ? '' : 'is'}`,
        ),
      ),
    );
    expect(told).toEqual([
      ['third', 'b>b was '],
      ['second', 'b>b was is', 'a>c was is'],
      ['first', 'a>a  is', 'b>b  is'],
    ]);
    expect(await history(git, { paths: ['b'], oldestFirst: true })).toHaveLength(3);
  });
});

describe('blobs', () => {
  let blobs: Blobs;
  let top: string;
  beforeAll(async () => {
    top = lab.repository('blobs');
    lab.commit(top, { small: 'a\nb', empty: '', large: 'x'.repeat(300_000) }, 'first');
    writeFileSync(join(top, 'small'), 'staged');
    lab.git(top, 'add', 'small');
    blobs = await openBlobs(top, context);
  });
  afterAll(async () => {
    await blobs.close();
  });

  it('are read by ID and by name, in turn, one process for all', async () => {
    const names = ['HEAD:small', ':small', 'HEAD:empty', 'HEAD:none', 'HEAD', 'HEAD:large'];
    const read = await Promise.all(names.map((name) => blobs.read(name)));
    expect(read.map((content) => (content === undefined ? undefined : Buffer.from(content).toString().slice(0, 10)))).toEqual([
      'a\nb',
      'staged',
      '',
      undefined,
      undefined,
      'xxxxxxxxxx',
    ]);
    expect(read.at(-1)).toHaveLength(300_000);
  });

  it('refuses names that git would take for two', async () => {
    await expect(blobs.read('HEAD:a\nHEAD:b')).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await blobs.read('HEAD:empty')).toHaveLength(0);
  });
});
