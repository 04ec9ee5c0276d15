import { beforeAll, describe, expect, test } from 'vitest';
import { compare, other, own, prepare, titled, type Case } from '../support/compare.ts';
import { lacks } from '../support/peers.ts';

beforeAll(prepare);

describe.skipIf(lacks('sops', 'age-keygen'))('set and unset', () => {
  const files = ['sealed.yaml'];
  const cases: readonly Case[] = [
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
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('rotate', () => {
  const cases: readonly Case[] = [
    { argv: ['rotate', 'sealed.yaml'], stdout: { sealed: 'yaml' } },
    { argv: ['rotate', '-i', 'sealed.yaml'], stdout: 'same', files: ['sealed.yaml'] },
    { argv: ['rotate', '--output', 'out.json', 'sealed.json'], stdout: 'same', files: ['out.json'] },
    { argv: ['-r', '-i', 'sealed.env'], stdout: 'same', files: ['sealed.env'] },
    { argv: ['--rotate', 'sealed.ini'], stdout: { sealed: 'ini' } },
    { argv: ['rotate', '-i', '--add-age', other.recipient, 'sealed.yaml'], stdout: 'same', files: ['sealed.yaml'] },
    { argv: ['-r', '-i', '--add-age', other.recipient, '--rm-age', 'age1nonsense', 'sealed.yaml'], stdout: 'same' },
    { argv: ['rotate', '-i', '--add-age', other.recipient, '--rm-age', own.recipient, 'sealed.yaml'], stdout: 'same' },
    { argv: ['rotate', '-i', '--rm-age', own.recipient, 'sealed.yaml'], env: {}, stdout: 'same' },
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
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});
