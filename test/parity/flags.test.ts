// Every flag of sops at work, with both programs; ours takes it before the words and behind them.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill, type Started, startProgram, temporaryFolder, textOf, until } from '../support/cli.ts';
import { compare, prepared, seenOfOurs } from '../support/compare.ts';
import { missing, prepareGroups } from '../support/group-files.ts';
import { needed } from '../support/peers.ts';
import { cases, type ParityCase, serviceCases, titleOf } from './cases.ts';

const socket = join(temporaryFolder('parity'), 'sops.sock');
let server: Started | undefined;

beforeAll(async () => {
  if (missing) return;
  prepareGroups();
  const sealed = textOf(prepared, 'sealed.json');
  fill(prepared, {
    '.sops.yaml': '',
    'copy.yml-not': sealed,
    'plain.bin-json': textOf(prepared, 'plain.json'),
    'spoiled.json': sealed.replace(/"lastmodified": "[^"]*"/, '"lastmodified": "2020-01-01T00:00:00Z"'),
  });
  server = startProgram([needed('sops')], ['keyservice', '--net', 'unix', '--addr', socket, '--verbose'], {
    cwd: prepared,
    env: { SOPS_AGE_KEY_FILE: join(prepared, 'all.txt') },
  });
  await until(() => server?.output().includes('Listening on') ?? true);
});
afterAll(async () => {
  server?.child.kill('SIGTERM');
  await server?.ended;
});

const argvOf = ({ command, given, words }: ParityCase): readonly string[] => [
  ...command.split(' ').filter((word) => word !== ''),
  ...given,
  ...words,
];

describe.skipIf(missing)('every flag', () => {
  const titled = [...cases, ...serviceCases(`unix://${socket}`)].map((one, at) => [`${titleOf(one)} (${at + 1})`, one] as const);

  test.each(titled)('%s', (_, one) => {
    const { ours, expected, ran } = compare({ ...one, argv: argvOf(one) });
    expect(ours, ran).toEqual(one.ownStatus === undefined ? expected : { ...expected, status: one.ownStatus });
    if (one.wordsEnd) return;
    const behind = [...one.command.split(' ').filter((word) => word !== ''), ...one.words, ...one.given];
    expect(seenOfOurs({ ...one, argv: behind })).toEqual(ours);
  });
});
