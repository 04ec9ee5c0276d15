import { SopsError } from '../errors.ts';
import { append, type PathStep, spellPath, type TreePath, showPath } from './path.ts';
import { suggestPath } from './suggest.ts';
import type { Mapping, Node, Sequence } from './tree.ts';

/** The node at a path (`sops.go`, Truncate); list indices count values, comments left out. Throws `PATH_NOT_FOUND` naming the part that is missing and the nearest key. */
export function getNode(branch: Mapping, path: TreePath): Node {
  let node: Node = branch;
  for (const [depth, step] of path.entries()) {
    const next: Node | undefined = child(node, step);
    if (next === undefined) throw missing(branch, node, { path, depth });
    node = next;
  }
  return node;
}

/** The value under a key or index, if there is one. */
export function child(node: Node, step: PathStep): Node | undefined {
  if (node.kind === 'mapping' && typeof step === 'string') return entryOf(node, step);
  return node.kind === 'sequence' && typeof step === 'number' ? valuesOf(node)[step] : undefined;
}

function entryOf(mapping: Mapping, key: string): Node | undefined {
  for (const item of mapping.items) if (item.kind === 'entry' && item.key === key) return item.value;
  return undefined;
}

/** The values of a sequence, comments left out. */
export const valuesOf = (sequence: Sequence): readonly Node[] => sequence.items.filter((item) => item.kind !== 'comment');

function missing(branch: Mapping, node: Node, { path, depth }: { readonly path: TreePath; readonly depth: number }): SopsError {
  const where = showPath(path.slice(0, depth));
  const step = path[depth];
  const meant = suggestPath(branch, path);
  const details = {
    path: showPath(path.slice(0, depth + 1)),
    ...(meant === undefined ? {} : { hint: `did you mean ${spellPath(meant)}?` }),
  };
  if (typeof step === 'number') {
    const what = node.kind === 'sequence' ? `it has ${valuesOf(node).length} values` : 'it is no list';
    return new SopsError('PATH_NOT_FOUND', `component [${step}] not found: ${where} has no such place, ${what}`, details);
  }
  const what = node.kind === 'mapping' ? 'has no such key' : 'is no mapping';
  return new SopsError('PATH_NOT_FOUND', `component ['${step ?? ''}'] not found: ${where} ${what}`, details);
}

/** Whether two nodes are equal to sops (`sops.go`, equals): types, texts, keys and order; comments by their text. */
export function sameNode(one: Node, other: Node): boolean {
  if (one.kind === 'leaf') return other.kind === 'leaf' && one.type === other.type && one.text === other.text;
  if (one.kind === 'null') return other.kind === 'null';
  if (other.kind === 'leaf' || other.kind === 'null' || one.kind !== other.kind || one.items.length !== other.items.length) return false;
  return one.items.every((item, at) => sameItem(item, other.items[at]));
}

type Item = Mapping['items'][number] | Sequence['items'][number];

function sameItem(one: Item, other: Item | undefined): boolean {
  if (!other) return false;
  if (one.kind === 'comment') return other.kind === 'comment' && one.text === other.text;
  if (one.kind === 'entry') return other.kind === 'entry' && one.key === other.key && sameNode(one.value, other.value);
  return other.kind !== 'comment' && other.kind !== 'entry' && sameNode(one, other);
}

/**
 * The branch with `path` set to `value`, what is missing on the way made (`sops.go`, set): a list takes an index beyond its end as its next place, and a
 * value that is neither mapping nor list gives way to the path.
 */
export function setNode(branch: Mapping, path: TreePath, value: Node): Mapping {
  const changed = setIn(branch, path, value);
  return changed.kind === 'mapping' ? changed : branch;
}

function setIn(node: Node, path: TreePath, value: Node): Node {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (node.kind === 'mapping' && typeof step === 'string')
    return { kind: 'mapping', items: setEntry(node, step, (old) => setUnder(old, rest, value)) };
  if (node.kind === 'sequence' && typeof step === 'number')
    return { kind: 'sequence', items: setItem(node, step, (old) => setUnder(old, rest, value)) };
  refuseStep(node, step, path);
  return made(path, value);
}

function refuseStep(node: Node, step: PathStep, path: TreePath): void {
  const refuse = (takes: string): never => {
    throw new SopsError('UNSUPPORTED', `what is above ${showPath(path)} is a ${takes}`, { path: showPath(path) });
  };
  if (node.kind === 'mapping') refuse(`mapping: it takes a key, not ${spellPath([step])}`);
  if (node.kind === 'sequence') refuse(`list: it takes an index, not ['${step}']`);
  if (node.kind === 'leaf' && step === append) refuse('value, which has no place for another');
}

const setUnder = (old: Node | undefined, rest: TreePath, value: Node): Node => (old ? setIn(old, rest, value) : made(rest, value));

