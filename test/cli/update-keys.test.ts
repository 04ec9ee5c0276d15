import { beforeAll, describe, expect, test } from 'vitest';
import { compare, other, own, prepare, titled, type Case } from '../support/compare.ts';
import { lacks } from '../support/peers.ts';

beforeAll(prepare);

const config = `creation_rules:\n  - path_regex: special\n    encrypted_regex: ^password$\n    age: ${own.recipient}\n  - age: ${own.recipient}\n`;
const bothKeys = `creation_rules:\n  - age: ${own.recipient},${other.recipient}\n`;

describe.skipIf(lacks('sops', 'age-keygen'))('updatekeys', () => {
  const extra = { '.sops.yaml': bothKeys };
  const cases: readonly Case[] = [
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
      extra: { '.sops.yaml': `creation_rules:\n  - path_regex: nothing\n    age: ${own.recipient}\n` },
      stdout: 'same',
      says: /no matching creation rules/,
    },
    {
      argv: ['updatekeys', '-y', 'sealed.yaml'],
      extra: { '.sops.yaml': 'stores: {}\n' },
      stdout: 'same',
      says: /does not contain any creation rule/,
    },
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});
