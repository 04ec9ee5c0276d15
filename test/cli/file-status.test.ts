import { beforeAll, describe, expect, test } from 'vitest';
import { compare, endings, prepare, titled, type Case } from '../support/compare.ts';
import { lacks } from '../support/peers.ts';

beforeAll(prepare);

describe.skipIf(lacks('sops', 'age-keygen'))('filestatus', () => {
  const cases: readonly Case[] = [
    ...endings.flatMap((ending): Case[] => [
      { argv: ['filestatus', `sealed.${ending}`], stdout: 'same' },
      { argv: ['filestatus', `plain.${ending}`], stdout: 'same' },
    ]),
    { argv: ['filestatus', 'none.yaml'], stdout: 'same', says: /no such file/ },
    { argv: ['filestatus', '.'], stdout: 'same', says: /is a directory/ },
    { argv: ['filestatus'], stdout: 'same', says: /no file specified/ },
    { argv: ['filestatus', 'bad.yaml'], extra: { 'bad.yaml': 'a: [' }, stdout: 'same' },
    { argv: ['filestatus', 'bare.yaml'], extra: { 'bare.yaml': 'a: 1\nsops:\n    version: 3.9.0\n' }, stdout: 'same' },
    { argv: ['filestatus', 'bare.yaml'], extra: { 'bare.yaml': 'a: 1\nsops: 5\n' }, stdout: 'same' },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});
