import type { Edit } from '../../document/splice.ts';
import type { Document, Mapping, Sequence, Span } from '../../document/tree.ts';
import { lastBreak, type Layout } from './layout.ts';
import { itemSpans, spanOf } from './spans.ts';

/** An item of a collection as it shall be: the index of one that stays, or the text of a new one. */
export type Arranged = number | string;

/**
 * Edits after which `collection` holds `order`: the items that stay keep their bytes and their order, the others go with their commas and lines.
 * What an item that was put in leaves behind when it is taken out again is nothing.
 */
export function arrange(document: Document, collection: Mapping | Sequence, layout: Layout, order: readonly Arranged[]): readonly Edit[] {
  const spans = itemSpans(collection);
  const texts = order.filter((item) => typeof item === 'string');
  const [first] = spans;
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return texts.length === 0 ? [] : [fill(collection, layout, texts)];
  if (texts.length < order.length) return aroundKept(spans, layout.separator, order);
  if (texts.length === 0) return [clear(document, collection, first)];
  return [{ span: { start: first.start, end: last.end }, text: texts.join(layout.separator) }];
}

/** An edit for each gap between items that stay: the rest that stood there goes, what is new comes. */
function aroundKept(spans: readonly Span[], separator: string, order: readonly Arranged[]): readonly Edit[] {
  const edits: Edit[] = [];
  let fresh: string[] = [];
  let kept: number | undefined;
  for (const item of order) {
    if (typeof item === 'string') fresh.push(item);
    else {
      edits.push(kept === undefined ? beforeFirst(spans, item, fresh, separator) : between(spans, { kept, next: item }, fresh, separator));
      kept = item;
      fresh = [];
    }
  }
  if (kept !== undefined) edits.push(between(spans, { kept, next: spans.length }, fresh, separator));
  return edits.filter(({ span, text }) => span.start < span.end || text !== '');
}

function beforeFirst(spans: readonly Span[], first: number, fresh: readonly string[], separator: string): Edit {
  return { span: { start: spanAt(spans, 0).start, end: spanAt(spans, first).start }, text: fresh.map((text) => text + separator).join('') };
}

/** Of two items that stay and have others between them, the first keeps nothing behind it but what stands before the second. */
function between(
  spans: readonly Span[],
  { kept, next }: { kept: number; next: number },
  fresh: readonly string[],
  separator: string,
): Edit {
  return {
    span: { start: spanAt(spans, kept).end, end: spanAt(spans, next - 1).end },
    text: fresh.map((text) => separator + text).join(''),
  };
}

function spanAt(spans: readonly Span[], index: number): Span {
  const span = spans[index];
  if (span === undefined) throw new RangeError(`there is no item ${index}`);
  return span;
}

/** The first items of an empty collection; its own white space stays in front of them. */
function fill(collection: Mapping | Sequence, { separator, indent, outer, style }: Layout, texts: readonly string[]): Edit {
  const end = spanOf(collection).end - 1;
  const line = style.newline;
  const items = texts.join(separator);
  return { span: { start: end, end }, text: line === undefined ? items : line + indent + items + line + outer };
}

/** Empties a collection; white space that {@link fill} would have found there stays. */
function clear({ source }: Document, collection: Mapping | Sequence, first: Span): Edit {
  const { start, end } = spanOf(collection);
  const lead = source.slice(start + 1, first.start);
  const line = lastBreak(lead);
  return { span: { start: start + 1, end: end - 1 }, text: line === undefined ? '' : lead.slice(0, lead.lastIndexOf(line)) };
}
