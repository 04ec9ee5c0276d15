import type { Comment, Entry, Leaf, Mapping, Node, Sequence } from '../../src/document/tree.ts';
import { additionalData } from '../../src/document/path.ts';
import { walk } from '../../src/document/walk.ts';
import type { YamlDocument } from '../../src/formats/yaml/node.ts';
import type { Seen } from '../interop/oracle.ts';

/** What real sops would see of a parsed document, in the oracle's words. */
export function seenOf({ branches }: YamlDocument): Seen[] {
  const seen: Seen[] = [];
  for (const branch of branches) {
    walk(branch, (item, path) => {
      const aad = additionalData(path);
      if (item.kind === 'leaf') seen.push({ aad, type: item.type, text: item.bytes ? new TextDecoder().decode(item.bytes) : item.text });
      else if (item.unseen !== true) seen.push({ aad, type: 'comment', text: item.text, ...(item.inline === true && { inline: true }) });
    });
  }
  return seen;
}

/** Every comment and value of a tree, collections included. */
export function everything({ branches }: YamlDocument): { readonly nodes: readonly Node[]; readonly comments: readonly Comment[] } {
  const nodes: Node[] = [];
  const comments: Comment[] = [];
  const enter = (collection: Mapping | Sequence): void => {
    const items: readonly (Entry | Node | Comment)[] = collection.items;
    for (const item of items) {
      if (item.kind === 'comment') comments.push(item);
      else {
        const node: Node = item.kind === 'entry' ? item.value : item;
        nodes.push(node);
        if (node.kind === 'mapping' || node.kind === 'sequence') enter(node);
      }
    }
  };
  for (const branch of branches) enter(branch);
  return { nodes, comments };
}

/** The leaves that stand in the text. */
export const leavesOf = (document: YamlDocument): readonly Leaf[] =>
  everything(document).nodes.filter((node): node is Leaf => node.kind === 'leaf' && node.slot !== undefined);
