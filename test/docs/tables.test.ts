// What the pages list is what the program has.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { changeKeyFlags, globalFlags, modeFlags, versionFlags } from '../../src/cli/flags.ts';
import { commands } from '../../src/cli/program.ts';
import { checkRules } from '../../src/git/check/rules/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const own = ['ARCHITECTURE.md', 'COMPATIBILITY.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'README.md', 'fixtures/README.md'];
const pages = [...docs, ...own];
const sources = sourceFiles('src');

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sourceFiles(path) : [path];
  });
}

const rows = (page: string): readonly (readonly string[])[] =>
  read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));

const words = (text: string, pattern: RegExp): readonly string[] => text.match(pattern) ?? [];

test('the architecture has a line for every file under src, and for no other', () => {
  const named: string[] = [];
  const folders: string[] = [];
  for (const line of /^```text tree\n([\s\S]*?)^```$/m.exec(read('ARCHITECTURE.md'))?.[1]?.split('\n') ?? []) {
    const [, indent = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
    folders.length = indent.length / 2;
    if (name.endsWith('/')) folders.push(name);
    else if (name !== '') named.push(folders.join('') + name);
  }
  expect(named.toSorted()).toEqual([...sources].toSorted());
});

test('the chapter on pipelines lists every error code with its exit status', () => {
  const listed = rows('docs/6-in-pipelines.md').flatMap(([, status, code]) =>
    code?.startsWith('`') ? [[code.slice(1, -1), Number(status)]] : [],
  );
  expect(Object.fromEntries(listed)).toEqual(exitCodes);
});

test('the chapter on trouble has an entry for every error code', () => {
  const headed = words(read('docs/8-troubleshooting.md'), /^### `[A-Z_]+`$/gm);
  expect(headed.map((line) => line.slice(5, -1)).toSorted()).toEqual(Object.keys(exitCodes).toSorted());
});

test('the chapter on checking lists every rule, with what the program says of it', () => {
  const listed = rows('docs/checking.md').filter(
    ([, id, severity]) => id?.startsWith('`') && /^(error|warning|note)$/.test(severity ?? ''),
  );
  const known = checkRules.map(({ id, severity, summary, leaks }) => [`\`${id}\``, severity, summary, leaks ? 'yes' : '']);
  expect(listed.map((cells) => cells.slice(1, 5))).toEqual(known);
});

test('the chapters on keys list every variable of ours that the program reads, and no other', () => {
  const name = /\bSOPS(?:MITH)?_[A-Z_]*[A-Z]\b/g;
  const constants = new Set(['SOPSMITH_VERSION']);
  const used = new Set(sources.flatMap((file) => words(read(file), name)).filter((word) => !constants.has(word)));
  const chapters = pages.filter((page) => /^docs\/(2-|keys\/)/.test(page));
  const listed = new Set(chapters.flatMap((page) => rows(page)).flatMap((cells) => words(cells.join(' '), name)));
  expect([...listed].toSorted()).toEqual([...used].toSorted());
});

describe.each(pages)('%s', (page) => {
  test('names only flags that there are', () => {
    const flags = [
      ...globalFlags,
      ...modeFlags,
      ...versionFlags,
      ...changeKeyFlags,
      ...commands.flatMap(({ groups }) => groups.flatMap(({ flags: some }) => some)),
    ];
    const known = new Set(flags.map(({ name }) => `--${name}`));
    const shown = [...read(page).matchAll(/sopsmith [^`\n]*/g)].flatMap(([line]) => words(line, /(?<= )--[a-z][a-z-]*/g));
    expect(shown.filter((flag) => !known.has(flag))).toEqual([]);
  });

  test('names only commands that there are', () => {
    const known = new Set([...commands.flatMap(({ name }) => name.split(' ').slice(0, 1)), 'help']);
    const shown = [...read(page).matchAll(/(?:^\$ |`)sopsmith ([a-z]+)(?=[ `])/gm)].map(([, name = '']) => name);
    expect(shown.filter((name) => !known.has(name))).toEqual([]);
  });

  test('links only to what is there', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });
});
