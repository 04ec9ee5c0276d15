import type { Comment, Entry, Leaf, Mapping, Node } from '../document/tree.ts';

/** What stands for a leaf or comment in a changed tree; a leaf that stands for a comment is one in lists only, and its text in mappings. */
export type Replacements = ReadonlyMap<Leaf | Comment, Leaf | Comment>;

/** The same tree with leaves and comments replaced. */
export function substitute(node: Node, replacements: Replacements): Node {
  switch (node.kind) {
    case 'null':
      return node;
    case 'leaf': {
      const replacement = replacements.get(node);
      return replacement?.kind === 'leaf' ? replacement : node;
    }
    case 'mapping':
      return substituteMapping(node, replacements);
    case 'sequence':
      return { ...node, items: node.items.map((item) => substituteItem(item, replacements)) };
  }
}

/** A list item whose ciphertext holds a comment becomes one, and the reverse. */
function substituteItem(item: Node | Comment, replacements: Replacements): Node | Comment {
  return item.kind === 'comment' || item.kind === 'leaf' ? (replacements.get(item) ?? item) : substitute(item, replacements);
}

/** {@link substitute} for a branch. */
export function substituteMapping(mapping: Mapping, replacements: Replacements): Mapping {
  const items = mapping.items.map((item): Entry | Comment =>
    item.kind === 'comment' ? comment(item, replacements) : { ...item, value: substitute(item.value, replacements) },
  );
  return { ...mapping, items };
}

function comment(item: Comment, replacements: Replacements): Comment {
  const replacement = replacements.get(item);
  return replacement?.kind === 'leaf' ? { ...item, text: replacement.text } : (replacement ?? item);
}
