// What our command line does that real sops's does not.
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const folder = temporaryFolder('beyond');
const env = { SOPS_AGE_KEY_FILE: join(folder, 'identity.txt') };
const run = (argv: readonly string[], cwd = folder, more: { readonly input?: string; readonly env?: Record<string, string> } = {}): Ran =>
  runProgram(program, argv, { cwd, ...more, env: { ...env, ...more.env } });
let [recipient, second] = ['', ''];

beforeAll(() => {
  if (lacks('age-keygen')) return;
  const own = ageIdentity();
  recipient = own.recipient;
  second = ageIdentity().recipient;
  fill(folder, { 'identity.txt': own.identity, 'plain.yaml': 'a: one\nb:\n  - 0x1F # note\n' });
});

describe('words', () => {
  test.each([
    [['--help'], /Usage:[^]*encrypt[^]*updatekeys[^]*Examples:/],
    [['help'], /Setting up:/],
    [['help', 'set'], /Usage: sopsmith set/],
    [['decrypt', '--help'], /--extract path[^]*SOPS_DECRYPTION_ORDER[^]*Examples:/],
    [['edit', '-h', 'file'], /Usage: sopsmith edit/],
  ])('%s shows help', (argv, says) => {
    const { status, stdout, stderr } = run(argv);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(says);
  });

  test('every key source has its flags in help', () => {
    const { stdout } = run(['rotate', '--help']);
    for (const kind of ['age', 'pgp', 'kms', 'gcp-kms', 'hckms', 'azure-kv', 'hc-vault-transit'])
      for (const flag of [`--add-${kind}`, `--rm-${kind}`]) expect(stdout).toContain(flag);
  });

  test('--version names us and the sops we are like', () => {
    expect(run(['--version']).stdout).toMatch(/^sopsmith \S+ \(sops \d+\.\d+\.\d+\)\n$/);
  });

  test('a flag that is misspelled gets a suggestion', () => {
    const { status, stderr } = run(['encrypt', '--encrypted-regexp', 'x', 'plain.yaml']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('did you mean --encrypted-regex?')]);
  });

  test('a command that is misspelled gets one too, and no editor', () => {
    const { status, stderr } = run(['decrpt', 'plain.yaml'], folder, { env: { EDITOR: 'touch' } });
    expect([status, stderr]).toEqual([1, expect.stringContaining('did you mean decrypt?')]);
  });

  test('several commands at once are refused', () => {
    expect(run(['-d', '-e', 'plain.yaml']).status).toBe(8);
  });
});

test.skipIf(process.platform === 'win32')('a reader that goes away ends it quietly', () => {
  const command = [...program, 'decrypt', '--help'].map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = runProgram(['bash'], ['-c', `${command} | true; echo "\${PIPESTATUS[0]}"`], { cwd: folder });
  expect(['0\n', '141\n']).toContain(stdout);
  expect(stderr).toBe('');
});

