import type { Comment, Leaf, Mapping, Sequence } from './tree.ts';

/** Called for each leaf and comment in walking order. */
export interface Visitor {
  /**
   * @param path the mapping keys above the item (and `of` for comments that have it); list indices are left out, as in the additional data of real sops
   * @param comments for each collection above the item, the comments since the last value there (the item itself last, if it is one)
   * @param parent the collection that holds the item
   */
  (item: Leaf | Comment, path: readonly string[], comments: readonly (readonly string[])[], parent: Mapping | Sequence): void;
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
      if (item.of === undefined) visit(item, path, comments, collection);
      else visit(item, [...path, item.of], comments, collection);
      continue;
    }
    if (item.kind === 'entry') path.push(item.key);
    const node = item.kind === 'entry' ? item.value : item;
    if (node.kind === 'leaf') visit(node, path, comments, collection);
    else if (node.kind !== 'null') walkItems(node, path, comments, visit);
    if (item.kind === 'entry') path.pop();
    active.length = 0;
  }
  comments.pop();
}
