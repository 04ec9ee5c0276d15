import { looksSealed } from '../crypto/envelope.ts';
import { type PathStep, showPath } from '../document/path.ts';
import type { Leaf, Mapping, Node } from '../document/tree.ts';
import type { SealedFile } from './open-file.ts';

/** How an encrypted file differs from an earlier version of itself: paths only, found without any key. */
export interface SealedDifferences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Values that are in clear in both, and differ. */
  readonly changedInClear: readonly string[];
  /** Values that stand in another order among those that both have. */
  readonly moved: readonly string[];
}

/** Compares two versions of an encrypted file. */
export function compareSealed(before: SealedFile, after: SealedFile): SealedDifferences {
  const old = leavesOf(before.branches);
  const now = leavesOf(after.branches);
  const inClear = ({ text }: Leaf): boolean => !looksSealed(text);
  return {
    added: [...now.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !now.has(path)),
    changedInClear: [...now].flatMap(([path, leaf]) => {
      const was = old.get(path);
      return was && inClear(was) && inClear(leaf) && (was.text !== leaf.text || was.type !== leaf.type) ? [path] : [];
    }),
    moved: movedPaths(
      [...old.keys()].filter((path) => now.has(path)),
      [...now.keys()].filter((path) => old.has(path)),
    ),
  };
}

/** The fewest paths to look at: what is left when the common head and tail of both orders are taken away. */
function movedPaths(old: readonly string[], now: readonly string[]): readonly string[] {
  let head = 0;
  while (head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return now.slice(head, now.length - tail);
}

function leavesOf(branches: readonly Mapping[]): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (node: Node, path: readonly PathStep[], prefix: string): void => {
    if (node.kind === 'leaf') leaves.set(prefix + showPath(path), node);
    else if (node.kind === 'mapping')
      for (const item of node.items) if (item.kind === 'entry') visit(item.value, [...path, item.key], prefix);
    if (node.kind !== 'sequence') return;
    let index = 0;
    for (const item of node.items) if (item.kind !== 'comment') visit(item, [...path, index++], prefix);
  };
  for (const [at, branch] of branches.entries()) visit(branch, [], branches.length > 1 ? `document ${at + 1}: ` : '');
  return leaves;
}
