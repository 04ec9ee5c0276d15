import type { TreePath } from '../../document/path.ts';
import { valuesOf } from '../../document/change.ts';
import type { Mapping, Node } from '../../document/tree.ts';
import { entriesIn, hasTwice, nodeText } from './node-text.ts';

/** One step from a tree to another: a value to set, or without one to remove. */
export interface TreeChange {
  readonly path: TreePath;
  readonly value: Node | undefined;
}

/** What leads from one mapping to another, comments and the order of keys left out: first what goes, then what comes. Lists of other lengths, and mappings with a key twice, change whole. */
export function changesBetween(from: Mapping, to: Mapping): readonly TreeChange[] {
  const changes = mappingChanges(from, to, []);
  return [...changes.filter(({ value }) => value === undefined), ...changes.filter(({ value }) => value !== undefined)];
}

function mappingChanges(from: Mapping, to: Mapping, path: TreePath): readonly TreeChange[] {
  if (hasTwice(from) || hasTwice(to)) return nodeText(from, false) === nodeText(to, false) ? [] : [{ path, value: to }];
  const [before, after] = [from, to].map((node) => new Map(entriesIn(node).map(({ key, value }) => [key, value])));
  const gone = [...(before?.keys() ?? [])].filter((key) => after?.has(key) !== true);
  return [
    ...gone.map((key) => ({ path: [...path, key], value: undefined })),
    ...[...(after ?? [])].flatMap(([key, value]) => nodeChanges(before?.get(key), value, [...path, key])),
  ];
}

function nodeChanges(from: Node | undefined, to: Node, path: TreePath): readonly TreeChange[] {
  if (from !== undefined && nodeText(from, false) === nodeText(to, false)) return [];
  if (isFull(from) && isFull(to)) return mappingChanges(from, to, path);
  if (from?.kind !== 'sequence' || to.kind !== 'sequence') return [{ path, value: to }];
  const [before, after] = [valuesOf(from), valuesOf(to)];
  if (before.length !== after.length) return [{ path, value: to }];
  return after.flatMap((item, at) => nodeChanges(before[at], item, [...path, at]));
}

const isFull = (node: Node | undefined): node is Mapping => node?.kind === 'mapping' && node.items.length > 0;

/** How far two trees are apart; 0 where they hold the same. */
export interface Distance {
  /** Values that differ. */
  readonly values: number;
  /** Comments that only one of them has. */
  readonly comments: number;
  /** Whether keys or comments stand in another order. */
  readonly order: boolean;
}

/** Compares branches with those that are wanted. @param known comments that count; what no version has as a comment may become one where it stands */
export function distance(branches: readonly Mapping[], wanted: readonly Mapping[], known: ReadonlySet<string>): Distance {
  if (branches.length !== wanted.length) return { values: Infinity, comments: Infinity, order: true };
  const values = branches.reduce((sum, branch, at) => sum + changesBetween(branch, wanted[at] ?? branch).length, 0);
  const order = branches.some((branch, at) => nodeText(branch, true) !== nodeText(wanted[at] ?? branch, true));
  return { values, comments: commentsApart(branches, wanted, known), order };
}

function commentsApart(branches: readonly Mapping[], wanted: readonly Mapping[], known: ReadonlySet<string>): number {
  const counts = new Map<string, number>();
  const covered = new Set<string>();
  for (const { text, isCovered } of branches.flatMap(commentItems)) {
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (isCovered) covered.add(text);
  }
  for (const text of wanted.flatMap(commentsIn)) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts].reduce((sum, [text, count]) => sum + (count < 0 || known.has(text) || covered.has(text) ? Math.abs(count) : 0), 0);
}

/** The comments of a tree, as texts to compare. */
export const commentsIn = (node: Node): readonly string[] => commentItems(node).map(({ text }) => text);

interface CommentItem {
  readonly text: string;
  /** It is a value whose key stands once more below it, where that one counts. */
  readonly isCovered: boolean;
}

function commentItems(node: Node): readonly CommentItem[] {
  if (node.kind === 'leaf' || node.kind === 'null') return [];
  return node.items.flatMap((item) => {
    // Where real sops does not see it, a comment of INI has its marker with it.
    if (item.kind === 'comment')
      return [{ text: item.text.replace(/^[;#]/, '').trim(), isCovered: item.unseen === true && item.of !== undefined }];
    return commentItems(item.kind === 'entry' ? item.value : item);
  });
}
