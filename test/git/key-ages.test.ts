// How old keys are: `rotate --older-than` and `--overdue`, and what `check` says of it; files sealed at other times, dates of commits, and real sops beside.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseDuration, printDuration } from '../../src/config/duration.ts';
import { type Context, defaultSelection, encrypt, formats, keySources, localKeyService } from '../../src/index.ts';
import { runProgram } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { checkLab, lines } from './check-lab.ts';

const lab = checkLab();
const { alice, bob, ours, write, seal, report } = lab;
afterAll(() => {
  lab.remove();
});

const day = 86_400_000;
const ago = (days: number): Date => new Date(Date.now() - days * day);

/** A file as it would have been encrypted at another time. */
async function sealedAt(date: Date, text: string, recipients: string = alice.recipient): Promise<string> {
  const context: Context = {
    env: {},
    files: { read: async () => undefined, replace: async () => undefined, home: undefined, userConfig: undefined },
    now: () => date,
    random: (length) => randomBytes(length),
    run: async () => ({ status: 127, stdout: new Uint8Array(), stderr: '' }),
    prompt: { secret: async () => undefined, confirm: async () => false },
    log: () => undefined,
  };
  const yaml = formats.find(({ name }) => name === 'yaml');
  const age = keySources.find(({ kind }) => kind === 'age');
  if (yaml === undefined || age === undefined) throw new Error('there is no YAML, or no age');
  const settings = { shamirThreshold: 0, selection: defaultSelection, macOnlyEncrypted: false, layout: 'auto', strict: false } as const;
  const { content } = await encrypt(
    new TextEncoder().encode(text),
    { input: yaml, output: yaml, print: {} },
    { ...settings, keyGroups: [age.parse(recipients, {})] },
    { keys: localKeyService(keySources, context), keySources, context },
  );
  return new TextDecoder().decode(content);
}

/** A file with a wrapped key for PGP beside that for age, which says when it was made: nothing authenticates it. */
const wrappedAt = (sealed: string, date: Date): string =>
  sealed.replace(
    /^sops:\n/m,
    `sops:\n    pgp:\n        - created_at: "${date.toISOString().slice(0, 19)}Z"\n          enc: unread\n          fp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21\n`,
  );

interface Listed {
  readonly file: string;
  readonly due: boolean;
  readonly knownBy: string;
  readonly ageInDays: number;
}

/** Whether files are due, which age they have and what says so. */
function listed(folder: string, ...words: readonly string[]): readonly string[] {
  const { status, stdout } = ours(folder, 'rotate', '--dry-run', '--json', ...words);
  expect(status).toBe(0);
  const all: readonly Listed[] = JSON.parse(stdout);
  return all.map(({ file, due, ageInDays, knownBy }) => `${file} ${ageInDays} ${knownBy}${due ? ' due' : ''}`).toSorted();
}

const commitAt = (folder: string, days: number): void => {
  lab.git(folder, 'add', '--all');
  lab.git(folder, 'commit', '-qm', 'files', `--date=${ago(days).toISOString()}`);
};

