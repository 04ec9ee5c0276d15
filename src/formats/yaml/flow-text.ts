import type { Leaf, Node } from '../../document/tree.ts';
import { spellKey } from './spell.ts';

/** A node on one line, as it stands in a flow collection; comments have no place there. @param spell how a value is written */
export function flowText(node: Node, spell: (leaf: Leaf) => string): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'leaf':
      return spell(node);
    case 'mapping': {
      const pairs = node.items.flatMap((item) =>
        item.kind === 'entry' ? [`${spellKey(item.key, true)}: ${flowText(item.value, spell)}`] : [],
      );
      return `{${pairs.join(', ')}}`;
    }
    case 'sequence':
      return `[${node.items.flatMap((item) => (item.kind === 'comment' ? [] : [flowText(item, spell)])).join(', ')}]`;
  }
}
