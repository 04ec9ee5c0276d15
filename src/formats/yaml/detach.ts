import type { Edit } from '../../document/splice.ts';
import type { Document } from '../../document/tree.ts';
import type { MappingNode } from './node.ts';
import { type Pair, pairLines, pairOf, rootOf, streamOf } from './record.ts';

/** Takes the `sops` entry out of every document of the stream, its lines whole. A text that ends without a line break stays one. */
export function detach(document: Document): readonly Edit[] {
  const { source } = document;
  return streamOf(document).flatMap((part) => {
    const root = rootOf(part);
    const pair = root && pairOf(root, 'sops');
    if (!root || !pair) return [];
    return [{ span: root.flow ? flowSpan(root, pair) : blockSpan(source, pair), text: '' }];
  });
}

function blockSpan(source: string, pair: Pair): Edit['span'] {
  const { start, end } = pairLines(source, pair);
  const unended = end === source.length && !source.endsWith('\n');
  if (!unended) return { start, end };
  const before = source.slice(Math.max(0, start - 2), start);
  return { start: start - (before.endsWith('\r\n') ? 2 : before.endsWith('\n') ? 1 : 0), end };
}

function flowSpan(root: MappingNode, pair: Pair): Edit['span'] {
  const at = root.pairs.indexOf(pair);
  const previous = root.pairs[at - 1];
  const next = root.pairs[at + 1];
  if (previous) return { start: Math.max(previous.key.end, previous.value.end), end: pair.value.end };
  return { start: pair.key.start, end: next ? next.key.start : pair.value.end };
}
