import { sameNode } from '../../document/change.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Mapping, Node } from '../../document/tree.ts';
import { endOfLines, indented, lineBreak, lineStart, withBreaks } from './lines.ts';
import type { MappingNode } from './node.ts';
import { printYaml } from './print.ts';
import { keyOf, pairLines, pairOf, rootOf, sopsEntry, stepOf, streamOf } from './record.ts';

/** Changes the entries of the metadata that differ from `record`, in every document of the stream; the lines of all others stay. */
export function amend(document: Document, record: Mapping): readonly Edit[] {
  const step = stepOf(document) ?? 4;
  const old = sopsEntry(document.branches[0])?.value;
  return streamOf(document).flatMap((part) => {
    const root = rootOf(part);
    const pair = root && pairOf(root, 'sops');
    if (!root || !pair) return [];
    const block = pair.value;
    if (block.kind !== 'mapping' || block.flow || old?.kind !== 'mapping') {
      return [
        {
          span: pairLines(document.source, pair),
          text: entryLines({ kind: 'entry', key: 'sops', value: record }, root.column, step, document.source),
        },
      ];
    }
    return amendBlock(document.source, { block, old, record, step });
  });
}

interface Change {
  readonly block: MappingNode;
  readonly old: Mapping;
  readonly record: Mapping;
  readonly step: number;
}

function amendBlock(source: string, { block, old, record, step }: Change): readonly Edit[] {
  const wanted = entriesOf(record);
  const print = (entry: Entry): string => entryLines(entry, block.column, step, source);
  return [...changedPairs(source, { block, old, wanted, print }), ...newPairs(source, { block, wanted, print })];
}

interface Pairs {
  readonly block: MappingNode;
  readonly wanted: readonly Entry[];
  readonly print: (entry: Entry) => string;
}

function changedPairs(source: string, { block, old, wanted, print }: Pairs & { readonly old: Mapping }): readonly Edit[] {
  const edits: Edit[] = [];
  for (const pair of block.pairs) {
    const key = keyOf(pair);
    const entry = wanted.find((candidate) => candidate.key === key);
    const was = entriesOf(old).find((candidate) => candidate.key === key)?.value;
    if (entry && was && sameNode(stripped(was), entry.value)) continue;
    const span = pairLines(source, pair);
    edits.push({ span, text: entry ? endedLike(print(entry), source, span.end) : '' });
  }
  return edits;
}

/** Entries that the metadata did not have, in the order of their names. */
function newPairs(source: string, { block, wanted, print }: Pairs): readonly Edit[] {
  const present = new Set(block.pairs.map(keyOf));
  return wanted.flatMap((entry) => {
    if (present.has(entry.key)) return [];
    const next = block.pairs.find((pair) => (keyOf(pair) ?? '') > entry.key);
    const at = next ? lineStart(source, next.key.start) : endOfLines(source, block.start, block.end);
    const eol = at > 0 && source.charAt(at - 1) !== '\n' ? lineBreak(source) : '';
    return [{ span: { start: at, end: at }, text: eol + endedLike(print(entry), source, at) }];
  });
}

const entriesOf = (mapping: Mapping): readonly Entry[] => mapping.items.filter((item) => item.kind === 'entry');

/** A tree as the record has it: nothing but keys and values. */
function stripped(node: Node): Node {
  if (node.kind === 'leaf' || node.kind === 'null') return node;
  if (node.kind === 'sequence')
    return { kind: 'sequence', items: node.items.flatMap((item) => (item.kind === 'comment' ? [] : [stripped(item)])) };
  return { kind: 'mapping', items: entriesOf(node).map(({ key, value }) => ({ kind: 'entry', key, value: stripped(value) })) };
}

function entryLines(entry: Entry, column: number, step: number, source: string): string {
  return withBreaks(indented(printYaml([{ kind: 'mapping', items: [entry] }], step), column), lineBreak(source));
}

/** Lines that end a text which ended without a break end without one as well. */
function endedLike(lines: string, source: string, at: number): string {
  return at === source.length && !source.endsWith('\n') ? lines.replace(/\r?\n$/, '') : lines;
}
