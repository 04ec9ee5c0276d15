import { beforeAll, describe, expect, test } from 'vitest';
import { compare, other, own, prepare, titled, type Case, yaml } from '../support/compare.ts';
import { lacks } from '../support/peers.ts';

beforeAll(prepare);

const config = `creation_rules:\n  - path_regex: special\n    encrypted_regex: ^password$\n    age: ${own.recipient}\n  - age: ${own.recipient}\n`;

describe.skipIf(lacks('sops', 'age-keygen'))('encrypt', () => {
  const age = ['--age', own.recipient];
  const cases: readonly Case[] = [
    { argv: ['encrypt', ...age, 'plain.yaml'], stdout: { sealed: 'yaml' } },
    { argv: ['encrypt', ...age, 'plain.json'], stdout: { sealed: 'json' } },
    { argv: ['encrypt', ...age, 'plain.env'], stdout: { sealed: 'dotenv' } },
    { argv: ['encrypt', ...age, 'plain.ini'], stdout: { sealed: 'ini' } },
    { argv: ['encrypt', ...age, 'plain.bin'], stdout: { sealed: 'binary' } },
    { argv: ['encrypt', '-a', own.recipient, 'plain.yaml'], stdout: { sealed: 'yaml' } },
    { argv: ['encrypt', `-age=${own.recipient}`, 'plain.yaml'], stdout: { sealed: 'yaml' } },
    { argv: ['encrypt', '--age', other.recipient, '--age', own.recipient, 'plain.yaml'], stdout: { sealed: 'yaml' } },
    { argv: ['encrypt', 'plain.yaml'], env: { SOPS_AGE_RECIPIENTS: own.recipient }, stdout: { sealed: 'yaml' } },
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
    { argv: ['encrypt', ...age, '--shamir-secret-sharing-threshold', '2', 'plain.yaml'], stdout: { sealed: 'yaml' } },
    { argv: ['encrypt', ...age, 'empty.yaml'], extra: { 'empty.yaml': '' }, says: /empty/ },
    { argv: ['encrypt', ...age, 'bad.yaml'], extra: { 'bad.yaml': 'a: [1\nb: 2\n' } },
    { argv: ['encrypt', ...age, 'bad.json'], extra: { 'bad.json': '{"a": 1' } },
    { argv: ['encrypt', ...age, 'bad.env'], extra: { 'bad.env': 'A=1\nnonsense\n' } },
    { argv: ['encrypt', ...age, 'list.yaml'], extra: { 'list.yaml': '- a\n- b\n' } },
    { argv: ['encrypt', ...age, 'plain.yaml', 'plain.json'], stdout: { sealed: 'yaml' }, says: /More than one positional argument/ },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('encrypt with a config file', () => {
  const extra = { '.sops.yaml': config };
  const cases: readonly Case[] = [
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
      extra: { '.sops.yaml': `creation_rules:\n  - path_regex: nothing\n    age: ${own.recipient}\n` },
      says: /no matching creation rules found/,
    },
    { argv: ['encrypt', 'plain.yaml'], extra: { '.sops.yaml': 'creation_rules: [' } },
    { argv: ['encrypt', 'plain.yaml'], extra: { '.sops.yaml': 'stores:\n  yaml:\n    indent: 2\n' }, says: /has no creation rules/ },
    { argv: ['encrypt', 'sub/plain.yaml'], extra: { '.sops.yaml': config, 'sub/plain.yaml': yaml }, stdout: { sealed: 'yaml' } },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});
