import type { Edit } from '../../document/splice.ts';
import type { Document, Mapping, Sequence, Span } from '../../document/tree.ts';
import { itemSpans, lastBreak, spanOf, type Layout } from './layout.ts';

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

function aroundKept(spans: readonly Span[], separator: string, order: readonly Arranged[]): readonly Edit[] {
  const edits: Edit[] = [];
  let pending: string[] = [];
  let kept: Span | undefined;
  const settle = (start: number, end: number): void => {
    const text = pending.map((item) => (kept === undefined ? item + separator : separator + item)).join('');
    if (start < end || text !== '') edits.push({ span: { start, end }, text });
    pending = [];
  };
  for (const item of order) {
    const span = typeof item === 'number' ? spans[item] : undefined;
    if (typeof item === 'string') pending.push(item);
    else if (span !== undefined) {
      if (kept === undefined) settle(spans[0]?.start ?? 0, span.start);
      else settle(kept.end, spans[item - 1]?.end ?? kept.end);
      kept = span;
    }
  }
  if (kept !== undefined) settle(kept.end, spans.at(-1)?.end ?? kept.end);
  return edits;
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
