import { beforeAll, describe, expect, test } from 'vitest';
import { textOf } from '../support/cli.ts';
import { compare, endings, other, own, prepare, prepared, titled, type Case } from '../support/compare.ts';
import { lacks } from '../support/peers.ts';

beforeAll(prepare);

describe.skipIf(lacks('sops', 'age-keygen'))('decrypt', () => {
  const cases: readonly Case[] = [
    ...endings.map((ending): Case => ({ argv: ['decrypt', `sealed.${ending}`], stdout: 'same' })),
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
      extra: { '.sops.yaml': `creation_rules:\n  - path_regex: nothing\n    age: ${own.recipient}\n` },
      stdout: 'same',
    },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });

  test.each([
    ['yaml', 'yaml'],
    ['env', 'dotenv'],
  ])('standard input: %s', (ending, format) => {
    const input = textOf(prepared, `sealed.${ending}`);
    const types = ['--input-type', format, '--output-type', format];
    for (const argv of [
      ['decrypt', ...types],
      ['decrypt', '--filename-override', `x.${ending}`],
      ['-d', ...types, '/dev/stdin'],
    ]) {
      const { ours, expected, ran } = compare({ argv, input, stdout: 'same' });
      expect(ours, ran).toEqual(expected);
    }
  });

  const spoilt: readonly [string, (text: string) => string, RegExp?][] = [
    ['a line is gone', (text) => text.replace(/^ +user:.*\n/m, ''), /MAC mismatch/],
    ['two values are swapped', (text) => text.replace(/user: (.*)\n(.*)password: (.*)\n/, 'user: $3\n$2password: $1\n')],
    ['a value is in clear', (text) => text.replace(/password: .*/, 'password: clear')],
    ['the MAC is gone', (text) => text.replace(/ +mac: .*\n/, '')],
    ['the MAC is empty', (text) => text.replace(/mac: .*\n/, 'mac: ""\n')],
    ['the date is none', (text) => text.replace(/lastmodified: .*/, 'lastmodified: yesterday')],
    ['the date is another', (text) => text.replace(/lastmodified: .*/, 'lastmodified: "2020-01-01T00:00:00Z"')],
    ['no key is left', (text) => text.replace(/ {4}age:\n(?: {8}.*\n)+/, '')],
  ];

  test.each(spoilt)('%s', (_, spoil, says) => {
    const extra = { 'bad.yaml': spoil(textOf(prepared, 'sealed.yaml')) };
    for (const argv of [
      ['decrypt', 'bad.yaml'],
      ['decrypt', '--ignore-mac', 'bad.yaml'],
    ]) {
      const { ours, expected, ran } = compare({ argv, extra, stdout: 'same', ...(says === undefined || argv.length > 2 ? {} : { says }) });
      expect(ours, ran).toEqual(expected);
    }
  });

  const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567';

  test.each<[string, readonly string[], RegExp]>([
    ['local kinds first', [], new RegExp(`age1\\w+: FAILED.*${fingerprint}: FAILED`)],
    ['--decryption-order', ['--decryption-order', 'pgp,age'], new RegExp(`${fingerprint}: FAILED.*age1\\w+: FAILED`)],
    ['kinds that it leaves out come last', ['--decryption-order', 'pgp'], new RegExp(`${fingerprint}: FAILED.*age1\\w+: FAILED`)],
  ])('the order in which master keys are tried: %s', (_, flags, says) => {
    const pgp = `sops:\n    pgp:\n        - created_at: "2024-01-01T00:00:00Z"\n          enc: none\n          fp: ${fingerprint}\n`;
    const extra = { 'two.yaml': textOf(prepared, 'sealed.yaml').replace('sops:\n', pgp) };
    const { ours, expected, ran } = compare({
      argv: ['decrypt', ...flags, 'two.yaml'],
      env: { SOPS_AGE_KEY_FILE: 'none' },
      extra,
      stdout: 'same',
      says,
    });
    expect(ours, ran).toEqual(expected);
  });
});
