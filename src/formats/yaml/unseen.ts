import type { Comment, Entry, Mapping, Node, Sequence } from '../../document/tree.ts';
import type { CommentLine } from './node.ts';

/** Puts comments that real sops does not see into the branch whose text they stand in, each in the nearest collection. `lines` are in the order of the text. */
export function withUnseen(branch: Mapping, lines: readonly CommentLine[]): Mapping {
  return weaveMapping(branch, lines.toReversed(), Infinity);
}

const asComment = ({ text, start, end }: CommentLine): Comment => ({
  kind: 'comment',
  text,
  unseen: true,
  marked: true,
  slot: { start, end },
});

function weaveMapping(mapping: Mapping, lines: CommentLine[], end: number): Mapping {
  const items: (Entry | Comment)[] = [];
  for (const item of mapping.items) {
    if (item.kind === 'comment') items.push(item);
    else {
      takeBefore(items, lines, item.keySpan?.start);
      const value = weave(item.value, lines);
      items.push(value === item.value ? item : { ...item, value });
    }
  }
  takeBefore(items, lines, end);
  return { ...mapping, items };
}

function weaveSequence(sequence: Sequence, lines: CommentLine[], end: number): Sequence {
  const items: (Node | Comment)[] = [];
  for (const item of sequence.items) {
    if (item.kind === 'comment') items.push(item);
    else {
      takeBefore(items, lines, item.slot?.start ?? item.alias?.start);
      items.push(weave(item, lines));
    }
  }
  takeBefore(items, lines, end);
  return { ...sequence, items };
}

function weave(node: Node, lines: CommentLine[]): Node {
  const next = lines.at(-1);
  if (next === undefined || node.slot === undefined || next.start >= node.slot.end || next.start < node.slot.start) return node;
  if (node.kind === 'mapping') return weaveMapping(node, lines, node.slot.end);
  return node.kind === 'sequence' ? weaveSequence(node, lines, node.slot.end) : node;
}

function takeBefore(items: (Node | Entry | Comment)[], lines: CommentLine[], end: number | undefined): void {
  if (end === undefined) return;
  for (let next = lines.at(-1); next !== undefined && next.start < end; next = lines.at(-1)) {
    items.push(asComment(next));
    lines.pop();
  }
}
