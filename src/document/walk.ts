import type { Comment, Leaf, Mapping, Node, Sequence } from './tree.ts';

/** Called for each leaf and comment in walking order. */
export interface Visitor {
  /**
   * @param path the mapping keys above the item (and `of` for comments that have it); list indices are left out, as in the additional data of real sops
   * @param comments for each collection above the item, the comments since the last value there (the item itself last, if it is one)
   */
  (item: Leaf | Comment, path: readonly string[], comments: readonly (readonly string[])[]): void;
}

/** Walks one branch in the order of real sops (`sops.go`, walkBranch and walkSlice): the only traversal in the project. The arrays are reused: copy what you keep. */
export function walk(branch: Mapping, visit: Visitor): void {
  walkItems(branch, [], [], visit);
}

function walkItems(collection: Mapping | Sequence, path: string[], comments: string[][], visit: Visitor): void {
  const active: string[] = [];
  comments.push(active);
  for (const item of collection.items) {
    if (item.kind === 'comment') {
      if (item.unseen !== true) active.push(item.text);
      if (item.of !== undefined) path.push(item.of);
      visit(item, path, comments);
      if (item.of !== undefined) path.pop();
      continue;
    }
    if (item.kind === 'entry') {
      path.push(item.key);
      walkNode(item.value, path, comments, visit);
      path.pop();
    } else walkNode(item, path, comments, visit);
    active.length = 0;
  }
  comments.pop();
}

function walkNode(node: Node, path: string[], comments: string[][], visit: Visitor): void {
  if (node.kind === 'leaf') visit(node, path, comments);
  else if (node.kind !== 'null') walkItems(node, path, comments, visit);
}
