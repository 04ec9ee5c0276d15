import { type PathStep, showPath } from '../document/path.ts';
import type { Leaf, Mapping, Node } from '../document/tree.ts';

/** A value, and the keys above it: without list indices, as in the additional data. */
export interface PlacedLeaf {
  readonly leaf: Leaf;
  readonly keys: readonly string[];
}

/** All values of a file by their paths as people read them, in order. In a file of several documents the paths say which. */
export function leavesOf(branches: readonly Mapping[]): ReadonlyMap<string, PlacedLeaf> {
  const leaves = new Map<string, PlacedLeaf>();
  const visit = (node: Node, path: readonly PathStep[], prefix: string): void => {
    if (node.kind === 'leaf')
      leaves.set(prefix + showPath(path), { leaf: node, keys: path.filter((step): step is string => typeof step === 'string') });
    else if (node.kind === 'mapping')
      for (const item of node.items) if (item.kind === 'entry') visit(item.value, [...path, item.key], prefix);
    if (node.kind !== 'sequence') return;
    let index = 0;
    for (const item of node.items) if (item.kind !== 'comment') visit(item, [...path, index++], prefix);
  };
  for (const [at, branch] of branches.entries()) visit(branch, [], branches.length > 1 ? `document ${at + 1}: ` : '');
  return leaves;
}