describe.skipIf(lacks('sops', 'age-keygen'))('encryption', () => {
  const seal = (...more: readonly string[]): Ran => run(['encrypt', '--age', recipient, ...more]);

  test('flags may stand behind the file', () => {
    const { status, stdout } = run(['encrypt', 'plain.yaml', '--age', recipient]);
    expect(status).toBe(0);
    expect(stdout).toContain('ENC[');
  });

  test('- is standard input, and standard output', () => {
    const sealed = run(['encrypt', '-', '--age', recipient, '--filename-override', 'x.yaml', '--output', '-'], folder, { input: 'a: 1\n' });
    expect(sealed.status).toBe(0);
    expect(run(['decrypt', '--filename-override', 'x.yaml', '-'], folder, { input: sealed.stdout }).stdout).toBe('a: 1\n');
  });

  test('what the ciphertext cannot carry comes back, unless the layout is not to be stored', () => {
    const plain = textOf(folder, 'plain.yaml');
    fill(folder, { 'auto.yaml': seal('plain.yaml').stdout, 'never.yaml': seal('--layout', 'never', 'plain.yaml').stdout });
    expect(textOf(folder, 'auto.yaml')).toContain('layout: ENC[');
    expect(run(['decrypt', 'auto.yaml']).stdout).toBe(plain);
    expect(textOf(folder, 'never.yaml')).not.toContain('layout:');
    expect(run(['decrypt', 'never.yaml']).stdout).toBe(plain.replace('0x1F', '31'));
    expect(run(['encrypt', '--age', recipient, '--layout', 'perhaps', 'plain.yaml']).status).toBe(1);
  });

  test('the config file can forbid the layout', () => {
    const cwd = join(folder, 'configured');
    fill(cwd, {
      'plain.yaml': textOf(folder, 'plain.yaml'),
      '.sops.yaml': `creation_rules:\n  - age: ${recipient}\nstores:\n  yaml:\n    layout: never\n`,
    });
    expect(run(['encrypt', 'plain.yaml'], cwd).stdout).not.toContain('layout:');
  });

  test('--strict takes warnings for errors, and writes nothing', () => {
    fill(folder, { 'strict.yaml': 'a: one\n' });
    const argv = ['encrypt', '-i', '--age', recipient, '--encrypted-regex', '^nothing$', 'strict.yaml'];
    const { status, stderr } = run(['--strict', ...argv]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('in clear')]);
    expect(textOf(folder, 'strict.yaml')).toBe('a: one\n');
    expect(run(argv).stderr).toContain('Warning: ');
  });

  test('a regular expression that does not compile is refused', () => {
    const { status, stderr } = seal('--encrypted-regex', '(', 'plain.yaml');
    expect([status, stderr]).toEqual([1, expect.stringContaining('regular expression')]);
  });

  test('a type that does not exist is told', () => {
    expect(seal('--input-type', 'yml', 'plain.yaml').stderr).toContain('there is no type yml');
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('editing with --show-master-keys', () => {
  test('keeps what is changed of the values, which real sops 3.13.3 drops, and adds the master keys written in', () => {
    const cwd = join(folder, 'shown');
    const added = `        - recipient: ${second}\n          enc: ""`;
    fill(cwd, { 'f.yaml': 'a: one\n', 'editor.sh': `sed -i -e 's/one/two/' -e 's/^    age:$/&\\n${added.replace('\n', '\\n')}/' "$1"\n` });
    expect(run(['encrypt', '-i', '--age', recipient, 'f.yaml'], cwd).status).toBe(0);
    const { status, stderr } = run(['edit', '-s', 'f.yaml'], cwd, { env: { EDITOR: 'sh editor.sh' } });
    expect(status, stderr).toBe(0);
    expect(textOf(cwd, 'f.yaml')).toContain(second);
    expect(runProgram([needed('sops')], ['decrypt', 'f.yaml'], { cwd, env }).stdout).toBe('a: two\n');
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('updatekeys on folders', () => {
  test('finds encrypted files of all formats below, and passes by links, history and plain files', () => {
    const cwd = join(folder, 'tree');
    const outside = join(folder, 'outside');
    const files = ['a.yaml', 'deep/er/b.json', 'deep/c.env', 'deep/d.ini', 'e.bin'];
    const content: Record<string, string> = {
      'a.yaml': 'a: 1\n',
      'deep/er/b.json': '{"a": 1}',
      'deep/c.env': 'A=1\n',
      'deep/d.ini': '[s]\na = 1\n',
      'e.bin': '1',
    };
    fill(cwd, {
      ...content,
      '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n`,
      'plain.yaml': 'about: "sops writes ENC[AES256_GCM,…]"\n',
    });
    mkdirSync(outside);
    for (const file of files) expect(run(['encrypt', '-i', file], cwd).status).toBe(0);
    fill(cwd, { '.git/f.yaml': textOf(cwd, 'a.yaml'), '.sops.yaml': `creation_rules:\n  - age: ${recipient},${second}\n` });
    fill(outside, { 'f.yaml': textOf(cwd, 'a.yaml') });
    symlinkSync(outside, join(cwd, 'link'));
    symlinkSync(join(outside, 'f.yaml'), join(cwd, 'link.yaml'));
    const untouched = ['.git/f.yaml', 'plain.yaml', 'link/f.yaml'].map((file) => readFileSync(join(cwd, file), 'utf8'));

    const { status, stderr } = run(['updatekeys', '-y', '.'], cwd);
    expect(status, stderr).toBe(0);
    for (const file of files) {
      expect(textOf(cwd, file)).toContain(second);
      expect(runProgram([needed('sops')], ['decrypt', file], { cwd, env }).stdout).toContain('1');
    }
    expect(['.git/f.yaml', 'plain.yaml', 'link/f.yaml'].map((file) => readFileSync(join(cwd, file), 'utf8'))).toEqual(untouched);
    expect(run(['updatekeys', '-y', '.'], cwd).stderr).toContain('already up to date');
  });

  test('a file that is in conflict fails and is named; the others are updated', () => {
    const cwd = join(folder, 'conflict');
    fill(cwd, { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n', '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n` });
    for (const file of ['a.yaml', 'b.yaml']) run(['encrypt', '-i', file], cwd);
    const broken = `<<<<<<< ours\n${textOf(cwd, 'a.yaml')}>>>>>>> theirs\n`;
    fill(cwd, { 'a.yaml': broken, '.sops.yaml': `creation_rules:\n  - age: ${recipient},${second}\n` });
    const { status, stderr } = run(['updatekeys', '-y', '.'], cwd);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Error: a\.yaml[^]*failed updating 1 key\(s\)/);
    expect(textOf(cwd, 'a.yaml')).toBe(broken);
    expect(textOf(cwd, 'b.yaml')).toContain(second);
  });

  test('who stays keeps the very same entry', () => {
    const cwd = join(folder, 'quiet');
    fill(cwd, { 'a.yaml': 'a: 1\n', '.sops.yaml': `creation_rules:\n  - age: ${recipient}\n` });
    run(['encrypt', '-i', 'a.yaml'], cwd);
    const before = textOf(cwd, 'a.yaml').split('\n');
    fill(cwd, { '.sops.yaml': `creation_rules:\n  - age: ${recipient},${second}\n` });
    run(['updatekeys', '-y', 'a.yaml'], cwd);
    const after = textOf(cwd, 'a.yaml').split('\n');
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
  });
});
