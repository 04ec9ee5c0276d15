// When each value last changed, out of real repositories.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/peers.ts';
import { type Lab, gitLab } from './lab.ts';
import { ada, bob, type Past, pastIn } from './past.ts';

let lab: Lab;
beforeAll(() => {
  lab = gitLab();
});
afterAll(() => {
  lab.remove();
});

interface Row {
  readonly path: string;
  readonly what: string;
  readonly file: string;
  readonly encrypted: boolean;
  readonly changed: { readonly commit: string; readonly author: string } | null;
  readonly reencrypted?: { readonly commit: string } | null;
}

function rowsOf(past: Past, ...argv: readonly string[]): readonly Row[] {
  const rows: readonly Row[] = JSON.parse(past.told('blame', '--json', ...argv));
  return rows;
}

/** Path by path: what happened last, and in which commit. */
const blamed = (past: Past, ...argv: readonly string[]): Readonly<Record<string, readonly (string | undefined)[]>> =>
  Object.fromEntries(
    rowsOf(past, ...argv).map(({ path, what, changed, reencrypted }) => [
      path,
      [what, changed?.commit, ...(reencrypted === undefined ? [] : [reencrypted?.commit])],
    ]),
  );

const hostile = 'Eve\u001B]0;owned\u0007 \u202Ereversed <eve@example.org>';

describe.skipIf(lacks('sops', 'age-keygen'))('blame', () => {
  let past: Past;
  const at: Record<string, string> = {};
  beforeAll(() => {
    past = pastIn(lab, 'blamed');
    past.rule({ ada });
    past.write('first.yaml', 'db:\n  user: shop\n  password: one\nhosts:\n  - a\n  - b\nold: x\nregion_unencrypted: eu\n');
    past.sops('encrypt', '-i', 'first.yaml');
    at['start'] = past.commit(1, 'start');
    past.sops('set', 'first.yaml', '["db"]["password"]', '"two"');
    at['password'] = past.commit(2, 'password', 'Bea <bea@example.org>');
    past.ours('unset', 'first.yaml', '["old"]');
    past.ours('unset', 'first.yaml', '["hosts"][0]');
    at['unset'] = past.commit(3, 'unset');
    past.rule({ ada, bob });
    past.sops('updatekeys', '-y', 'first.yaml');
    past.git('mv', 'first.yaml', 'second.yaml');
    at['renamed'] = past.commit(4, 'rename, and let Bob in', hostile);
    past.sops('rotate', '-i', 'second.yaml');
    at['rotated'] = past.commit(5, 'rotate');
    past.write('second.yaml', past.read('second.yaml').replace('unencrypted: eu', 'unencrypted: us'));
    past.ours('fix-mac', '--yes', 'second.yaml');
    past.ours('set', 'second.yaml', '["db"]["new\u001B[2J"]', '"n"');
    at['clear'] = past.commit(6, 'in clear', hostile);
  });

  it('finds the last change of each value, through a rename, and does not take a rotation for one', () => {
    expect(blamed(past, 'second.yaml')).toEqual({
      'db.user': ['added', at['start'], at['rotated']],
      'db.password': ['changed', at['password'], at['rotated']],
      'db.new\u001B[2J': ['added', at['clear']],
      'hosts[0]': ['added', at['start'], at['rotated']],
      region_unencrypted: ['changed', at['clear']],
    });
    expect(rowsOf(past, 'second.yaml').find(({ path }) => path === 'db.user')?.file).toBe('first.yaml');
  });

  it('finds what was deleted', () => {
    const deleted = rowsOf(past, '--deleted', 'second.yaml').filter(({ what }) => what === 'deleted');
    expect(Object.fromEntries(deleted.map(({ path, changed }) => [path, changed?.commit]))).toEqual({
      'hosts[0]': at['unset'],
      old: at['unset'],
    });
  });

  it('is aligned for people, and no name steers their terminal', () => {
    const { status, stdout } = past.ours('blame', '--deleted', 'second.yaml');
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/[^\n\P{Cc}]|\u202E/u);
    expect(stdout).toMatch(/^db\.new\\u001b\[2J +2026-01-06 +[0-9a-f]{9} +Eve\\u001b/m);
    const [titles = '', ...lines] = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line.slice(titles.indexOf('CHANGED')), line).toMatch(/^\d{4}-\d\d-\d\d {2}[0-9a-f]{9} {2}\w/);
    expect(stdout).toMatch(/^db\.password .* Bea .* re-encrypted 2026-01-05 [0-9a-f]{9}, may have changed then$/m);
  });

  it('tells what is not committed yet, and works from a folder', () => {
    past.ours('set', 'second.yaml', '["db"]["user"]', '"other"');
    expect(blamed(past, 'second.yaml')['db.user']).toEqual(['changed', undefined]);
    past.git('checkout', '-q', 'second.yaml');
    past.write('deep/er/s.yaml', 'a: x\n');
    past.sops('encrypt', '-i', 'deep/er/s.yaml');
    const commit = past.commit(7, 'deep');
    expect(blamed(past, 'deep/er/../er/s.yaml')).toEqual({ a: ['added', commit] });
  });

  it('follows each value to the side of a merge that it came from', () => {
    past.git('checkout', '-qb', 'side');
    past.sops('set', 'second.yaml', '["db"]["user"]', '"side"');
    const side = past.commit(8, 'side');
    past.git('checkout', '-q', 'main');
    past.sops('set', 'second.yaml', '["hosts"][0]', '"main"');
    const main = past.commit(9, 'main');
    // What a person does who resolves it by hand: takes one side, and makes the change of the other again by its ciphertext.
    expect(() => past.git('merge', '-q', 'side')).toThrow('merge');
    past.git('checkout', '-q', '--ours', 'second.yaml');
    const user = /^ {4}user: .*$/m;
    const theirs = user.exec(past.git('show', 'side:second.yaml'))?.[0] ?? '';
    past.write('second.yaml', past.read('second.yaml').replace(user, theirs));
    expect(past.ours('fix-mac', '--yes', 'second.yaml').status).toBe(0);
    past.commit(10, 'merge');
    expect(past.sops('decrypt', '--extract', '["db"]["user"]', 'second.yaml')).toBe('side');
    expect(blamed(past, 'second.yaml')).toMatchObject({ 'db.user': ['changed', side], 'hosts[0]': ['changed', main] });
  });

  it.each([
    ['no-such.yaml', 'METADATA_NOT_FOUND'],
    ['.sops.yaml', 'METADATA_NOT_FOUND'],
  ])('refuses %s', (file) => {
    const { status, stderr } = past.ours('blame', file);
    expect(status).not.toBe(0);
    expect(stderr).toContain('Git has no encrypted file of that name');
  });

  it('refuses what is outside of a repository', () => {
    expect(past.ours('blame', '../elsewhere.yaml').stderr).toContain('not in the repository');
  });
});
