// What sops's own end-to-end tests are about: several command lines on one file, each program alone, and ours on what sops wrote.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Files, runProgram, temporaryFolder, textOf } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';

const missing = lacks('sops', 'age-keygen');
const nobody = { identity: '', recipient: '' };
const [own, second, lost] = missing ? [nobody, nobody, nobody] : [ageIdentity(), ageIdentity(), ageIdentity()];
const root = temporaryFolder('sequences');
const rules = {
  creation_rules: [
    { path_regex: 'two-groups', key_groups: [{ age: [own.recipient] }, { age: [second.recipient] }] },
    { path_regex: 'lost-group', key_groups: [{ age: [own.recipient] }, { age: [lost.recipient] }] },
    { path_regex: 'no-group' },
    { path_regex: 'zero-groups', key_groups: [] },
    { path_regex: 'empty-group', key_groups: [{}] },
    { age: own.recipient },
  ],
};

/** One command line of a sequence. */
interface Step {
  readonly argv: readonly string[];
  readonly input?: string;
  /** Its output is ciphertext, and not compared. */
  readonly sealed?: true;
  /** What standard error must say, from both. */
  readonly says?: RegExp;
}
interface Sequence {
  readonly files: Files;
  readonly steps: readonly Step[];
}

const step = (...argv: readonly string[]): Step => ({ argv });
const sealed = (...argv: readonly string[]): Step => ({ argv, sealed: true });
const encrypted = (file: string): Step => step('encrypt', '-i', file);

/** What stays the same of an encrypted file from run to run. */
const withoutCiphertext = (text: string): string =>
  text.replaceAll(/ENC\[[^\]]*\]|^.*(?:enc|mac|lastmodified|recipient).*$|^ +(?:-----.*|[\w+/=]{60,}|[\w+/=]+==?|[\w+/=]{4,})$/gm, '');

/** Runs the steps; answers what a caller sees. */
function outcome(name: string, programs: readonly (readonly string[])[], { files, steps }: Sequence): readonly unknown[] {
  const cwd = join(root, name);
  fill(cwd, { ...files, '.sops.yaml': JSON.stringify(rules), 'keys.txt': own.identity + second.identity });
  const env = { SOPS_AGE_KEY_FILE: 'keys.txt', SOPS_DISABLE_VERSION_CHECK: '1' };
  const seen = steps.map(({ argv, input = '', sealed: isSealed, says }, at) => {
    const ran = runProgram(programs[Math.min(at, programs.length - 1)] ?? [], argv, { cwd, env, input });
    const said = says === undefined || says.test(ran.stderr) ? '' : ran.stderr;
    return { argv: argv.join(' '), status: ran.status, stdout: isSealed === undefined ? ran.stdout : '', said };
  });
  const left = Object.keys(files).map((file) => {
    const { status, stdout } = runProgram([needed('sops')], ['decrypt', file], { cwd, env });
    return { file, text: status === 0 ? stdout : withoutCiphertext(textOf(cwd, file)) };
  });
  rmSync(cwd, { recursive: true });
  return [...seen, ...left];
}

