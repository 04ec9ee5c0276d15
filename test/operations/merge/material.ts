// Random documents, random changes of them, and what a merge of these must come to.
import { sameValues, setNode, unsetNode } from '../../../src/document/change.ts';
import type { TreePath } from '../../../src/document/path.ts';
import { splice } from '../../../src/document/splice.ts';
import type { Document, Mapping, Node } from '../../../src/document/tree.ts';
import { SopsError } from '../../../src/errors.ts';
import type { Format, FormatName } from '../../../src/formats/format.ts';
import { mergeDocuments, type MergedDocuments } from '../../../src/operations/merge/merge-documents.ts';
import type { PlainVersion } from '../../../src/operations/merge/versions.ts';
import { formatOf } from '../../interop/library.ts';
import { below, once, pick, type Random } from '../../support/random.ts';

export const structured: readonly FormatName[] = ['yaml', 'json', 'dotenv', 'ini'];

/** How deep the mappings of a format nest. */
const depths: Readonly<Record<string, number>> = { yaml: 3, json: 3, ini: 2, dotenv: 1 };

const names = ['alpha', 'beta', 'gamma', 'delta', 'eps', 'zeta', 'eta', 'theta'] as const;

let count = 0;

/** A text that no other one is. */
const fresh = (): Node => ({ kind: 'leaf', type: 'str', text: `v${++count}x` });

function scalar(random: Random, format: FormatName): Node {
  if (format === 'dotenv' || format === 'ini' || once(random, 2)) return fresh();
  return { kind: 'leaf', type: 'int', text: String(++count) };
}

function tree(random: Random, format: FormatName, depth: number): Mapping {
  const keys = names.filter(() => once(random, 2)).map((name) => name);
  const used = keys.length === 0 ? ['alpha'] : keys;
  return {
    kind: 'mapping',
    items: used.map((key) => ({
      kind: 'entry',
      key,
      value: depth > 1 && (format === 'ini' || once(random, 3)) ? tree(random, format, depth - 1) : scalar(random, format),
    })),
  };
}

/** A document as the format prints it, now and then with comments and empty lines. */
export function randomText(random: Random, name: FormatName): string {
  const format = formatOf(name);
  const text = format.print([tree(random, name, depths[name] ?? 1)], {});
  return decorated(random, name, decorated(random, name, text));
}

/** One more comment or empty line, where the text reads on. */
export function decorated(random: Random, name: FormatName, text: string): string {
  if (name === 'json') return text;
  const lines = text.split('\n');
  const at = below(random, lines.length);
  const indent = name === 'yaml' ? (/^ */.exec(lines[at] ?? '')?.[0] ?? '') : '';
  const line = once(random, 3) ? '' : `${indent}${name === 'ini' ? ';' : '#'} note ${++count}`;
  const result = lines.toSpliced(at, 0, line).join('\n');
  return parsed(formatOf(name), result) === undefined ? text : result;
}

export function parsed(format: Format, text: string): Document | undefined {
  try {
    return format.parse(text);
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/** The values of a document, by path. */
export function valuesOf(branches: readonly Mapping[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const visit = (node: Node, path: TreePath): void => {
    if (node.kind === 'mapping') {
      for (const item of node.items) if (item.kind === 'entry') visit(item.value, [...path, item.key]);
    } else if (node.kind === 'leaf') values.set(path.join('.'), node.text);
  };
  for (const branch of branches) visit(branch, []);
  return values;
}

/** The comments of a document, sorted. */
export function commentsOf(branches: readonly Mapping[]): readonly string[] {
  const comments: string[] = [];
  const visit = (node: Node): void => {
    if (node.kind !== 'mapping' && node.kind !== 'sequence') return;
    for (const item of node.items)
      if (item.kind === 'comment') comments.push(item.text.replace(/^[;#]/, '').trim());
      else visit(item.kind === 'entry' ? item.value : item);
  };
  for (const branch of branches) visit(branch);
  return comments.toSorted();
}

/** Where a new value may go: beside one that is there, or at the top. */
function addedPath(random: Random, name: FormatName, top: string, there: readonly string[] | undefined): readonly string[] {
  if (name === 'ini') return [top, pick(random, names)];
  return there !== undefined && there.length > 1 ? [...there.slice(0, -1), pick(random, names)] : [top];
}

/** Sets, adds or removes one value somewhere. @param keys the keys that may be touched at the top */
export function changed(random: Random, name: FormatName, text: string, keys: readonly string[] = names): string {
  const format = formatOf(name);
  const document = format.parse(text);
  const paths = [...valuesOf(document.branches).keys()].map((path) => path.split('.')).filter(([top]) => keys.includes(top ?? ''));
  const there = paths[below(random, paths.length)];
  const to = keys[below(random, keys.length)] ?? 'alpha';
  const added = addedPath(random, name, to, there);
  const path = there === undefined || once(random, 2) ? added : there;
  const value = there !== undefined && once(random, 4) ? undefined : scalar(random, name);
  const wanted = (branch: Mapping): Mapping => (value === undefined ? unsetNode(branch, path) : setNode(branch, path, value));
  try {
    const result = splice(text, value === undefined ? format.unset(document, path) : format.set(document, path, value));
    return sameValues(parsed(format, result)?.branches ?? [], document.branches.map(wanted)) ? result : text;
  } catch (error) {
    if (error instanceof SopsError) return text;
    throw error;
  }
}

const plain = (name: FormatName, text: string): PlainVersion => ({
  kind: 'plain',
  source: new Uint8Array(Buffer.from(text)),
  document: formatOf(name).parse(text),
});

/** Three plaintexts, merged. */
export const merged = (name: FormatName, base: string, ours: string, theirs: string): MergedDocuments =>
  mergeDocuments({ base: plain(name, base), ours: plain(name, ours), theirs: plain(name, theirs) }, { format: formatOf(name), print: {} });

/** What each value must come to; undefined where both sides changed it in different ways. */
export function expected(
  base: ReadonlyMap<string, string>,
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  for (const path of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [old, mine, others] = [base.get(path), ours.get(path), theirs.get(path)];
    if (mine !== others && mine !== old && others !== old) return undefined;
    const value = mine === old ? others : mine;
    if (value !== undefined) values.set(path, value);
  }
  return values;
}
