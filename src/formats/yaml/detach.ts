import type { Edit } from '../../document/splice.ts';
import type { Document } from '../../document/tree.ts';
import type { MappingNode } from './node.ts';
import { endOfLines, endsInComment, lineStart } from './lines.ts';
import { type Pair, pairLines, pairOf, rootOf, streamOf } from './record.ts';

/** Takes the `sops` entry out of every document of the stream, its lines whole. A text that ends without a line break stays one. */
export function detach(document: Document): readonly Edit[] {
  const { source } = document;
  return streamOf(document).flatMap((part) => {
    const root = rootOf(part);
    const pair = root && pairOf(root, 'sops');
    if (!root || !pair) return [];
    if (root.pairs.length === 1 && !root.flow) return [{ span: { start: pair.key.start, end: endOfText(source, root) }, text: '{}' }];
    return [{ span: root.flow ? flowSpan(root, pair) : blockSpan(source, root, pair), text: '' }];
  });
}

/** Where the last line of a mapping ends, without its break. */
function endOfText(source: string, { start, end }: MappingNode): number {
  const behind = endOfLines(source, start, end);
  return behind - (/\r?\n?$/.exec(source.slice(Math.max(start, behind - 2), behind))?.[0].length ?? 0);
}

function blockSpan(source: string, root: MappingNode, pair: Pair): Edit['span'] {
  const { start: first, end } = pairLines(source, pair);
  const floor = endOf(root.pairs[root.pairs.indexOf(pair) - 1]);
  const start = withEmptyLine(source, first, floor);
  // The break before it may be of a block scalar.
  const unended = end === source.length && !source.endsWith('\n') && start > floor;
  if (!unended) return { start, end };
  const before = source.slice(Math.max(0, start - 2), start);
  return { start: start - (before.endsWith('\r\n') ? 2 : before.endsWith('\n') ? 1 : 0), end };
}

const endOf = (pair: Pair | undefined): number => (pair ? Math.max(pair.key.end, pair.value.end) : 0);

/** An empty line between a comment and the metadata is of the metadata: see `attach`. What stands before `floor` is no comment, but text of a block scalar. */
function withEmptyLine(source: string, start: number, floor: number): number {
  const before = lineStart(source, start - 1);
  const empty = start > 0 && source.slice(before, start).trim() === '';
  return empty && lineStart(source, before - 1) >= floor && endsInComment(source, before) ? before : start;
}

function flowSpan(root: MappingNode, pair: Pair): Edit['span'] {
  const at = root.pairs.indexOf(pair);
  const previous = root.pairs[at - 1];
  const next = root.pairs[at + 1];
  if (previous) return { start: endOf(previous), end: pair.value.end };
  return { start: pair.key.start, end: next ? next.key.start : pair.value.end };
}