function setEntry(mapping: Mapping, key: string, change: (old: Node | undefined) => Node): Mapping['items'] {
  const at = mapping.items.findIndex((item) => item.kind === 'entry' && item.key === key);
  const old = mapping.items[at];
  if (old?.kind === 'entry') return mapping.items.with(at, { ...old, value: change(old.value) });
  return [...mapping.items, { kind: 'entry', key, value: change(undefined) }];
}

function setItem(sequence: Sequence, index: number, change: (old: Node | undefined) => Node): Sequence['items'] {
  const old = valuesOf(sequence)[index];
  return old ? sequence.items.with(sequence.items.indexOf(old), change(old)) : [...sequence.items, change(undefined)];
}

/** A value wrapped in the mappings and lists that its path asks for (`sops.go`, valueFromPathAndLeaf). */
export function made(path: TreePath, value: Node): Node {
  return path
    .toReversed()
    .reduce<Node>(
      (inner, step) =>
        typeof step === 'number'
          ? { kind: 'sequence', items: [inner] }
          : { kind: 'mapping', items: [{ kind: 'entry', key: step, value: inner }] },
      value,
    );
}

/** The branch without what stands at `path` (`sops.go`, unset). Throws `PATH_NOT_FOUND`. */
export function unsetNode(branch: Mapping, path: TreePath): Mapping {
  getNode(branch, path);
  const changed = unsetIn(branch, path);
  return changed.kind === 'mapping' ? changed : branch;
}

function unsetIn(node: Node, [step, ...rest]: TreePath): Node {
  if (step === undefined || node.kind === 'leaf' || node.kind === 'null') return node;
  const old = child(node, step);
  const holds = (item: Item): boolean => item === old || (item.kind === 'entry' && item.value === old);
  if (node.kind === 'mapping') {
    const items =
      rest.length === 0
        ? node.items.filter((item) => !holds(item))
        : node.items.map((item) => (item.kind === 'entry' && holds(item) ? { ...item, value: unsetIn(item.value, rest) } : item));
    return { kind: 'mapping', items };
  }
  const items =
    rest.length === 0
      ? node.items.filter((item) => !holds(item))
      : node.items.map((item) => (item.kind !== 'comment' && holds(item) ? unsetIn(item, rest) : item));
  return { kind: 'sequence', items };
}

/**
 * The branch with what stands at `from` at `to` instead: beside its siblings under another key in its old place, elsewhere behind all others.
 * Throws `PATH_NOT_FOUND`, and `UNSUPPORTED` where something stands at `to` already, or `to` cannot be.
 */
export function moveNode(branch: Mapping, from: TreePath, to: TreePath): Mapping {
  const node = getNode(branch, from);
  checkDestination(branch, from, to);
  const name = to.at(-1);
  if (!isRenaming(from, to) || typeof name !== 'string') return unsetNode(setNode(branch, to, { ...node }), from);
  const parent = getNode(branch, from.slice(0, -1));
  const renamed: Mapping = { kind: 'mapping', items: parent.kind === 'mapping' ? renameEntry(parent.items, node, name) : [] };
  return from.length === 1 ? renamed : setNode(branch, from.slice(0, -1), renamed);
}

const renameEntry = (items: Mapping['items'], value: Node, key: string): Mapping['items'] =>
  items.map((item) => (item.kind === 'entry' && item.value === value ? { kind: 'entry', key, value } : item));

/** Whether two paths are of keys of one mapping. */
export const isRenaming = (from: TreePath, to: TreePath): boolean =>
  from.length === to.length && typeof from.at(-1) === 'string' && typeof to.at(-1) === 'string' && startsWith(to, from.slice(0, -1));

const startsWith = (path: TreePath, start: TreePath): boolean => start.every((step, at) => path[at] === step);

function checkDestination(branch: Mapping, from: TreePath, to: TreePath): void {
  const refuse = (why: string): never => {
    throw new SopsError('UNSUPPORTED', `${showPath(from)} cannot move to ${showPath(to)}: ${why}`, { path: showPath(from) });
  };
  if (from.length === 0 || to.length === 0) refuse('the whole document has no place but its own');
  if (startsWith(to, from)) refuse('that is in it');
  let node: Node | undefined = branch;
  for (const step of to) {
    if (node?.kind === 'leaf') refuse('a value stands on the way');
    node = node && child(node, step);
  }
  if (node !== undefined) refuse('something stands there already');
}

/** Whether two branches hold the same keys and values in the same order, comments left out of account. */
export function sameValues(one: readonly Mapping[], other: readonly Mapping[]): boolean {
  return one.length === other.length && one.every((branch, at) => sameNode(bare(branch), bare(other[at] ?? branch)));
}

function bare(node: Node): Node {
  switch (node.kind) {
    case 'leaf':
    case 'null':
      return node;
    case 'mapping':
      return {
        kind: 'mapping',
        items: node.items.flatMap((item) => (item.kind === 'entry' ? [{ ...item, value: bare(item.value) }] : [])),
      };
    case 'sequence':
      return { kind: 'sequence', items: valuesOf(node).map(bare) };
  }
}
