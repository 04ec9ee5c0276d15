// `kustomize decrypt` on a tree with a source for each thing that Flux's decryptor does, held to what the real one answered, and through the real kustomize.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, until } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { type Case, type Expected, planted } from './flux-case.ts';
import { cases } from './flux-cases.ts';
import { failing } from './flux-failing.ts';
import { sealerFor } from './flux-sealer.ts';
import { bare, filesBelow, keyOf, readStream, recorded, writeCases } from './flux-tree.ts';

interface Answer {
  readonly file: string;
  readonly part?: string;
  readonly outcome: string;
  readonly reason: string;
  readonly message: string;
  readonly keys?: readonly { readonly masterKey: string; readonly entry?: string }[];
}

interface Report {
  readonly sources: readonly Answer[];
  readonly keys: unknown;
  readonly macChecked: boolean;
}

const missing = lacks('age-keygen', 'kustomize');
const root = temporaryFolder('flux');
const { identity, recipient } = missing ? { identity: '', recipient: '' } : ageIdentity();
const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: root });
const withKeys = (...argv: readonly string[]): Ran => ours('kustomize', ...argv, '--keys', 'keys');
const built = cases.filter(({ name, unbuilt }) => unbuilt !== true && recorded[name]?.resources !== undefined);

beforeAll(async () => {
  if (missing) return;
  const seal = sealerFor(recipient);
  fill(root, { 'keys/cluster.agekey': identity, 'keys/notes.txt': 'not a key\n' });
  await writeCases(join(root, 'cases'), cases, seal);
  await writeCases(join(root, 'failing'), failing, seal);
  await writeCases(join(root, 'built'), built, seal);
});

/** A row is told by its text. */
const shown = (rows: readonly (readonly string[])[]): readonly string[] =>
  rows.map((row) => row.join(' | ')).toSorted((one, other) => (one < other ? -1 : 1));

