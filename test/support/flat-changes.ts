import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { child, setNode, unsetNode } from '../../src/document/change.ts';
import type { TreePath } from '../../src/document/path.ts';
import { splice } from '../../src/document/splice.ts';
import type { Mapping, Node } from '../../src/document/tree.ts';
import type { Format } from '../../src/formats/format.ts';
import { failures, parsable, runs } from './flat-format.ts';
import type { FlatFormat } from './flat-format.ts';

const texts = ['', 'new', 'two words', 'a#b', 'x;y', ' padded ', 'line\nbreak', '`', '"q"', "'s'", 'end\\', '漢字', '"""', 'a=b:c'];

/** How values are set and removed. */
export function changes(flat: FlatFormat): void {
  const { format } = flat;

  it(`sets values, old and new, in ${runs} documents and leaves the others`, () => {
    const documents = parsable(flat, 10);
    expect(failures(documents, (source, at) => setsRight(format, source, at))).toEqual([]);
  });

  it(`removes values from ${runs} documents and leaves the others`, () => {
    const documents = parsable(flat, 11);
    expect(
      failures(documents, (source) => pathsOf(format, source).every((path) => isNumbered(path) || unsetsRight(format, source, path))),
    ).toEqual([]);
  });
}

function setsRight(format: Format, source: string, at: number): boolean {
  const paths = pathsOf(format, source);
  const text = texts[at % texts.length] ?? '';
  const fresh: TreePath = format.shape === 'section' ? ['new section', 'new key'] : ['NEW_KEY'];
  const beside: TreePath = [...(paths[at % paths.length]?.slice(0, -1) ?? fresh.slice(0, -1)), 'added'];
  const old = paths[at % paths.length] ?? fresh;
  return [old, beside, fresh].every((path) => setRight(format, source, path, text));
}

function setRight(format: Format, source: string, path: TreePath, text: string): boolean {
  const value: Node = { kind: 'leaf', type: 'str', text };
  const document = format.parse(source);
  const changed = splice(source, format.set(document, path, value));
  const wanted = document.branches.map((branch) => setNode(branch, path, value));
  return isDeepStrictEqual(values(format.parse(changed).branches), values(wanted));
}

function unsetsRight(format: Format, source: string, path: TreePath): boolean {
  const document = format.parse(source);
  const changed = splice(source, format.unset(document, path));
  const wanted = document.branches.map((branch) => unsetNode(branch, path));
  return isDeepStrictEqual(values(format.parse(changed).branches), values(wanted));
}

/** INI numbers the keys called `-`: without the first, the second is the first. */
const isNumbered = (path: TreePath): boolean => /^#\d/.test(String(path.at(-1)));

/** The paths of the values that a path reaches: of several sections or keys of one name the first. */
function pathsOf(format: Format, source: string): readonly TreePath[] {
  const { branches } = format.parse(source);
  const paths = values(branches).flatMap(([key, value]) => (typeof value === 'string' ? [[key]] : value.map(([below]) => [key, below])));
  return paths.filter(([key = '', below]) => {
    const node = branches[0] && child(branches[0], key);
    return node !== undefined && (below === undefined || child(node, below) !== undefined);
  });
}

type Pair = readonly [string, string | readonly Pair[]];

/** Keys and values, comments left out. */
const values = (branches: readonly Mapping[]): readonly Pair[] => branches.flatMap((branch) => valuesOf(branch));

const valuesOf = ({ items }: Mapping): readonly Pair[] =>
  items.flatMap((item): readonly Pair[] => {
    if (item.kind === 'comment') return [];
    if (item.value.kind === 'mapping') return [[item.key, valuesOf(item.value)]];
    return item.value.kind === 'leaf' ? [[item.key, item.value.text]] : [];
  });
