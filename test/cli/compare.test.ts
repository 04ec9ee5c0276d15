// Runs real sops and ours with the same words in twin folders, and compares what a caller can see of them.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Files, type Ran, runProgram, temporaryFolder, textOf, twin } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

/** One command line, and what of its outcome must be alike beside the exit status. */
interface Case {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The standard outputs are the same text; `sealed`: they are the same once decrypted (in this type); else they are not compared. */
  readonly stdout?: 'same' | { readonly sealed: string };
  /** Words that both must say on standard error. */
  readonly says?: RegExp;
  /** Files that are the same afterwards, once decrypted where they are encrypted. */
  readonly files?: readonly string[];
  /** Files added to those that every case has. */
  readonly extra?: Files;
}

const yaml = 'db:\n    user: admin\n    password: s3cret\n    port: 5432\nlist:\n    - one\n    - two\n';
const json = '{\n\t"db": {\n\t\t"user": "admin",\n\t\t"password": "s3cret"\n\t},\n\t"n": 5\n}';
const { identity, recipient } = lacks('sops', 'age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
const other = lacks('sops', 'age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
const config = `creation_rules:\n  - path_regex: special\n    encrypted_regex: ^password$\n    age: ${recipient}\n  - age: ${recipient}\n`;
const bothKeys = `creation_rules:\n  - age: ${recipient},${other.recipient}\n`;

const plain: Files = {
  'identity.txt': identity,
  'plain.yaml': yaml,
  'plain.json': json,
  'plain.env': 'A=1\nB=two words\n# note\nC=\n',
  'plain.ini': '[section]\na = 1\nb = two\n',
  'plain.bin': 'any text\nat all',
};
const sealed = ['yaml', 'json', 'env', 'ini', 'bin'].map((type) => ({ from: `plain.${type}`, to: `sealed.${type}` }));

const root = temporaryFolder('compare');
const prepared = join(root, 'prepared');
const environment = { SOPS_AGE_KEY_FILE: 'identity.txt', SOPS_DISABLE_VERSION_CHECK: 'true' };

function sops(cwd: string, argv: readonly string[], input?: string): Ran {
  return runProgram([needed('sops')], argv, { cwd, env: environment, ...(input === undefined ? {} : { input }) });
}

/** The text of a file, decrypted by real sops where it is encrypted; undefined where there is none. */
function opened(folder: string, name: string): string | undefined {
  if (!existsSync(join(folder, name))) return undefined;
  const { status, stdout } = sops(folder, ['decrypt', name]);
  return status === 0 ? stdout : textOf(folder, name);
}

let count = 0;

function compare({ argv, env = {}, input, stdout, says, files = [], extra = {} }: Case): void {
  count += 1;
  const folders = { theirs: twin(prepared, `theirs-${count}`), ours: twin(prepared, `ours-${count}`) };
  const ran = (command: readonly string[], cwd: string): Ran => {
    fill(cwd, extra);
    return runProgram(command, argv, { cwd, env: { ...environment, ...env }, ...(input === undefined ? {} : { input }) });
  };
  const theirs = ran([needed('sops')], folders.theirs);
  const ours = ran(program, folders.ours);
  const seen = `sops: ${JSON.stringify(theirs)}\nours: ${JSON.stringify(ours)}`;
  expect(ours.status, seen).toBe(theirs.status);
  if (stdout === 'same') expect(ours.stdout, seen).toBe(theirs.stdout.replaceAll(folders.theirs, folders.ours));
  else if (stdout !== undefined)
    expect(unsealed(folders.ours, ours.stdout, stdout.sealed), seen).toBe(unsealed(folders.theirs, theirs.stdout, stdout.sealed));
  if (says !== undefined) for (const { stderr } of [theirs, ours]) expect(stderr.replaceAll(/\s+/g, ' '), seen).toMatch(says);
  for (const file of files) expect(opened(folders.ours, file), `${file}\n${seen}`).toBe(opened(folders.theirs, file));
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
}

function unsealed(folder: string, text: string, type: string): string {
  const { status, stdout, stderr } = sops(folder, ['decrypt', '--input-type', type, '--output-type', type, '/dev/stdin'], text);
  expect(status, stderr).toBe(0);
  return stdout;
}

describe.skipIf(lacks('sops', 'age-keygen'))('the same words have the same outcome as with real sops', () => {
  beforeAll(() => {
    mkdirSync(prepared);
    fill(prepared, plain);
    for (const { from, to } of sealed) expect(sops(prepared, ['encrypt', '--age', recipient, '--output', to, from]).status).toBe(0);
  });

  const run = (cases: readonly Case[]): void => {
    test.each(cases.map((one) => [one.argv.map((word) => word.replaceAll(recipient, 'RECIPIENT')).join(' '), one] as const))(
      '%s',
      (_, one) => {
        compare(one);
      },
    );
  };

  describe('encrypt', () => {
    const age = ['--age', recipient];
    run([
      { argv: ['encrypt', ...age, 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', ...age, 'plain.json'], stdout: { sealed: 'json' } },
      { argv: ['encrypt', ...age, 'plain.env'], stdout: { sealed: 'dotenv' } },
      { argv: ['encrypt', ...age, 'plain.ini'], stdout: { sealed: 'ini' } },
      { argv: ['encrypt', ...age, 'plain.bin'], stdout: { sealed: 'binary' } },
      { argv: ['encrypt', '-a', recipient, 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', `-age=${recipient}`, 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', '--age', other.recipient, '--age', recipient, 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', 'plain.yaml'], env: { SOPS_AGE_RECIPIENTS: recipient }, stdout: { sealed: 'yaml' } },
      { argv: ['-e', ...age, 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['--encrypt', ...age, '-i', 'plain.yaml'], files: ['plain.yaml'], stdout: 'same' },
      { argv: ['encrypt', ...age, '-i', 'plain.yaml'], files: ['plain.yaml'], stdout: 'same' },
      { argv: ['encrypt', ...age, '--output', 'out.yaml', 'plain.yaml'], files: ['out.yaml', 'plain.yaml'], stdout: 'same' },
      { argv: ['encrypt', ...age, '--output', 'plain.json', 'plain.yaml'], stdout: 'same' },
      { argv: ['encrypt', ...age, '--output', 'none/out.yaml', 'plain.yaml'], stdout: 'same', files: ['none/out.yaml'] },
      {
        argv: ['encrypt', ...age, '-i', '--output', 'out.yaml', 'plain.yaml'],
        says: /both --output and --in-place/,
        files: ['plain.yaml', 'out.yaml'],
      },
      { argv: ['encrypt', ...age, '--output-type', 'json', 'plain.yaml'], stdout: { sealed: 'json' } },
      { argv: ['encrypt', ...age, '--input-type', 'binary', 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', ...age, '--filename-override', 'x.yaml'], input: yaml, stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', ...age, '--filename-override', 'x.env'], input: 'A=1\n', stdout: { sealed: 'dotenv' } },
      { argv: ['encrypt', ...age], input: yaml, says: /must specify --filename-override/ },
      { argv: ['encrypt', ...age, '-i'], input: yaml, says: /cannot use --in-place/ },
      { argv: ['encrypt', ...age, '--input-type', 'yaml', '--output-type', 'yaml', '/dev/stdin'], input: yaml, stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', ...age, 'none.yaml'], says: /cannot operate on non-existent file/ },
      { argv: ['encrypt', ...age, '.'], says: /is a directory/ },
      { argv: ['encrypt', ...age, 'sealed.yaml'], says: /already.* encrypted/i },
      { argv: ['encrypt', ...age, '-i', 'sealed.yaml'], files: ['sealed.yaml'] },
      { argv: ['encrypt', ...age, 'sealed.json'] },
      { argv: ['encrypt', ...age, 'sealed.env'] },
      { argv: ['encrypt', ...age, 'sealed.ini'] },
      { argv: ['encrypt', 'plain.yaml'], says: /config file not found, or has no creation rules/ },
      { argv: ['encrypt', '--age', 'age1nonsense', 'plain.yaml'] },
      { argv: ['encrypt', '--nonsense', 'plain.yaml'], says: /flag provided but not defined: -?-nonsense/ },
      { argv: ['encrypt', ...age, '--encryption-context', 'nonsense', 'plain.yaml'], says: /KMS encryption context format/i },
      { argv: ['encrypt', ...age, '--encrypted-regex', '^password$', 'plain.yaml'], stdout: { sealed: 'yaml' } },
      {
        argv: ['encrypt', ...age, '--encrypted-regex', 'a', '--unencrypted-suffix', 'b', 'plain.yaml'],
        says: /cannot use more than one of encrypted_suffix/,
      },
      { argv: ['--mac-only-encrypted', 'encrypt', ...age, '--encrypted-regex', '^password$', 'plain.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', ...age, 'empty.yaml'], extra: { 'empty.yaml': '' }, says: /empty/ },
      { argv: ['encrypt', ...age, 'bad.yaml'], extra: { 'bad.yaml': 'a: [1\nb: 2\n' } },
      { argv: ['encrypt', ...age, 'bad.json'], extra: { 'bad.json': '{"a": 1' } },
      { argv: ['encrypt', ...age, 'bad.env'], extra: { 'bad.env': 'A=1\nnonsense\n' } },
      { argv: ['encrypt', ...age, 'list.yaml'], extra: { 'list.yaml': '- a\n- b\n' } },
      { argv: ['encrypt', ...age, 'plain.yaml', 'plain.json'], stdout: { sealed: 'yaml' }, says: /More than one positional argument/ },
    ]);
  });

  describe('encrypt with a config file', () => {
    const extra = { '.sops.yaml': config };
    run([
      { argv: ['encrypt', 'plain.yaml'], extra, stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', '--filename-override', 'special.yaml', 'plain.yaml'], extra, stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', '--filename-override', 'special.yaml'], input: yaml, extra, stdout: { sealed: 'yaml' } },
      {
        argv: ['encrypt', '--encrypted-suffix', 'x', '--filename-override', 'special.yaml'],
        input: yaml,
        extra,
        says: /cannot use more than one/,
      },
      { argv: ['--config', 'other.yaml', 'encrypt', 'plain.yaml'], extra: { 'other.yaml': config }, stdout: { sealed: 'yaml' } },
      { argv: ['encrypt', 'plain.yaml'], env: { SOPS_CONFIG: 'other.yaml' }, extra: { 'other.yaml': config }, stdout: { sealed: 'yaml' } },
      { argv: ['--config', 'none.yaml', 'encrypt', 'plain.yaml'] },
      {
        argv: ['encrypt', 'plain.yaml'],
        extra: { '.sops.yaml': `creation_rules:\n  - path_regex: nothing\n    age: ${recipient}\n` },
        says: /no matching creation rules found/,
      },
      { argv: ['encrypt', 'plain.yaml'], extra: { '.sops.yaml': 'creation_rules: [' } },
      { argv: ['encrypt', 'plain.yaml'], extra: { '.sops.yaml': 'stores:\n  yaml:\n    indent: 2\n' }, says: /has no creation rules/ },
      { argv: ['encrypt', 'sub/plain.yaml'], extra: { '.sops.yaml': config, 'sub/plain.yaml': yaml }, stdout: { sealed: 'yaml' } },
    ]);
  });

  describe('decrypt', () => {
    run([
      ...sealed.map(({ to }): Case => ({ argv: ['decrypt', to], stdout: 'same' })),
      { argv: ['-d', 'sealed.yaml'], stdout: 'same' },
      { argv: ['--decrypt', 'sealed.json'], stdout: 'same' },
      { argv: ['-d', '-i', 'sealed.yaml'], stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['decrypt', '-i', 'sealed.env'], stdout: 'same', files: ['sealed.env'] },
      { argv: ['decrypt', '--output', 'out.yaml', 'sealed.yaml'], stdout: 'same', files: ['out.yaml', 'sealed.yaml'] },
      { argv: ['decrypt', '--output-type', 'json', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--output-type', 'dotenv', 'sealed.json'], stdout: 'same' },
      { argv: ['decrypt', '--output-type', 'yaml', 'sealed.env'], stdout: 'same' },
      { argv: ['--indent', '2', 'decrypt', '--output-type', 'yaml', 'sealed.json'], stdout: 'same' },
      {
        argv: ['decrypt', '--output-type', 'json', 'sealed.yaml'],
        extra: { '.sops.yaml': 'stores:\n  json:\n    indent: 2\n' },
        stdout: 'same',
      },
      { argv: ['decrypt', '--extract', '["db"]["password"]', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--extract', `['db']["port"]`, 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '["db"]', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '["list"]', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '["list"][1]', 'sealed.yaml'], stdout: 'same' },
      { argv: ['-d', '--extract', '["db"]["password"]', 'sealed.json'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '["db"]', '--output-type', 'yaml', 'sealed.json'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '["none"]', 'sealed.yaml'], stdout: 'same', says: /none/ },
      { argv: ['decrypt', '--extract', '["list"][7]', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '["db"', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--extract', '[db]', 'sealed.yaml'], stdout: 'same' },
      {
        argv: ['decrypt', '--input-type', 'json', '--output-type', 'json', 'copy'],
        extra: { copy: '{}' },
        stdout: 'same',
        says: /sops metadata not found/,
      },
      { argv: ['decrypt', 'plain.yaml'], stdout: 'same', says: /sops metadata not found/ },
      { argv: ['decrypt', 'plain.env'], stdout: 'same', says: /sops metadata not found/ },
      { argv: ['decrypt', 'plain.bin'], stdout: 'same' },
      { argv: ['decrypt', 'none.yaml'], stdout: 'same', says: /cannot operate on non-existent file/ },
      { argv: ['-d', 'none.yaml'], stdout: 'same', says: /cannot operate on non-existent file/ },
      { argv: ['decrypt', '.'], stdout: 'same', says: /is a directory/ },
      { argv: ['decrypt', '-i'], stdout: 'same', says: /cannot use --in-place/ },
      { argv: ['decrypt', 'sealed.yaml', 'sealed.json'], stdout: 'same', says: /More than one positional argument/ },
      {
        argv: ['decrypt', 'sealed.yaml'],
        env: { SOPS_AGE_KEY_FILE: 'none' },
        stdout: 'same',
        says: /Failed to get the data key required to decrypt the SOPS file\. .*Group 0: FAILED .*: FAILED - \|.*Recovery failed/,
      },
      {
        argv: ['decrypt', 'sealed.yaml'],
        env: { SOPS_AGE_KEY_FILE: '', SOPS_AGE_KEY: other.identity },
        stdout: 'same',
        says: /Failed to get the data key/,
      },
      { argv: ['--decryption-order', 'age,age', '-d', 'sealed.yaml'], stdout: 'same', says: /uplicate decryption key type: age/ },
      { argv: ['decrypt', '--decryption-order', 'pgp,age', 'sealed.yaml'], stdout: 'same' },
      { argv: ['decrypt', '--ignore-mac', 'sealed.yaml'], stdout: 'same' },
      {
        argv: ['decrypt', 'sealed.yaml'],
        extra: { '.sops.yaml': `creation_rules:\n  - path_regex: nothing\n    age: ${recipient}\n` },
        stdout: 'same',
      },
    ]);

    test.each(['yaml', 'env'])('standard input: %s', (type) => {
      const format = type === 'env' ? 'dotenv' : type;
      const input = textOf(prepared, `sealed.${type}`);
      compare({ argv: ['decrypt', '--input-type', format, '--output-type', format], input, stdout: 'same' });
      compare({ argv: ['decrypt', '--filename-override', `x.${type}`], input, stdout: 'same' });
      compare({ argv: ['-d', '--input-type', format, '--output-type', format, '/dev/stdin'], input, stdout: 'same' });
    });

    test('a line that is gone, a value that is changed or in clear', () => {
      const text = textOf(prepared, 'sealed.yaml');
      const gone = text.replace(/^ +user:.*\n/m, '');
      compare({ argv: ['decrypt', 'bad.yaml'], extra: { 'bad.yaml': gone }, stdout: 'same', says: /MAC mismatch/ });
      compare({ argv: ['decrypt', '--ignore-mac', 'bad.yaml'], extra: { 'bad.yaml': gone }, stdout: 'same' });
      const swapped = text.replace(/user: (.*)\n(.*)password: (.*)\n/, 'user: $3\n$2password: $1\n');
      compare({ argv: ['decrypt', 'bad.yaml'], extra: { 'bad.yaml': swapped }, stdout: 'same' });
      const clear = text.replace(/password: .*/, 'password: clear');
      compare({ argv: ['decrypt', 'bad.yaml'], extra: { 'bad.yaml': clear }, stdout: 'same' });
      const noMac = text.replace(/ +mac: .*\n/, '');
      compare({ argv: ['decrypt', 'bad.yaml'], extra: { 'bad.yaml': noMac }, stdout: 'same' });
      compare({
        argv: ['decrypt', 'bad.yaml'],
        extra: { 'bad.yaml': text.replace(/lastmodified: .*/, 'lastmodified: yesterday') },
        stdout: 'same',
      });
    });
  });

  describe('rotate', () => {
    run([
      { argv: ['rotate', 'sealed.yaml'], stdout: { sealed: 'yaml' } },
      { argv: ['rotate', '-i', 'sealed.yaml'], stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['rotate', '--output', 'out.json', 'sealed.json'], stdout: 'same', files: ['out.json'] },
      { argv: ['-r', '-i', 'sealed.env'], stdout: 'same', files: ['sealed.env'] },
      { argv: ['--rotate', 'sealed.ini'], stdout: { sealed: 'ini' } },
      { argv: ['rotate', '-i', '--add-age', other.recipient, 'sealed.yaml'], stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['-r', '-i', '--add-age', other.recipient, '--rm-age', 'age1nonsense', 'sealed.yaml'], stdout: 'same' },
      { argv: ['rotate', '-i', '--add-age', other.recipient, '--rm-age', recipient, 'sealed.yaml'], stdout: 'same' },
      { argv: ['rotate', '-i', '--rm-age', recipient, 'sealed.yaml'], env: {}, stdout: 'same' },
      { argv: ['rotate', 'plain.yaml'], stdout: 'same', says: /sops metadata not found/ },
      { argv: ['rotate'], stdout: 'same', says: /no file specified/ },
      { argv: ['rotate', 'none.yaml'], stdout: 'same', says: /no such file/ },
      { argv: ['-r', 'none.yaml'], stdout: 'same', says: /cannot operate on non-existent file/ },
      {
        argv: ['rotate', '--add-age', other.recipient, 'none.yaml'],
        stdout: 'same',
        says: /cannot add or remove keys on non-existent file/,
      },
      { argv: ['-r', '--rm-age', other.recipient, 'none.yaml'], stdout: 'same', says: /cannot add or remove keys on non-existent file/ },
    ]);
  });

  describe('set and unset', () => {
    const files = ['sealed.yaml'];
    run([
      { argv: ['set', 'sealed.yaml', '["db"]["password"]', '"new"'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["db"]["port"]', '-5'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["db"]["on"]', 'true'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["db"]["none"]', 'null'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["new"]["deep"]', '{"a": "b", "c": {"d": 1}}'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["list"][0]', '"first"'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["list"][2]', '"third"'], stdout: 'same', files },
      { argv: ['set', 'sealed.json', '["db"]["password"]', '"new"'], stdout: 'same', files: ['sealed.json'] },
      { argv: ['set', 'sealed.env', '["A"]', '"new"'], stdout: 'same', files: ['sealed.env'] },
      { argv: ['set', 'sealed.ini', '["section"]["a"]', '"new"'], stdout: 'same', files: ['sealed.ini'] },
      { argv: ['--set', '["db"]["password"] "new"', 'sealed.yaml'], stdout: 'same', files },
      { argv: ['--set', '["db"]["password"]', 'sealed.yaml'], stdout: 'same', files },
      { argv: ['set', '--value-stdin', 'sealed.yaml', '["db"]["password"]'], input: '"from input"', stdout: 'same', files },
      {
        argv: ['set', '--value-file', 'sealed.yaml', '["db"]["password"]', 'value'],
        extra: { value: '"from file"\n' },
        stdout: 'same',
        files,
      },
      { argv: ['set', '--value-file', 'sealed.yaml', '["db"]["password"]', 'none'], stdout: 'same', files },
      { argv: ['set', '--value-file', '--value-stdin', 'sealed.yaml', '["db"]["password"]', 'value'], stdout: 'same', files },
      { argv: ['set', '--idempotent', 'sealed.yaml', '["db"]["password"]', '"s3cret"'], stdout: 'same', files },
      { argv: ['set', 'sealed.yaml', '["db"]["password"]', 'bare'], stdout: 'same', files, says: /not valid JSON/ },
      { argv: ['set', 'sealed.yaml', '"db"', '"x"'], stdout: 'same', files, says: /nvalid set index format/ },
      { argv: ['set', 'sealed.yaml', '["db"]'], stdout: 'same', files, says: /Need precisely 3 positional arguments/ },
      { argv: ['set', 'none.yaml', '["db"]', '1'], stdout: 'same', says: /no such file/ },
      { argv: ['set', 'plain.yaml', '["db"]', '1'], stdout: 'same', files: ['plain.yaml'], says: /sops metadata not found/ },
      { argv: ['unset', 'sealed.yaml', '["db"]["password"]'], stdout: 'same', files },
      { argv: ['unset', 'sealed.yaml', '["db"]'], stdout: 'same', files },
      { argv: ['unset', 'sealed.yaml', '["list"][0]'], stdout: 'same', files },
      { argv: ['unset', 'sealed.json', '["n"]'], stdout: 'same', files: ['sealed.json'] },
      { argv: ['unset', 'sealed.env', '["A"]'], stdout: 'same', files: ['sealed.env'] },
      { argv: ['unset', 'sealed.yaml', '["none"]'], stdout: 'same', files, says: /none/ },
      { argv: ['unset', 'sealed.yaml', '["list"][7]'], stdout: 'same', files },
      { argv: ['unset', '--idempotent', 'sealed.yaml', '["none"]'], stdout: 'same', files },
      { argv: ['unset', 'sealed.yaml'], stdout: 'same', files, says: /no file specified, or index is missing/ },
      { argv: ['unset', 'sealed.yaml', 'db'], stdout: 'same', files },
    ]);
  });

  describe('edit', () => {
    const change = { SOPS_EDITOR: 'sed -i s/s3cret/changed/' };
    run([
      { argv: ['edit', 'sealed.yaml'], env: change, stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['edit', 'sealed.json'], env: change, stdout: 'same', files: ['sealed.json'] },
      { argv: ['sealed.yaml'], env: change, stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['-i', 'sealed.yaml'], env: change, stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['edit', 'sealed.env'], env: { EDITOR: 'sed -i s/two/three/' }, stdout: 'same', files: ['sealed.env'] },
      { argv: ['edit', 'sealed.bin'], env: { EDITOR: 'sed -i s/text/word/' }, stdout: 'same', files: ['sealed.bin'] },
      { argv: ['edit', 'sealed.yaml'], env: { ...change, EDITOR: 'false' }, stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['edit', 'sealed.yaml'], env: { EDITOR: 'true' }, stdout: 'same', says: /File has not changed, exiting\./ },
      { argv: ['edit', 'sealed.yaml'], env: { EDITOR: 'false' }, stdout: 'same', says: /ould not run editor: exit status 1/ },
      { argv: ['edit', 'sealed.yaml'], env: { EDITOR: 'no-such-editor' }, stdout: 'same', says: /ould not run editor/ },
      {
        argv: ['edit', 'sealed.yaml'],
        env: { EDITOR: `sh -c 'sed -i "s/s3cret/it is/" "$1"' sh` },
        stdout: 'same',
        files: ['sealed.yaml'],
      },
      { argv: ['edit', 'sealed.yaml'], env: { EDITOR: `sh -c 'open` }, stdout: 'same', says: /ould not run editor/ },
      { argv: ['edit'], stdout: 'same', says: /no file specified/ },
      { argv: ['edit', 'plain.yaml'], env: change, stdout: 'same', says: /sops metadata not found/ },
      { argv: ['edit', '.'], env: change, stdout: 'same', says: /is a directory/ },
      { argv: ['edit', 'new.yaml'], env: change, stdout: 'same', says: /config file not found/ },
      { argv: ['edit', '--age', recipient, 'new.yaml'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.yaml'] },
      { argv: ['edit', '--age', recipient, 'new.json'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.json'] },
      { argv: ['--age', recipient, 'new.env'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.env'] },
      { argv: ['--age', recipient, 'new.ini'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.ini'] },
      { argv: ['--age', recipient, 'new.bin'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.bin'] },
      {
        argv: ['edit', '--age', recipient, 'new.yaml'],
        env: { EDITOR: 'true' },
        stdout: 'same',
        says: /File has not changed/,
        files: ['new.yaml'],
      },
      {
        argv: ['edit', 'new.yaml'],
        env: { EDITOR: 'cp plain.yaml' },
        extra: { '.sops.yaml': config },
        stdout: 'same',
        files: ['new.yaml'],
      },
      { argv: [], stdout: 'same', says: /no file specified/ },
    ]);
  });

  describe('updatekeys', () => {
    const extra = { '.sops.yaml': bothKeys };
    run([
      {
        argv: ['updatekeys', '-y', 'sealed.yaml'],
        extra,
        stdout: 'same',
        files: ['sealed.yaml'],
        says: /Syncing keys for file .*synced with new keys/,
      },
      { argv: ['updatekeys', '--yes', 'sealed.json'], extra, stdout: 'same', files: ['sealed.json'] },
      {
        argv: ['updatekeys', '-y', 'sealed.yaml', 'sealed.env', 'sealed.ini', 'sealed.bin'],
        extra,
        stdout: 'same',
        files: ['sealed.env', 'sealed.ini', 'sealed.bin'],
      },
      { argv: ['updatekeys', 'sealed.yaml'], extra, input: 'y\n', stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['updatekeys', 'sealed.yaml'], extra, input: 'maybe\nn\n', stdout: 'same', files: ['sealed.yaml'], says: /left unchanged/ },
      { argv: ['updatekeys', 'sealed.yaml'], extra, input: '', stdout: 'same', files: ['sealed.yaml'] },
      { argv: ['updatekeys', 'sealed.yaml'], extra: { '.sops.yaml': config }, stdout: 'same', says: /already up to date/ },
      { argv: ['updatekeys', '-y', 'sealed.yaml'], stdout: 'same', says: /config file not found/ },
      { argv: ['updatekeys', '-y'], extra, stdout: 'same', says: /no file specified/ },
      { argv: ['updatekeys', '-y', 'none.yaml'], extra, stdout: 'same', says: /no such file/ },
      { argv: ['updatekeys', '-y', 'plain.yaml'], extra, stdout: 'same', says: /sops metadata not found/, files: ['plain.yaml'] },
      {
        argv: ['updatekeys', '-y', 'plain.yaml', 'sealed.yaml', 'none.yaml'],
        extra,
        stdout: 'same',
        says: /failed updating 2 key\(s\)/,
        files: ['sealed.yaml'],
      },
      { argv: ['updatekeys', '-y', '--input-type', 'yaml', 'copy'], extra: { ...extra, copy: '' }, stdout: 'same' },
      {
        argv: ['updatekeys', '-y', 'sealed.yaml'],
        env: { SOPS_AGE_KEY_FILE: 'none' },
        extra,
        stdout: 'same',
        files: ['sealed.yaml'],
        says: /Failed to get the data key/,
      },
      {
        argv: ['--config', 'other.yaml', 'updatekeys', '-y', 'sealed.yaml'],
        extra: { 'other.yaml': bothKeys },
        stdout: 'same',
        files: ['sealed.yaml'],
      },
      {
        argv: ['updatekeys', '-y', 'sealed.yaml'],
        extra: { '.sops.yaml': `creation_rules:\n  - path_regex: nothing\n    age: ${recipient}\n` },
        stdout: 'same',
        says: /no matching creation rules/,
      },
      {
        argv: ['updatekeys', '-y', 'sealed.yaml'],
        extra: { '.sops.yaml': 'stores: {}\n' },
        stdout: 'same',
        says: /does not contain any creation rule/,
      },
    ]);
  });

  describe('filestatus', () => {
    run([
      ...sealed.flatMap(({ from, to }): Case[] => [
        { argv: ['filestatus', to], stdout: 'same' },
        { argv: ['filestatus', from], stdout: 'same' },
      ]),
      { argv: ['filestatus', 'none.yaml'], stdout: 'same', says: /no such file/ },
      { argv: ['filestatus', '.'], stdout: 'same', says: /is a directory/ },
      { argv: ['filestatus'], stdout: 'same', says: /no file specified/ },
      { argv: ['filestatus', 'bad.yaml'], extra: { 'bad.yaml': 'a: [' }, stdout: 'same' },
      { argv: ['filestatus', 'bare.yaml'], extra: { 'bare.yaml': 'a: 1\nsops:\n    version: 3.9.0\n' }, stdout: 'same' },
      { argv: ['filestatus', 'bare.yaml'], extra: { 'bare.yaml': 'a: 1\nsops: 5\n' }, stdout: 'same' },
    ]);
  });
});