const sequences: Readonly<Record<string, Sequence>> = {
  'a JSON file in place': {
    files: { 'a.json': '{\n\t"n": 7,\n\t"name": "x"\n}\n' },
    steps: [encrypted('a.json'), step('decrypt', 'a.json'), encrypted('a.json')],
  },
  'standard input as another type': {
    files: {},
    steps: [{ ...sealed('encrypt', '--filename-override', 'a.yaml', '--output-type', 'json'), input: 'n: 7\nname: x\n' }],
  },
  'typed values as texts of INI': {
    files: {
      'a.yaml':
        's:\n    i: 12\n    f: 0.5\n    b: false\n    d: 2024-02-03\n    t: 2024-02-03 04:05:06\n    u: 2024-02-03T04:05:06Z\n    w: two words\n',
    },
    steps: [encrypted('a.yaml'), step('decrypt', '--output-type', 'ini', 'a.yaml')],
  },
  'a value that becomes a map': {
    files: { 'a.json': '{\n\t"a": 1,\n\t"b": "two"\n}\n' },
    steps: [encrypted('a.json'), step('set', 'a.json', '["a"]', '{"deep": [1, "x", null]}'), step('decrypt', 'a.json')],
  },
  'the same value again, without and with --idempotent': {
    files: { 'a.json': '{\n\t"a": 1,\n\t"b": "two"\n}\n' },
    steps: [
      encrypted('a.json'),
      step('set', '--idempotent', '--output-type', 'yaml', 'a.json', '["b"]', '"two"'),
      step('decrypt', 'a.json'),
      step('set', '--output-type', 'yaml', 'a.json', '["b"]', '"two"'),
      step('decrypt', '--input-type', 'yaml', '--output-type', 'yaml', 'a.json'),
    ],
  },
  'new keys from arguments, a file and standard input': {
    files: { 'a.json': '{\n\t"a": 1\n}\n', value: '{"x": "from a file"}\n' },
    steps: [
      encrypted('a.json'),
      step('set', 'a.json', '["c"]', '{"cc": "ccc"}'),
      step('set', '--value-file', 'a.json', '["d"]', 'value'),
      { ...step('set', '--value-stdin', 'a.json', '["e"]'), input: '"from input"' },
      step('decrypt', 'a.json'),
    ],
  },
  'texts set in YAML, in both spellings': {
    files: { 'a.yaml': 'a: 2\nb: ba\n' },
    steps: [
      encrypted('a.yaml'),
      step('set', 'a.yaml', '["a"]', '"aaa"'),
      step('--set', '["b"] {"x": true}', '-i', 'a.yaml'),
      step('-d', '-i', 'a.yaml'),
    ],
  },
  'keys and items removed, and again': {
    files: { 'a.json': '{\n\t"a": 2,\n\t"b": "ba",\n\t"c": [\n\t\t1,\n\t\t2\n\t]\n}\n' },
    steps: [
      encrypted('a.json'),
      step('unset', 'a.json', '["a"]'),
      step('unset', '--idempotent', 'a.json', '["a"]'),
      { ...step('unset', 'a.json', '["a"]'), says: /"?a"?/ },
      step('unset', 'a.json', '["c"][1]'),
      step('unset', '--idempotent', 'a.json', '["c"][1]'),
      step('decrypt', 'a.json'),
    ],
  },
  'the same in YAML of flow style': {
    files: { 'a.yaml': '{"a": 2, "b": "ba", "c": [1, 2]}' },
    steps: [
      encrypted('a.yaml'),
      step('unset', 'a.yaml', '["a"]'),
      step('unset', 'a.yaml', '["c"][0]'),
      step('decrypt', '--output-type', 'json', 'a.yaml'),
    ],
  },
  'comments above keys and items': {
    files: { 'a.yaml': '# above all\nlorem: ipsum\n# between\ndolor:\n    # in a list\n    - sit\n' },
    steps: [encrypted('a.yaml'), step('decrypt', 'a.yaml')],
  },
  'two key groups': { files: { 'two-groups.yaml': 'a: x\n' }, steps: [encrypted('two-groups.yaml'), step('decrypt', 'two-groups.yaml')] },
  'two key groups, one of them lost': {
    files: { 'lost-group.yaml': 'a: x\n' },
    steps: [encrypted('lost-group.yaml'), { ...step('decrypt', 'lost-group.yaml'), says: /Shamir threshold of/ }],
  },
  ...Object.fromEntries(
    ['no-group', 'zero-groups', 'empty-group'].map((name) => [
      `a rule with ${name}`,
      { files: { [`${name}.yaml`]: 'a: x\n' }, steps: [encrypted(`${name}.yaml`)] },
    ]),
  ),
  'a text of several lines extracted': {
    files: { 'a.yaml': 'text: |\n    multi\n    line\n' },
    steps: [encrypted('a.yaml'), step('decrypt', '--extract', '["text"]', 'a.yaml')],
  },
  'a binary file': { files: { 'a.binary': '""{}\u0001binary' }, steps: [encrypted('a.binary'), step('decrypt', 'a.binary')] },
  'another file as output, both ways': {
    files: { 'a.binary': 'foo' },
    steps: [
      step('encrypt', '--output', 'b.binary', 'a.binary'),
      step('decrypt', '--output', 'c.binary', 'b.binary'),
      step('decrypt', 'b.binary'),
    ],
  },
  'variables of a command': {
    files: { 'a.yaml': 'foo: bar\nbar: |-\n    baz\n    bam\n' },
    steps: [encrypted('a.yaml'), step('exec-env', 'a.yaml', 'printf "%s" "$foo"'), step('exec-env', 'a.yaml', 'printf "%s" "$bar"')],
  },
  'a file for a command': {
    files: { 'a.yaml': 'foo: bar\nbar: |-\n    baz\n    bam\n' },
    steps: [
      step('-e', '-i', 'a.yaml'),
      step('exec-file', '--output-type', 'json', 'a.yaml', 'cat {}'),
      step('exec-file', '--no-fifo', '--filename', 'foobar', 'a.yaml', 'basename {}'),
    ],
  },
  'small files of every format': {
    files: { 'a.yaml': 'foo: bar\n', 'a.json': '{\n\t"foo": "bar"\n}\n', 'a.env': 'foo = bar\n', 'a.ini': '[foo]\nbar = baz\n' },
    steps: ['a.yaml', 'a.json', 'a.env', 'a.ini'].flatMap((file) => [encrypted(file), step('decrypt', file)]),
  },
  'values that are not to be changed without their MAC': {
    files: { 'a.yaml': 'a: x\nb_unencrypted: clear\n' },
    steps: [
      encrypted('a.yaml'),
      step('decrypt', 'a.yaml'),
      step('filestatus', 'a.yaml'),
      step('decrypt', '-i', 'a.yaml'),
      step('filestatus', 'a.yaml'),
    ],
  },
  'rotation, and nobody else afterwards': {
    files: { 'a.json': '{\n\t"a": 1\n}\n' },
    steps: [
      encrypted('a.json'),
      step('rotate', '-i', '--add-age', lost.recipient, 'a.json'),
      step('rotate', '-i', '--rm-age', lost.recipient, 'a.json'),
      step('updatekeys', '-y', 'a.json'),
      step('decrypt', 'a.json'),
    ],
  },
};

/** Ours gives the spelling back, which sops does not: only what sops wrote is compared. */
const spelledAnew = new Set(['typed values as texts of INI']);

describe.skipIf(missing)('a sequence of commands', () => {
  const real = [needed('sops')];
  test.each(Object.entries(sequences))('%s', (name, sequence) => {
    const expected = outcome('sops', [real], sequence);
    expect(outcome('mixed', [real, program], sequence)).toEqual(expected);
    expect(spelledAnew.has(name) ? expected : outcome('ours', [program], sequence)).toEqual(expected);
  });

  test('dates of YAML come back as sops spells them from what sops wrote, and as they were from what we wrote', () => {
    const sequence = {
      files: { 'a.yaml': 'a: 2024-01-01\nb: 2006-01-02T15:04:05+07:06\n' },
      steps: [encrypted('a.yaml'), step('decrypt', 'a.yaml')],
    };
    expect(outcome('mixed', [real, program], sequence)).toEqual(outcome('sops', [real], sequence));
    expect(outcome('ours', [program], sequence)[1]).toMatchObject({ stdout: sequence.files['a.yaml'] });
  });
});
