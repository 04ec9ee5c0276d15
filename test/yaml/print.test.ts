import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { additionalData } from '../../src/document/path.ts';
import type { Entry, Leaf, Mapping, Node, Sequence } from '../../src/document/tree.ts';
import { walk } from '../../src/document/walk.ts';
import { exampleYaml, printYaml, printYamlValue } from '../../src/formats/yaml/print.ts';
import { parseYaml } from '../../src/formats/yaml/tree.ts';
import { seeded } from '../support/json-documents.ts';
import { lacks, needed } from '../support/peers.ts';
import { TreeMaker, trickyStrings } from '../support/yaml-trees.ts';

const runs = Number(process.env['SOPSMITH_YAML_PRINT_RUNS'] ?? 1500);
const seed = Number(process.env['SOPSMITH_SEED'] ?? 1);

interface Case {
  readonly indent?: number;
  readonly branches?: readonly Mapping[];
  readonly value?: Node;
  readonly text: string;
}

interface Seen {
  readonly leaves?: readonly { readonly aad: string; readonly type: string; readonly text: string }[];
  readonly print?: string;
  readonly error?: string;
}

const str = (text: string): Leaf => ({ kind: 'leaf', type: 'str', text });
const entry = (key: string, value: Node): Entry => ({ kind: 'entry', key, value });
const mapping = (...items: Mapping['items']): Mapping => ({ kind: 'mapping', items });
const sequence = (...items: Sequence['items']): Sequence => ({ kind: 'sequence', items });
const inFile = (...items: Mapping['items']): string => printYaml([mapping(...items)], undefined);

function askOracle(documents: readonly string[]): readonly Seen[] {
  const { stdout } = spawnSync(needed('oracle'), ['yaml'], {
    input: documents.map((text) => `${text}\0`).join(''),
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  });
  const answers = stdout.trimEnd().split('\n');
  expect(answers).toHaveLength(documents.length);
  return answers.map((line): Seen => JSON.parse(line));
}

/** What is to be read again: all that is authenticated, but for the type of a float that go-yaml prints without a point, and thus as an int. */
function leavesOf(branch: Mapping): NonNullable<Seen['leaves']> {
  const leaves: { aad: string; type: string; text: string }[] = [];
  walk(branch, (item, path) => {
    if (item.kind === 'leaf') leaves.push({ aad: additionalData(path), type: item.type.replace('float', 'int'), text: item.text });
  });
  return leaves;
}

const seenLeaves = ({ leaves = [] }: Seen): NonNullable<Seen['leaves']> =>
  leaves.flatMap(({ aad, type, text }) => (type === 'comment' ? [] : [{ aad, type: type.replace('float', 'int'), text }]));

/** Trees that real sops can print itself: the oracle does that too. */
const trees = (comments: number, start: number): readonly Mapping[] =>
  Array.from({ length: runs }, (_, index) => new TreeMaker(seeded(start + index), { comments, trickyKeys: true }).mapping(4)).filter(
    (tree) => !hasTextLike(tree, /^\t[^]*\n/),
  );

/** Text of several lines that needs an indentation indicator. */
const indicated = /^(?=[^]*\n)[ \n\u2028\u2029]/;

/** Whether a leaf or a key is such a text. */
function hasTextLike(node: Node, pattern: RegExp): boolean {
  if (node.kind === 'null') return false;
  if (node.kind === 'leaf') return pattern.test(node.text);
  return node.items.some((item) => {
    if (item.kind === 'comment') return false;
    return item.kind === 'entry' ? pattern.test(item.key) || hasTextLike(item.value, pattern) : hasTextLike(item, pattern);
  });
}

describe('printing YAML', () => {
  const cases = readFileSync(new URL('../../fixtures/yaml-print/cases.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Case => JSON.parse(line));

  it(`prints ${cases.length} trees and values as real sops printed them`, () => {
    for (const { indent, branches, value, text } of cases) {
      const printed = value === undefined ? printYaml(branches ?? [], indent) : printYamlValue(value);
      expect({ indent, branches, value, text: printed }).toEqual({ indent, branches, value, text });
    }
  });

  it('prints documents one after the other, and nothing for none', () => {
    expect(printYaml([mapping(entry('a', str('b'))), mapping(), mapping(entry('c', { kind: 'null' }))], undefined)).toBe(
      'a: b\n---\n{}\n---\nc: null\n',
    );
    expect(printYaml([], undefined)).toBe('');
  });

  it('starts a new file as real sops does', () => {
    expect(printYaml([exampleTree()], undefined)).toBe(exampleYaml);
  });

  it('does not print comments that real sops does not see', () => {
    expect(inFile({ kind: 'comment', text: ' seen' }, { kind: 'comment', text: ' not', unseen: true }, entry('a', str('b')))).toBe(
      '# seen\na: b\n',
    );
  });

  it('keeps the digits of an integer that Go cannot hold, and no other spelling', () => {
    const huge: Leaf = { kind: 'leaf', type: 'float', text: '123456789012345680000', spelling: '123456789012345678901' };
    expect(printYamlValue(huge)).toBe('123456789012345678901\n');
    expect(printYamlValue({ ...huge, text: '1.5', spelling: '1.50' })).toBe('1.5\n');
    expect(printYamlValue({ kind: 'leaf', type: 'int', text: '31', spelling: '0x1F' })).toBe('31\n');
  });

  it('prints bytes as the list of numbers they are to Go', () => {
    expect(printYamlValue({ kind: 'leaf', type: 'bytes', text: 'é' })).toBe('- 195\n- 169\n');
    expect(printYamlValue({ kind: 'leaf', type: 'bytes', text: '', bytes: Uint8Array.of(0, 255) })).toBe('- 0\n- 255\n');
  });

  it('refuses a negative indentation', () => {
    expect(() => printYaml([], -1)).toThrow(expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }));
  });
});

