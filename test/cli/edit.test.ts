import { beforeAll, describe, expect, test } from 'vitest';
import { compare, own, prepare, titled, type Case } from '../support/compare.ts';
import { lacks } from '../support/peers.ts';

beforeAll(prepare);

const config = `creation_rules:\n  - path_regex: special\n    encrypted_regex: ^password$\n    age: ${own.recipient}\n  - age: ${own.recipient}\n`;

describe.skipIf(lacks('sops', 'age-keygen'))('edit', () => {
  const change = { SOPS_EDITOR: 'sed -i s/s3cret/changed/' };
  const cases: readonly Case[] = [
    { argv: ['edit', 'sealed.yaml'], env: change, stdout: 'same', files: ['sealed.yaml'] },
    { argv: ['edit', 'sealed.json'], env: change, stdout: 'same', files: ['sealed.json'] },
    { argv: ['edit', '-s', 'sealed.yaml'], env: { EDITOR: 'true' }, stdout: 'same', says: /File has not changed/ },
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
    { argv: ['edit', '--age', own.recipient, 'new.yaml'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.yaml'] },
    { argv: ['edit', '--age', own.recipient, 'new.json'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.json'] },
    { argv: ['--age', own.recipient, 'new.env'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.env'] },
    { argv: ['--age', own.recipient, 'new.ini'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.ini'] },
    { argv: ['--age', own.recipient, 'new.bin'], env: { EDITOR: 'sed -i s/Welcome/Hello/' }, stdout: 'same', files: ['new.bin'] },
    {
      argv: ['edit', '--age', own.recipient, 'new.yaml'],
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
  ];

  test.each(titled(cases))('%s', (_, one) => {
    const { ours, expected, ran } = compare(one);
    expect(ours, ran).toEqual(expected);
  });
});
