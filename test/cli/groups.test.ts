import { beforeAll, describe, expect, test } from 'vitest';
import { type Case, compare, other, own, titled } from '../support/compare.ts';
import { all, groupsOf, missing, prepareGroups, third } from '../support/group-files.ts';

beforeAll(prepareGroups);

const add = ['groups', 'add', '--age', other.recipient];

describe.skipIf(missing)('key groups', () => {
  const cases: readonly Case[] = [
    { argv: [...add, '-i', '--file', 'sealed.yaml'], env: all, stdout: 'same', files: ['sealed.yaml'] },
    { argv: [...add, '-f', 'sealed.json'], env: all, stdout: { sealed: 'json' }, files: ['sealed.json'] },
    ...['env', 'ini', 'bin'].map((ending): Case => {
      const file = `sealed.${ending}`;
      return { argv: [...add, '-i', '-f', file], env: all, stdout: 'same', files: [file] };
    }),
    { argv: [...add, '-i', '-f', 'two.json', '--age', third.recipient], env: all, stdout: 'same', files: ['two.json'] },
    {
      argv: [...add, '-i', '-f', 'three.json', '--shamir-secret-sharing-threshold', '3'],
      env: all,
      stdout: 'same',
      files: ['three.json'],
    },
    { argv: [...add, '-f', 'sealed.yaml', 'extra'], env: all, stdout: 'same', says: /no positional arguments allowed/ },
    { argv: [...add, '-f', 'plain.yaml'], env: all, stdout: 'same', says: /sops metadata not found/ },
    { argv: [...add, '-f', 'nowhere.yaml'], env: all, stdout: 'same', says: /no such file/ },
    { argv: ['groups', 'delete', '-i', '-f', 'three.json', '1'], env: all, stdout: 'same', files: ['three.json'] },
    { argv: ['groups', 'delete', '--file', 'three.json', '0'], env: all, stdout: { sealed: 'json' }, files: ['three.json'] },
    {
      argv: ['groups', 'delete', '-i', '-f', 'two.json', '--shamir-secret-sharing-threshold', '1', '1'],
      env: all,
      stdout: 'same',
      files: ['two.json'],
    },
    {
      argv: ['groups', 'delete', '-f', 'two.json', '1'],
      env: all,
      stdout: 'same',
      says: /removing this key group will make the Shamir threshold impossible to satisfy: Shamir threshold is 2, but we only have 1 key groups/,
    },
    { argv: ['groups', 'delete', '-f', 'two.json'], env: all, stdout: 'same', says: /exactly one positional argument \(index\) required/ },
    { argv: ['groups', 'delete', '-f', 'two.json', 'x'], env: all, stdout: 'same', says: /failed to parse \[index\] argument/ },

    { argv: ['rotate', '--add-age', third.recipient, '-i', 'two.json'], env: all, stdout: 'same', files: ['two.json'] },
    { argv: ['rotate', '--rm-age', other.recipient, 'two.json'], env: all, stdout: 'same', says: /empty key group provided/ },
    {
      argv: ['set', '--shamir-secret-sharing-threshold', '3', 'three.json', '["a"]', '2'],
      env: all,
      stdout: 'same',
      files: ['three.json'],
    },
    {
      argv: ['encrypt', '--shamir-secret-sharing-threshold', '1', 'plain.json'],
      stdout: 'same',
      says: /could not split data key into parts for Shamir: threshold must be at least 2/,
    },
    {
      argv: ['encrypt', '--shamir-secret-sharing-threshold', '3', 'plain.json'],
      stdout: 'same',
      says: /parts cannot be less than threshold/,
    },

    { argv: ['decrypt', 'three.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'cut.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'swapped.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'with-empty.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'lowered.json'], env: all, stdout: 'same' },
    { argv: ['decrypt', 'lowered.json'], stdout: 'same' },
    {
      argv: ['decrypt', 'doubled.json'],
      env: all,
      stdout: 'same',
      says: /could not get data key from shamir parts: duplicate part detected/,
    },
    { argv: ['decrypt', 'none.json'], env: all, stdout: 'same', says: /no keys found in file/i },
    {
      argv: ['decrypt', 'raised.json'],
      env: all,
      stdout: 'same',
      says: /Group 2: SUCCESS.*Shamir threshold of 4, but only 3 part\(s\) were successfully recovered/,
    },
    {
      argv: ['decrypt', 'three.json'],
      stdout: 'same',
      says: /Group 0: SUCCESS Group 1: FAILED age1\S+: FAILED .*Group 2: FAILED .*threshold of 2, but only 1 part\(s\) were successfully recovered, one for each successful key group. In order for SOPS to recover the file, at least 2 groups have to be successful/,
    },
    { argv: ['decrypt', 'three.json'], env: { ...all, SOPS_DECRYPTION_ORDER: 'kms,nothing' }, stdout: 'same' },
    {
      argv: ['decrypt', '--decryption-order', 'pgp,age,pgp', 'three.json'],
      env: all,
      stdout: 'same',
      says: /uplicate decryption key type: pgp/,
    },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});

describe.skipIf(missing)('updatekeys over key groups', () => {
  const cases: readonly Case[] = [
    ['sealed.yaml', groupsOf(undefined, [own.recipient, other.recipient])],
    ['three.json', groupsOf(2, [own.recipient], [third.recipient, other.recipient], [third.recipient])],
    ['three.json', groupsOf(2, [other.recipient], [own.recipient], [third.recipient])],
    ['three.json', groupsOf(2, [own.recipient], [other.recipient])],
    ['three.json', groupsOf(undefined, [own.recipient], [other.recipient], [third.recipient])],
    ['three.json', groupsOf(undefined, [other.recipient])],
    ['two.json', groupsOf(undefined, [own.recipient], [other.recipient], [third.recipient])],
    ['two.json', groupsOf(undefined, [own.recipient], [third.recipient])],
  ].map(([file = '', config = '']) => ({
    argv: ['updatekeys', '-y', file],
    env: all,
    extra: { '.sops.yaml': config },
    stdout: 'same' as const,
    files: [file],
  }));

  test.each(titled(cases).map(([title, one], at) => [`${title} (${at + 1})`, one] as const))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});
