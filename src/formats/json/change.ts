import { getNode, isRenaming, made } from '../../document/change.ts';
import { showPath, type PathStep, type TreePath } from '../../document/path.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document, Mapping, Node, Sequence } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { arrange, type Arranged } from './arrange.ts';
import { lastBreak, layoutOf, type Layout } from './layout.ts';
import { itemSpans, spanOf, topOf } from './spans.ts';
import { quote } from './string.ts';
import { write } from './write.ts';

/** See `Format.set` (real sops: `sops.go`, set). A list index at or behind the end appends. */
export function set(document: Document, path: TreePath, value: Node): readonly Edit[] {
  let collection: Mapping | Sequence = topOf(document);
  let layout = layoutOf(document, collection, {});
  for (const [depth, step] of path.entries()) {
    const index = find(collection, step, path);
    const rest = path.slice(depth + 1);
    if (index === undefined) return append(document, collection, layout, textOf(step, made(rest, value), layout));
    const child = childAt(collection, index);
    if (rest.length === 0 || child.kind === 'leaf' || child.kind === 'null') return [replace(document, child, made(rest, value), layout)];
    collection = child;
    layout = layoutOf(document, child, {}, layout);
  }
  throw new SopsError('UNSUPPORTED', 'the whole document cannot be set: name a key');
}

/** See `Format.unset` (real sops: `sops.go`, unset). */
export function unset(document: Document, path: TreePath): readonly Edit[] {
  let collection: Mapping | Sequence = topOf(document);
  for (const [depth, step] of path.entries()) {
    // To real sops, an index is a key that a mapping does not have.
    const index = collection.kind === 'mapping' && typeof step === 'number' ? undefined : find(collection, step, path);
    if (index === undefined) throw new SopsError('PATH_NOT_FOUND', `there is nothing at ${showPath(path)}`, { path: showPath(path) });
    if (depth === path.length - 1) {
      const order = [...itemSpans(collection).keys()].filter((other) => other !== index);
      return arrange(document, collection, layoutOf(document, collection, {}), order);
    }
    const child = childAt(collection, index);
    if (child.kind === 'leaf' || child.kind === 'null') throw noCollection(path.slice(0, depth + 1), path);
    collection = child;
  }
  throw new SopsError('UNSUPPORTED', 'the whole document cannot be removed: name a key');
}

/** See `Format.move`: a key that changes beside its siblings. All else is as well set anew, for JSON has no comments. */
export function move(document: Document, from: TreePath, to: TreePath): readonly Edit[] {
  const [key, name] = [from.at(-1), to.at(-1)];
  const parent = getNode(topOf(document), from.slice(0, -1));
  const entry = parent.kind === 'mapping' ? parent.items.find((item) => item.kind === 'entry' && item.key === key) : undefined;
  if (!isRenaming(from, to) || typeof name !== 'string' || entry?.kind !== 'entry' || entry.keySpan === undefined)
    throw new SopsError('UNSUPPORTED', 'only a key can change in the text', { path: showPath(from) });
  return [{ span: entry.keySpan, text: quote(name) }];
}

/** The index of the item that `step` names; undefined where there is none yet. */
function find(collection: Mapping | Sequence, step: PathStep, path: TreePath): number | undefined {
  if (collection.kind === 'mapping') {
    if (typeof step === 'number') throw wrongStep('a mapping has keys, not indices', path);
    const index = collection.items.findIndex((item) => item.kind === 'entry' && item.key === step);
    return index === -1 ? undefined : index;
  }
  if (typeof step === 'string') throw wrongStep('a list has indices, not keys', path);
  if (step < 0) throw new SopsError('PATH_NOT_FOUND', `an index of ${showPath(path)} is negative`, { path: showPath(path) });
  return step < collection.items.length ? step : undefined;
}

function childAt(collection: Mapping | Sequence, index: number): Node {
  const item = collection.items[index];
  if (item === undefined || item.kind === 'comment') throw new RangeError('no such item');
  return item.kind === 'entry' ? item.value : item;
}

const wrongStep = (why: string, path: TreePath): SopsError =>
  new SopsError('UNSUPPORTED', `${why}: ${showPath(path)}`, { path: showPath(path) });

const noCollection = (place: TreePath, path: TreePath): SopsError =>
  new SopsError('UNSUPPORTED', `${showPath(place)} is neither a mapping nor a list`, { path: showPath(path) });

function textOf(step: PathStep, value: Node, { style, indent }: Layout): string {
  const text = write(value, style, indent);
  return typeof step === 'number' ? text : quote(step) + style.colon + text;
}

function append(document: Document, collection: Mapping | Sequence, layout: Layout, text: string): readonly Edit[] {
  const order: Arranged[] = [...itemSpans(collection).keys(), text];
  return arrange(document, collection, layout, order);
}

/** A list or mapping that stood on one line is followed by one that does. */
function replace({ source }: Document, old: Node, value: Node, { style, indent }: Layout): Edit {
  const span = spanOf(old);
  const isFull = (old.kind === 'mapping' || old.kind === 'sequence') && old.items.length > 0;
  const oneLine = isFull && lastBreak(source.slice(span.start, span.end)) === undefined;
  const { newline: _newline, ...flat } = style;
  return { span, text: write(value, oneLine ? flat : style, indent) };
}