const expectedRows = ({ expected }: Case): readonly string[] =>
  shown(
    expected
      .filter(([file]) => !file.startsWith('http'))
      .map(([file, outcome, reason, part = '']) => [file.replace(/^\//, ''), outcome, reason, part]),
  );

/** Where references lead that are held at the root. */
const heldAt: Readonly<Record<string, string>> = { 'link-out': 'etc/hostname', 'above-root': 'nothing.yaml' };

/** What was told of a case: files in its folder, and where links held at the root lead. */
const toldRows = (answers: readonly Answer[], folder: string, { name }: Case): readonly string[] =>
  shown(
    answers
      .filter(({ file }) => file.startsWith(`${folder}/${name}/`) || heldAt[name] === file)
      .map(({ file, outcome, reason, part = '' }) => [file.replace(`${folder}/${name}/`, ''), outcome, reason, part]),
  );

const filesWith = (expected: readonly Expected[], wanted: (one: Expected) => boolean): readonly string[] =>
  [...new Set(expected.filter(wanted).map(([file]) => file))].toSorted();

describe.skipIf(missing)('a tree as Flux decrypts it', () => {
  const explained: Answer[] = [];
  const explain = (folder: string): Ran => withKeys('decrypt', folder, '--explain', '--json');

  test('has at least 60 sources, each with its reason', () => {
    const { status, stdout, stderr } = explain('cases');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const report: Report = JSON.parse(stdout);
    explained.push(...report.sources);
    expect(report.sources.length).toBeGreaterThanOrEqual(60);
    expect(report).toMatchObject({ macChecked: false, keys: [{ name: 'cluster.agekey', kind: 'age' }, { name: 'notes.txt' }] });
    for (const { keys = [] } of report.sources.filter(({ outcome }) => outcome === 'decrypted'))
      expect([...new Set(keys.map(({ masterKey, entry = '' }) => `${entry} ${masterKey}`))]).toEqual([`cluster.agekey ${recipient}`]);
  });

  test.each(cases.map((one) => [`${one.name}: ${one.says}`, one] as const))('%s', (_, one) => {
    expect(toldRows(explained, 'cases', one)).toEqual(expectedRows(one));
    // What the controller changes before the build is what we say that it does.
    expect(filesWith(one.expected, ([, , reason]) => reason === 'source')).toEqual(Object.keys(recorded[one.name]?.files ?? {}).toSorted());
  });

  test('addresses are told, and not followed', () => {
    expect(explained.filter(({ reason }) => reason === 'remote').map(({ file }) => file)).toEqual([
      'https://example.org/patch.yaml',
      'https://example.org/m.yaml',
    ]);
  });

  test('what it decrypts before the build is what the controller makes of it', () => {
    const { status, stderr } = withKeys('decrypt', 'cases', '--output', 'plain');
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('comments, which do not survive') });
    const [plain, source] = [filesBelow(join(root, 'plain')), filesBelow(join(root, 'cases'))];
    for (const { name, expected } of cases) {
      for (const [file, text] of Object.entries(recorded[name]?.files ?? {}))
        expect({ file, text: bare(plain.get(`cases/${name}/${file}`)) }).toEqual({ file, text: bare(text) });
      const touched = filesWith(expected, ([, outcome, reason]) => outcome === 'decrypted' || reason === 'comment-rule');
      const kept = [...source].filter(([path]) => path.startsWith(`${name}/`) && !touched.includes(path.slice(name.length + 1)));
      for (const [path, text] of kept) expect([undefined, text]).toContain(plain.get(`cases/${path}`));
    }
    // The comment of the source is there, as no controller would have it.
    expect(plain.get('cases/secret/m.yaml')).toContain(`pw: ${planted}-10 # note\n`);
    expect(statSync(join(root, 'plain')).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, 'plain/cases/secret/m.yaml')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(root, 'cases/secret/m.yaml'), 'utf8')).toContain('ENC[');
  });

  test('what it makes of the real build is what the controller makes of it', () => {
    const { status, stdout, stderr } = withKeys('decrypt', 'built', '--build');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const stream = readStream(stdout);
    for (const { name } of built)
      for (const resource of recorded[name]?.resources ?? []) expect(bare(stream.get(keyOf(resource)))).toEqual(bare(resource));
    expect(stream.size).toBe(built.reduce((sum, { name }) => sum + (recorded[name]?.resources?.length ?? 0), 0));
  });

  test('ciphertext survives the real build, and a stream is decrypted', () => {
    const kustomize = runProgram([needed('kustomize')], ['build', 'built'], { cwd: root });
    expect(kustomize).toMatchObject({ status: 0 });
    expect(kustomize.stdout).not.toContain(planted);
    const { status, stdout } = runProgram(program, ['kustomize', 'decrypt', '-', '--keys', 'keys'], { cwd: root, input: kustomize.stdout });
    expect(status).toBe(0);
    const stream = readStream(stdout);
    const manifests = built.filter(({ expected }) => expected.every(([file]) => /^m\.(yaml|json)$/.test(file)));
    expect(manifests.length).toBeGreaterThan(25);
    for (const { name } of manifests)
      for (const resource of recorded[name]?.resources ?? []) expect(bare(stream.get(keyOf(resource)))).toEqual(bare(resource));
  });

  test('says each failure where the controller gives up, and writes nothing', () => {
    const { status, stdout } = explain('failing');
    expect(status).toBe(1);
    const { sources }: Report = JSON.parse(stdout);
    for (const one of failing) {
      expect(toldRows(sources, 'failing', one)).toEqual(expectedRows(one));
      expect(recorded[one.name]?.error ?? recorded[one.name]?.resourceErrors).toBeDefined();
    }
    const written = withKeys('decrypt', 'failing', '--output', 'never');
    expect(written).toMatchObject({ status: 1, stdout: '' });
    expect(existsSync(join(root, 'never'))).toBe(false);
    expect(stdout + written.stderr).not.toContain(planted);
  });

  test('a tree that is there already is left', () => {
    expect(withKeys('decrypt', 'cases', '--output', 'keys')).toMatchObject({ status: 3 });
    expect(readdirSync(join(root, 'keys'))).toEqual(['cluster.agekey', 'notes.txt']);
  });

  test('no plaintext in what is explained or linted, nor left in temporary folders', async () => {
    const said = ['--explain', '--build'].map((flag) => withKeys('decrypt', 'built', flag));
    const linted = ['cases', 'failing'].map((folder) => withKeys('lint', folder));
    const told = [said[0]?.stdout, ...[...said, ...linted].map(({ stderr }) => stderr), ...linted.map(({ stdout }) => stdout)];
    expect(told.join('')).not.toContain(planted);
    // Other tests have folders there for a while, each with its own.
    await until(() => plaintextIn(['/dev/shm', dirname(root)]).length === 0);
    expect(plaintextIn(['/dev/shm', dirname(root)])).toEqual([]);
  });
});

/** Folders of the program's own, among temporary ones, that hold plaintext. */
const plaintextIn = (temporary: readonly string[]): readonly string[] =>
  temporary
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => basename(path).startsWith('sopsmith-') && holdsPlaintext(path));

function holdsPlaintext(folder: string): boolean {
  try {
    return [...filesBelow(folder).values()].some((text) => text.includes(planted));
  } catch {
    // It went while it was looked at.
    return false;
  }
}