describe('durations', () => {
  it.each([
    ['12h', 0.5],
    ['90d', 90],
    ['2w', 14],
    ['3m', 90],
    ['1y', 365],
    ['0d', 0],
  ])('reads %s', (text, days) => {
    expect(parseDuration(text)).toBe(days * day);
  });

  it.each(['', '90', 'd', '-1d', '1.5d', '1mo', '90 d', '1D', '1h30m', '99999y', '1e3d', '٣d'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('prints days, or hours of less than one', () => {
    expect([0, day / 2, day - 1, day, 400.7 * day].map(printDuration)).toEqual(['0h', '12h', '23h', '1d', '400d']);
  });
});

describe.skipIf(lacks('age-keygen'))('the age of a data key', () => {
  it('is told by the last change, the time that it was wrapped, and outside of a repository nothing else', async () => {
    const folder = join(lab.folder, 'plain');
    write(folder, {
      'changed.yaml': await sealedAt(ago(100), 'a: 1\n'),
      'wrapped.yaml': wrappedAt(await sealedAt(ago(20), 'a: 1\n'), ago(200)),
      'new.yaml': await sealedAt(ago(1), 'a: 1\n'),
      'clear.yaml': 'a: 1\n',
    });
    expect(listed(folder, '--older-than', '90d')).toEqual([
      'changed.yaml 100 lastmodified due',
      'new.yaml 1 lastmodified',
      'wrapped.yaml 200 created_at due',
    ]);
    const { stdout, stderr } = ours(folder, 'rotate', '--older-than', '3m', '--dry-run', '.');
    expect(stdout.split('\n').map((line) => line.split(/ +/))).toEqual([
      ['AGE', 'SINCE', 'KNOWN', 'BY', 'FILE'],
      ['200d', ago(200).toISOString().slice(0, 10), 'created_at', 'wrapped.yaml'],
      ['100d', ago(100).toISOString().slice(0, 10), 'lastmodified', 'changed.yaml'],
      [''],
    ]);
    expect(stderr).toBe('3 files: 2 would be rotated\n');
  });

  it('is told by commits, as long as a version shares it, through renames and changes', () => {
    const folder = lab.repository('past');
    write(folder, { '.sops.yaml': lab.rules, 'secrets/a.yaml': 'a: 1\nb: 2\n', 'secrets/b.yaml': 'a: 1\nb: 2\n' });
    seal(folder, 'secrets/a.yaml', 'secrets/b.yaml');
    commitAt(folder, 400);
    expect(ours(folder, 'set', 'secrets/a.yaml', '["a"]', '3')).toMatchObject({ status: 0 });
    expect(ours(folder, 'rotate', '--in-place', 'secrets/b.yaml')).toMatchObject({ status: 0 });
    commitAt(folder, 50);
    lab.git(folder, 'mv', 'secrets/a.yaml', 'secrets/c.yaml');
    expect(listed(folder, '--older-than', '1y')).toEqual(['secrets/b.yaml 50 commit', 'secrets/c.yaml 0 lastmodified']);
    commitAt(folder, 10);
    expect(listed(folder, '--older-than', '1y')).toEqual(['secrets/b.yaml 50 commit', 'secrets/c.yaml 400 commit due']);
    expect(listed(join(folder, 'secrets'), '--older-than', '1y', 'c.yaml')).toEqual(['c.yaml 400 commit due']);
  });
});

describe.skipIf(lacks('age-keygen', 'sops'))('rotate --older-than', () => {
  it('rotates the old ones where they lie, and real sops reads them', async () => {
    const folder = join(lab.folder, 'rotated');
    const young = await sealedAt(ago(1), 'a: young\n');
    write(folder, {
      'old.yaml': await sealedAt(ago(100), 'a: old\n'),
      'deep/old.yaml': await sealedAt(ago(91), 'a: deep\n'),
      'young.yaml': young,
    });
    const before = readFileSync(join(folder, 'old.yaml'), 'utf8');
    expect(ours(folder, 'rotate', '--older-than', '90d', '--dry-run').status).toBe(0);
    expect(readFileSync(join(folder, 'old.yaml'), 'utf8')).toBe(before);
    expect(ours(folder, 'rotate', '--older-than', '90d')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '3 files: 2 rotated, 1 unchanged\n',
    });
    expect(readFileSync(join(folder, 'young.yaml'), 'utf8')).toBe(young);
    const now = readFileSync(join(folder, 'old.yaml'), 'utf8');
    for (const token of before.match(/ENC\[[^\]]*\]/g) ?? []) expect(now).not.toContain(token);
    expect(now).not.toContain(before.split('\n').find((line) => /^ {12}\S{40}/.test(line)));
    for (const [name, text] of [
      ['old.yaml', 'a: old\n'],
      ['deep/old.yaml', 'a: deep\n'],
    ] as const)
      expect(runProgram([needed('sops')], ['decrypt', name], { cwd: folder, env: { SOPS_AGE_KEY: alice.identity } })).toMatchObject({
        stdout: text,
      });
    expect(ours(folder, 'rotate', '--older-than', '90d')).toMatchObject({ status: 0, stderr: '3 files: 0 rotated, 3 unchanged\n' });
    expect(ours(folder, 'rotate', '--older-than', '90d', 'young.yaml')).toMatchObject({
      status: 0,
      stderr: 'young.yaml: the data key is 1d old and stays\n',
    });
  });

  it('leaves the limit to the nearest .sops.yaml with --overdue', async () => {
    const folder = join(lab.folder, 'overdue');
    const old = await sealedAt(ago(100), 'a: 1\n');
    write(folder, { '.sops.yaml': lab.rules, 'a.yaml': old });
    expect(ours(folder, 'rotate', '--overdue')).toMatchObject({ status: 1, stderr: expect.stringContaining('no .sops.yaml says how old') });
    write(folder, {
      '.sops.yaml': `${lab.rules}x-sopsmith: { max_age: { data_key: 1y } }\n`,
      'strict/.sops.yaml': `${lab.rules}x-sopsmith:\n  max_age:\n    data_key: 30d\n`,
      'strict/a.yaml': old,
    });
    expect(listed(folder, '--overdue')).toEqual(['a.yaml 100 lastmodified', 'strict/a.yaml 100 lastmodified due']);
    expect(ours(folder, 'rotate', '--overdue')).toMatchObject({ status: 0, stderr: '2 files: 1 rotated, 1 unchanged\n' });
    expect(readFileSync(join(folder, 'a.yaml'), 'utf8')).toBe(old);
  });

  it('tells of files that fail, and goes on; refuses flags that make no sense', async () => {
    const folder = join(lab.folder, 'failing');
    write(folder, { 'a.yaml': await sealedAt(ago(100), 'a: 1\n', bob.recipient), 'b.yaml': await sealedAt(ago(100), 'a: 1\n') });
    const { status, stderr } = ours(folder, 'rotate', '--older-than', '90d');
    expect(status).toBe(128);
    expect(stderr).toContain('2 files: 1 rotated, 1 failed');
    for (const [words, message] of [
      [['--older-than', '3x'], '--older-than takes a duration'],
      [['--older-than', '1d', '--overdue'], '--overdue leaves it'],
      [['--older-than', '1d', '--output', 'x'], 'not for --output'],
      [['--dry-run', 'a.yaml'], '--dry-run lists'],
    ] as const)
      expect(ours(folder, 'rotate', ...words)).toMatchObject({ stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe.skipIf(lacks('age-keygen', 'sops'))('check', () => {
  const found = (folder: string, ...words: readonly string[]): readonly string[] =>
    lines(report(folder, ...words))
      .filter((line) => line.startsWith('old-'))
      .map((line) => line.replace(/:\d+ .*/, ''));

  it('tells of data keys and recipients that are older than .sops.yaml or flags allow', () => {
    const folder = lab.repository('checked');
    const rules = `${lab.rules.trimEnd()},${bob.recipient}\n`;
    write(folder, { '.sops.yaml': lab.rules, 'secrets/a.yaml': 'a: 1\n', 'secrets/b.yaml': 'a: 1\n' });
    seal(folder, 'secrets/a.yaml', 'secrets/b.yaml');
    commitAt(folder, 400);
    write(folder, { '.sops.yaml': rules });
    expect(ours(folder, 'updatekeys', '--yes', '--rotate', 'secrets')).toMatchObject({ status: 0 });
    expect(ours(folder, 'rotate', '--in-place', 'secrets/b.yaml')).toMatchObject({ status: 0 });
    commitAt(folder, 100);
    expect(found(folder)).toEqual([]);
    expect(found(folder, '--max-age', '90d')).toEqual(['old-data-key secrets/a.yaml', 'old-data-key secrets/b.yaml']);
    expect(found(folder, '--max-age', '101d', '--max-recipient-age', '1y')).toEqual([
      'old-data-key secrets/a.yaml',
      'old-recipient secrets/a.yaml',
      'old-recipient secrets/b.yaml',
    ]);
    write(folder, { '.sops.yaml': `${rules}x-sopsmith:\n  max_age:\n    data_key: 1y\n    recipient: 30d\n` });
    expect(found(folder)).toEqual([
      'old-data-key secrets/a.yaml',
      'old-recipient secrets/a.yaml',
      'old-recipient secrets/a.yaml',
      'old-recipient secrets/b.yaml',
      'old-recipient secrets/b.yaml',
    ]);
    expect(report(folder).findings.map(({ message }) => message)).toContainEqual(
      `the data key is 400d old, by Git of ${ago(400).toISOString().slice(0, 10)}, where 365d are allowed`,
    );
    expect(ours(folder, 'check')).toMatchObject({ status: 0 });
    expect(ours(folder, 'check', '--strict')).toMatchObject({ status: 1 });
    // What is old is no leak.
    expect(found(folder, '--since', 'HEAD~1')).toEqual([]);
    lab.git(folder, 'add', '--all');
    expect(found(folder, '--staged')).toHaveLength(5);
  });

  it('says what is wrong with max_age, which real sops looks over', () => {
    const folder = lab.repository('wrong');
    const configs = ['x-sopsmith: { max_age: 90d }', 'x-sopsmith: { max_age: { data_key: soon, recipients: 1y } }', 'x-sopsmith: 5'];
    const messages = configs.map((config) => {
      write(folder, { '.sops.yaml': `${lab.rules}${config}\n`, 'secrets/a.yaml': 'a: 1\n' });
      expect(runProgram([needed('sops')], ['encrypt', 'secrets/a.yaml'], { cwd: folder })).toMatchObject({ status: 0 });
      expect(ours(folder, 'encrypt', 'secrets/a.yaml')).toMatchObject({ status: 0 });
      return report(folder)
        .findings.filter(({ file }) => file === '.sops.yaml')
        .map(({ rule, message }) => `${rule}: ${message}`);
    });
    expect(messages).toEqual([
      [expect.stringContaining("'max_age' of x-sopsmith is without effect")],
      [
        "unknown-config-key: unknown key 'recipients' in 'max_age' of x-sopsmith is ignored, did you mean 'recipient'?",
        expect.stringContaining("'data_key' of max_age is without effect"),
      ],
      [],
    ]);
  });
});
