// An error about a MAC says what was moved or added, with the path; and beside a commit, what differs from it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ageIdentity, fill, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { open, seal } from './laboratory.ts';

const source = `first: one
second: two
db:
    user: alice
    password: s3cret
    more:
        deep: er
list:
    - a
    - name: b
      value: c
    - d
    - e
last_unencrypted: clear
`;

/** Texts that stand in the encrypted file, found by what they begin with, up to where something else begins. */
const block = (sealed: string, from: RegExp, to: RegExp): string => {
  const start = sealed.search(from);
  return sealed.slice(start, start + 1 + sealed.slice(start + 1).search(to));
};

const swap = (sealed: string, one: string, other: string): string => sealed.replace(one, '\0').replace(other, one).replace('\0', other);

describe('a MAC that does not fit', () => {
  const sealed = seal('yaml', source, undefined);
  const lineOf = (text: string, start: RegExp): string => new RegExp(`${start.source}.*\\n`, 'm').exec(text)?.[0] ?? '';
  const cases: readonly (readonly [string, (text: string) => string, string])[] = [
    ['two neighbours', (text) => swap(text, lineOf(text, /^first/m), lineOf(text, /^second/m)), 'first'],
    ['two values far apart', (text) => swap(text, lineOf(text, /^ {4}user/m), block(text, /^ {4}more/m, /^list/m)), 'db.user'],
    [
      'a whole mapping moved',
      (text) => {
        const db = block(text, /^db/m, /^list/m);
        return text.replace(db, '').replace(/^first/m, `${db}first`);
      },
      'db',
    ],
    [
      'a list item moved',
      (text) => {
        const item = block(text, /^ {4}- name/m, /^ {4}- ENC/m);
        return text.replace(item, '').replace(/^last_un/m, `${item}last_un`);
      },
      'list[3]',
    ],
    [
      'a list item once more',
      (text) => {
        const item = lineOf(text, /^ {4}- ENC/m);
        return text.replace(item, item + item);
      },
      'list[0]',
    ],
    ['a value in clear added', (text) => text.replace(/^list/m, '    x_unencrypted: x\nlist'), 'db.x_unencrypted'],
  ];

  it.each(cases)('names the path: %s', async (_, tamper, path) => {
    expect(await open('yaml', tamper(await sealed))).toMatchObject({ error: { code: 'MAC_MISMATCH', details: { path } } });
  });

  it('names no path where a key was removed: the file alone does not tell, which the error says', async () => {
    const text = await sealed;
    expect(await open('yaml', text.replace(lineOf(text, /^second/m), ''))).toMatchObject({
      error: { code: 'MAC_MISMATCH', details: { hint: expect.stringContaining('the file alone cannot say which') } },
    });
  });

  it('ends its search soon in a large file, and says so', async () => {
    const many = Array.from({ length: 3000 }, (__, at) => `key${at}: ${'x'.repeat(100)}${at}\n`).join('');
    const text = await seal('yaml', many, undefined);
    const start = performance.now();
    const attempt = await open('yaml', text.replace(lineOf(text, /^key1500/m), ''));
    expect(attempt).toMatchObject({ error: { code: 'MAC_MISMATCH', message: expect.stringContaining('too large to try all') } });
    expect(performance.now() - start).toBeLessThan(20_000);
  }, 30_000);
});

const git = (folder: string, ...words: readonly string[]): void => {
  const { status, stderr } = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
};

describe.skipIf(lacks('age-keygen'))('beside a commit', () => {
  const folder = temporaryFolder('explain');
  const { identity, recipient } = ageIdentity();
  const env = { SOPS_AGE_KEY_FILE: join(folder, 'identity.txt') };
  const file = join(folder, 'secrets.yaml');
  fill(folder, { 'identity.txt': identity, 'secrets.yaml': source });
  const sops = (...argv: readonly string[]): ReturnType<typeof runProgram> => runProgram(program, argv, { cwd: folder, env });
  sops('encrypt', '-i', '--age', recipient, 'secrets.yaml');
  const sealed = readFileSync(file, 'utf8');
  const tampered = (change: (text: string) => string): void => {
    writeFileSync(file, change(sealed));
  };

  it('nothing is said of a commit where there is none', () => {
    tampered((text) => text.replace(/^second.*\n/m, ''));
    const { status, stderr } = sops('decrypt', 'secrets.yaml');
    expect(status).toBe(51);
    expect(stderr).toMatch(/MAC mismatch/);
    expect(stderr).not.toMatch(/commit/);
    git(folder, 'init', '-q');
    expect(sops('decrypt', 'secrets.yaml').stderr).not.toMatch(/commit/);
    tampered((text) => text);
    git(folder, 'add', 'secrets.yaml');
    git(folder, 'commit', '-q', '-m', 'first');
  });

  it.each([
    ['a removed key', (text: string) => text.replace(/^second.*\n/m, ''), 'removed: second'],
    ['a removed subtree', (text: string) => text.replace(/^ {4}more:\n.*\n/m, ''), 'removed: db.more.deep'],
    ['a value changed in clear', (text: string) => text.replace('clear', 'cleared'), 'changed in clear: last_unencrypted'],
    ['a key added in clear', (text: string) => text.replace(/^list/m, 'x_unencrypted: y\nlist'), 'added: x_unencrypted'],
    [
      'moved and removed',
      (text: string) => text.replace(/^(first.*\n)(second.*\n)/m, '$2$1').replace(/^ {8}deep.*\n/m, ''),
      'removed: db.more.deep; moved: ',
    ],
  ])('the error tells it: %s', (_, tamper, told) => {
    tampered(tamper);
    const { status, stderr } = sops('decrypt', 'secrets.yaml');
    expect(status).toBe(51);
    expect(stderr).toContain(`compared with the last commit: ${told}`);
    expect(stderr).not.toMatch(/s3cret|alice|cleared/);
  });

  it.each([['set', '["first"]', '"x"'], ['unset', '["first"]'], ['rotate'], ['edit']])('%s tells it as well', (command, ...rest) => {
    tampered((text) => text.replace(/^second.*\n/m, ''));
    const { status, stderr } = runProgram(program, [command, 'secrets.yaml', ...rest], { cwd: folder, env: { ...env, EDITOR: 'true' } });
    expect(status).toBe(51);
    expect(stderr).toContain('compared with the last commit: removed: second');
  });

  it('a value of an earlier version, put back, is told', () => {
    tampered((text) => text);
    expect(sops('set', 'secrets.yaml', '["second"]', '"another"').status).toBe(0);
    const now = readFileSync(file, 'utf8');
    git(folder, 'commit', '-q', '-a', '-m', 'second');
    writeFileSync(file, now.replace(/^second.*$/m, /^second.*$/m.exec(sealed)?.[0] ?? ''));
    const { status, stderr } = sops('decrypt', 'secrets.yaml');
    expect(status).toBe(51);
    expect(stderr).toContain('other ciphertext: second');
  });

  it('works without git, and from another folder', () => {
    const bare = runProgram(program, ['decrypt', 'secrets.yaml'], { cwd: folder, env: { ...env, PATH: '/nowhere' } });
    expect(bare.status).toBe(51);
    expect(bare.stderr).not.toMatch(/commit/);
    const above = runProgram(program, ['decrypt', file], { cwd: join(folder, '..'), env });
    expect(above.stderr).toContain('other ciphertext: second');
  });
});