/** Where real sops prints what it reads back as something else, or not at all. */
describe('where real sops would lose a value', () => {
  it('quotes a text of several lines that begins with a tab, which real sops makes null', () => {
    expect(inFile(entry('a', str('\tb\nc')))).toBe('a: "\\tb\\nc"\n');
  });

  it('gives a literal in a list the indentation indicator it has, where real sops gives that of the file', () => {
    expect(inFile(entry('a', sequence(str(' b\nc'), mapping(entry('k', str(' b\nc'))))))).toBe(
      'a:\n    - |2-\n       b\n      c\n    - k: |2-\n         b\n        c\n',
    );
  });

  it('indents an empty collection that a comment has pushed down', () => {
    const behind = { kind: 'comment', text: ' b', inline: true } as const;
    expect(inFile(behind, entry('a', mapping(entry('k', { kind: 'null' }))), entry('c', sequence()), entry('d', str('e')))).toBe(
      'a:\n    k: null\nc: # b\n    []\nd: e\n',
    );
  });

  it('leaves no empty line between a text that ends in some and a comment, which would become one of them', () => {
    const list = sequence(sequence(sequence(str('b\n\n'))), { kind: 'comment', text: ' c' });
    expect(inFile(entry('a', list))).toBe('a:\n    - - - |+\n          b\n\n# c\n');
  });

  it('quotes a text of several lines with several comments behind it, which would become lines of it', () => {
    const behind = { kind: 'comment', text: ' b', inline: true } as const;
    expect(inFile(behind, behind, entry('a', str('c\nd')))).toBe('a: "c\\nd" # b\n\n# b\n');
  });
});

describe.skipIf(lacks('oracle'))('printed YAML, read by real sops', () => {
  it(`has the values of ${runs} trees without comments, and is what real sops would print`, () => {
    const given = trees(0, seed * 1_000_000);
    const printed = given.map((tree) => printYaml([tree], undefined));
    for (const [index, seen] of askOracle(printed).entries()) {
      const text = printed[index] ?? '';
      const tree = given[index] ?? mapping();
      // Where real sops would print another indentation indicator: see above.
      const print = hasTextLike(tree, indicated) ? text : seen.print;
      expect({ text, error: seen.error, print, leaves: seenLeaves(seen) }).toEqual({
        text,
        error: undefined,
        print: text,
        leaves: leavesOf(tree),
      });
    }
  });

  it(`has the values of ${runs} trees with comments, and is printed again alike`, () => {
    const given = trees(0.2, seed * 1_000_000 + 500_000);
    const printed = given.map((tree) => printYaml([tree], undefined));
    for (const [index, seen] of askOracle(printed).entries()) {
      const text = printed[index] ?? '';
      const tree = given[index] ?? mapping();
      const again = printYaml(parseYaml(text).branches, undefined);
      const print = hasTextLike(tree, indicated) ? again : seen.print;
      expect({ text, error: seen.error, print: again, leaves: seenLeaves(seen) }).toEqual({
        text,
        error: undefined,
        print,
        leaves: leavesOf(tree),
      });
    }
  });

  it('has each tricky string as a value, an item and a key', () => {
    const given = trickyStrings
      .filter((text) => text !== '<<' && !/^\t[^]*\n/.test(text))
      .map((text) => mapping(entry('v', str(text)), entry('l', sequence(str(text), mapping(entry(text, str(text)))))));
    const printed = given.map((tree) => printYaml([tree], 2));
    for (const [index, seen] of askOracle(printed).entries()) {
      expect({ text: printed[index], leaves: seenLeaves(seen) }).toEqual({
        text: printed[index],
        leaves: leavesOf(given[index] ?? mapping()),
      });
    }
  });
});

const bool = (text: string): Leaf => ({ kind: 'leaf', type: 'bool', text });

function exampleTree(): Mapping {
  const number: Leaf = { kind: 'leaf', type: 'float', text: '1234.56789' };
  return mapping(
    entry('hello', str('Welcome to SOPS! Edit this file as you please!')),
    entry('example_key', str('example_value')),
    { kind: 'comment', text: ' Example comment' },
    entry('example_array', sequence(str('example_value1'), str('example_value2'))),
    entry('example_number', number),
    entry('example_booleans', sequence(bool('True'), bool('False'))),
  );
}
