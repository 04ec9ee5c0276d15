// Every command and flag of sops, from its own help: ours has it, a test shows it, and the page lists it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FlagSpec } from '../../src/cli/argv.ts';
import { globalFlags, versionFlags } from '../../src/cli/flags.ts';
import { commands, oldSpellings } from '../../src/cli/program.ts';
import { lacks } from '../support/peers.ts';
import { better, coveringOf, keyOf } from './coverage.ts';
import { type Row, sopsRows } from './sops-help.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = join(root, 'docs', 'parity.md');
const rows = lacks('sops') ? [] : sopsRows();

/** Our flags of a command; without one, those of the old spellings. */
function flagsOf(command: string): readonly FlagSpec[] {
  const found = command === '' ? Object.values(oldSpellings) : commands.filter(({ name }) => name === command);
  return [...globalFlags, ...(command === '' ? versionFlags : []), ...found.flatMap(({ groups }) => groups.flatMap(({ flags }) => flags))];
}

describe.skipIf(lacks('sops'))('what sops has', () => {
  test('is no less than it was', () => {
    expect(rows.length).toBeGreaterThan(200);
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
  });

  test.each(rows.filter(({ flag }) => flag === '').map(({ command }) => command))('ours has the command %s', (command) => {
    const [first = ''] = command.split(' ');
    expect(['help', ...commands.flatMap(({ name }) => [name, name.split(' ')[0]])]).toContain(
      commands.some(({ name }) => name === command) ? command : first,
    );
  });

  test.each(rows.filter(({ flag }) => flag !== '').map((row) => [keyOf(row), row] as const))('ours has %s', (_, row) => {
    const spec = flagsOf(row.command).find(({ name }) => name === row.flag);
    expect(spec, 'there is no such flag').toBeDefined();
    expect(spec?.takes !== 'nothing').toBe(row.takesValue);
    expect(spec?.short).toBe(row.short);
    expect(row.variable === undefined ? undefined : spec?.env).toBe(row.variable);
  });

  test.each(rows.map((row) => [keyOf(row), row] as const))('a test shows %s', (_, row) => {
    const covering = coveringOf(row);
    expect(covering, 'no test is named for it').toBeDefined();
    const { file = '', title = '', words = [] } = covering ?? {};
    expect(existsSync(join(root, file)), file).toBe(true);
    const text = readFileSync(join(root, file), 'utf8');
    const isMade = title.startsWith(keyOf({ command: row.command, flag: '' }));
    expect(isMade || text.includes(`'${title}'`), `${file} has no test ${title}`).toBe(true);
    for (const word of words) expect(text).toContain(word);
  });

  test('is what the notes on better things are about', () => {
    const keys = new Set(rows.map(keyOf));
    expect(Object.keys(better).filter((key) => !keys.has(key))).toEqual([]);
  });

  test('is listed on the page', async () => {
    await expect(pageOf(rows)).toMatchFileSnapshot(page);
  });
});

function pageOf(all: readonly Row[]): string {
  return [
    '# Every command and flag of sops',
    '',
    'What `sops --help` and `sops COMMAND --help` of sops 3.13.3 list, and the test that shows that ours does the same or better, run with both programs.',
    'The tests write this page: `npx vitest run test/parity/table.test.ts -u`. What ours has beyond sops is in `sopsmith --help`.',
    '',
    '| Command | Flag | Variable | Ours | Test |',
    '| --- | --- | --- | --- | --- |',
    ...all.map(lineOf),
    '',
  ].join('\n');
}

function lineOf(row: Row): string {
  const covering = coveringOf(row);
  const note = better[keyOf(row)];
  const cells = [
    row.command === '' ? 'sops' : `sops ${row.command}`,
    row.flag === ''
      ? ''
      : [`\`--${row.flag}\``, ...(row.short === undefined ? [] : [`\`${row.short.length > 1 ? '--' : '-'}${row.short}\``])].join(', '),
    row.variable === undefined ? '' : `\`${row.variable}\``,
    note === undefined ? 'same' : `better: ${note}`,
    covering === undefined ? '' : `${covering.file}: ${covering.title}`,
  ];
  return `| ${cells.join(' | ')} |`;
}
