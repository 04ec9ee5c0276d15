// `doctor` with PGP keys and with key groups: who opens what, and what is wrong.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pgp, startPgp } from '../peers/pgp.ts';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

type Environment = Readonly<Record<string, string>>;

/** What is printed for programs, as far as it is looked at. */
interface Told {
  readonly places: readonly { readonly kind: string; readonly name: string; readonly keys: readonly string[] }[];
  readonly rules: readonly { readonly opens: string }[];
  readonly files: readonly { readonly file: string; readonly opens: boolean }[];
  readonly problems: readonly { readonly about: string; readonly message: string; readonly remedy?: string }[];
}

const folderOf = (config: object): string => {
  const cwd = temporaryFolder('doctor');
  fill(cwd, { '.sops.yaml': JSON.stringify({ creation_rules: [config] }), 'plain.yaml': 'a: planted\n' });
  return cwd;
};
const run = (cwd: string, env: Environment, ...argv: readonly string[]): Ran => runProgram(program, argv, { cwd, env });
const seal = (cwd: string, env: Environment): void => {
  const { stdout, stderr } = runProgram([needed('sops')], ['encrypt', 'plain.yaml'], { cwd, env });
  expect(stderr).toBe('');
  fill(cwd, { 's.yaml': stdout });
};
const told = (cwd: string, env: Environment): Told => {
  const { status, stdout } = run(cwd, env, 'doctor', '--json', 's.yaml');
  const all: Told = JSON.parse(stdout);
  expect(status).toBe(all.problems.length === 0 ? 0 : 1);
  expect(stdout).not.toMatch(/planted|PRIVATE KEY|AGE-SECRET/);
  return all;
};

describe.skipIf(lacks('sops', 'gpg'))('doctor and PGP', () => {
  let pgp: Pgp | undefined;
  const has = (env: KeyEnv): Environment =>
    Object.fromEntries(Object.entries(env ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  type KeyEnv = Pgp['env'] | undefined;
  beforeAll(async () => {
    pgp = await startPgp();
  });
  afterAll(async () => pgp?.close());

  test('finds the keys of the keyring, by key and by subkey', async () => {
    const key = pgp?.key ?? '';
    const [, subkey = ''] = (await pgp?.home.fingerprints('first')) ?? [];
    for (const fingerprint of [key, subkey]) {
      const cwd = folderOf({ pgp: fingerprint });
      seal(cwd, has(pgp?.env));
      const { places, rules, files, problems } = told(cwd, has(pgp?.env));
      expect(problems).toEqual([]);
      expect([rules[0]?.opens, files]).toEqual(['yes', [expect.objectContaining({ file: 's.yaml', opens: true })]]);
      expect(places.find(({ kind }) => kind === 'pgp')?.keys.join(' ')).toContain(key.slice(-16));
    }
  });

  test('tells the one who has another key, or none, and what would help', () => {
    const cwd = folderOf({ pgp: pgp?.key ?? '' });
    seal(cwd, has(pgp?.env));
    for (const env of [has(pgp?.onlyOther), has(pgp?.denied)]) {
      const { rules, files, problems } = told(cwd, env);
      expect([rules[0]?.opens, files[0]?.opens]).toEqual(['no', false]);
      expect(problems.map(({ about }) => about)).toEqual(expect.arrayContaining(['.sops.yaml', 's.yaml']));
    }
    expect(run(cwd, has(pgp?.onlyOther), 'doctor', 's.yaml').stdout).toMatch(/^ +no +pgp [0-9A-F]{40}/m);
  });

  test('says that gpg is not there, and does without where the key is given', async () => {
    const cwd = folderOf({ pgp: pgp?.other ?? '' });
    seal(cwd, has(pgp?.env));
    const without = { ...has(pgp?.denied), SOPS_GPG_EXEC: 'no-such-gpg' };
    expect(JSON.stringify(told(cwd, without))).toContain('no-such-gpg');
    const given = (await pgp?.home.gpg('--armor', '--export-secret-keys', pgp.other)) ?? '';
    const { rules, files, problems } = told(cwd, { ...has(pgp?.denied), SOPS_PGP_KEY: given });
    expect(problems).toEqual([]);
    expect([rules[0]?.opens, files[0]?.opens]).toEqual(['yes', true]);
    expect(told(cwd, { ...without, SOPS_PGP_KEY: 'no key' }).problems.map(({ message }) => message)).toContain(
      'SOPS_PGP_KEY holds no armored key',
    );
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('doctor and key groups', () => {
  const [one, two, three] = lacks('age-keygen') ? [undefined, undefined, undefined] : [ageIdentity(), ageIdentity(), ageIdentity()];
  const names = new Map([
    [one?.recipient, one?.identity],
    [two?.recipient, two?.identity],
  ]);
  const holding = (...keys: readonly (string | undefined)[]): Environment => ({
    SOPS_AGE_KEY: keys.map((key) => names.get(key) ?? '').join('\n'),
  });
  const groups = (threshold?: number): object => ({
    key_groups: [one, two, three].map((key) => ({ age: [key?.recipient] })),
    ...(threshold === undefined ? {} : { shamir_threshold: threshold }),
  });

  test('counts the groups that open, against the threshold', () => {
    const cwd = folderOf(groups(2));
    seal(cwd, {});
    const both = told(cwd, holding(one?.recipient, two?.recipient));
    expect([both.rules[0]?.opens, both.files[0]?.opens, both.problems]).toEqual(['yes', true, []]);
    const alone = told(cwd, holding(one?.recipient));
    expect([alone.rules[0]?.opens, alone.files[0]?.opens]).toEqual(['no', false]);
    expect(alone.problems.map(({ about }) => about)).toContain('s.yaml');
    const { stdout } = run(cwd, holding(one?.recipient), 'doctor', 's.yaml');
    expect(stdout).toMatch(/yes .*age1/);
    expect(stdout).toMatch(/no .*age1/);
    expect(stdout).not.toContain('none of your keys');
    expect(stdout).toContain('.sops.yaml: your keys open fewer key groups than its rules ask for');
  });

  test('needs all groups where no threshold is given', () => {
    const cwd = folderOf(groups());
    seal(cwd, {});
    const { rules, files } = told(cwd, holding(one?.recipient, two?.recipient));
    expect([rules[0]?.opens, files[0]?.opens]).toEqual(['no', false]);
  });

  test('says that shares do not belong together', () => {
    const cwd = folderOf(groups(2));
    seal(cwd, {});
    const first = runProgram([needed('sops')], ['decrypt', '--output-type', 'json', 's.yaml'], { cwd }).status;
    expect(first).toBe(128);
    const other = folderOf(groups(2));
    seal(other, {});
    const mix = (text: string, more: string): string => {
      const [mine = '', theirs = ''] = [text, more].map((each) => /enc: \|\n[\s\S]*?END AGE ENCRYPTED FILE-----\n/.exec(each)?.[0] ?? '');
      return text.replace(mine, () => theirs);
    };
    fill(cwd, { 's.yaml': mix(read(cwd), read(other)) });
    const { files, problems } = told(cwd, holding(one?.recipient, two?.recipient));
    expect(files[0]?.opens).toBe(false);
    expect(problems.find(({ about }) => about === 's.yaml')).toBeDefined();
  });
});

function read(cwd: string): string {
  return runProgram(['cat', join(cwd, 's.yaml')], [], { cwd }).stdout;
}
