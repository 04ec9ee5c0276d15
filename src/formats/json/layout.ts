import type { Document, Entry, Mapping, Node, Sequence, Span } from '../../document/tree.ts';
import type { PrintOptions } from '../format.ts';
import { indentUnit } from './print.ts';
import type { Style } from './write.ts';

/** How the items of one collection stand in the text, and how a new one would. */
export interface Layout {
  /** What stands between two items: a comma and white space. */
  readonly separator: string;
  /** Of the lines of the items. */
  readonly indent: string;
  /** Of the line of the closing bracket. */
  readonly outer: string;
  /** Of the values of the items. */
  readonly style: Style;
}

/** The span of a node that was read from text. */
export function spanOf({ slot }: { readonly slot?: Span }): Span {
  if (slot === undefined) throw new RangeError('the node stands nowhere in the text');
  return slot;
}

/** The top-level object. */
export function topOf(document: Document): Mapping {
  const [top] = document.branches;
  if (top === undefined) throw new RangeError('the document has no branch');
  return top;
}

/** Where an item stands: a member from its key on. */
export function itemSpan(item: Entry | Node): Span {
  if (item.kind !== 'entry') return spanOf(item);
  return { start: (item.keySpan ?? spanOf(item.value)).start, end: spanOf(item.value).end };
}

/** The spans of a collection's items, in order. */
export function itemSpans(collection: Mapping | Sequence): readonly Span[] {
  const spans: Span[] = [];
  for (const item of collection.items) if (item.kind !== 'comment') spans.push(itemSpan(item));
  return spans;
}

/** The last line break in white space. */
export function lastBreak(space: string): string | undefined {
  return /(?:\r\n|\n|\r)(?=[^\r\n]*$)/.exec(space)?.[0];
}

/** White space from its last line break on, so that blank lines do not multiply. */
function tidy(space: string): string {
  const line = lastBreak(space);
  return line === undefined ? space : space.slice(space.lastIndexOf(line));
}

/** The indentation of the last line of `text`, which has a line break before it. */
function indentBehindBreak(text: string): string | undefined {
  const line = lastBreak(text);
  return line === undefined ? undefined : /^[ \t]*/.exec(text.slice(text.lastIndexOf(line) + line.length))?.[0];
}

/** The indentation of the line that `offset` is on. */
function lineIndent(source: string, offset: number): string {
  const lineStart = Math.max(source.lastIndexOf('\n', offset - 1), source.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(source.slice(lineStart, offset))?.[0] ?? '';
}

/**
 * The layout of `collection`. What it does not show itself (an empty one, one with a single item) is taken from `parent`, the collection it stands in, then
 * from the top level, then from `options`.
 */
export function layoutOf(document: Document, collection: Mapping | Sequence, options: PrintOptions, parent?: Layout): Layout {
  const { source } = document;
  const spans = itemSpans(collection);
  const last = spans.at(-1);
  const colon = colonIn(source, collection) ?? parent?.style.colon ?? colonIn(source, topOf(document)) ?? ': ';
  if (last === undefined) return emptyLayout(document, collection, options, { colon, parent });
  const separator = separatorIn(source, collection, spans, colon);
  const newline = lastBreak(separator);
  const { end } = spanOf(collection);
  const outer = indentBehindBreak(source.slice(last.end, end - 1)) ?? lineIndent(source, spanOf(collection).start);
  const gap = newline === undefined ? separator.slice(separator.indexOf(',') + 1) : defaultGap(colon);
  if (newline === undefined) return { separator, indent: outer, outer, style: { unit: '', gap, colon, spelled: true } };
  const indent = indentBehindBreak(separator) ?? '';
  const unit = unitBetween(outer, indent) ?? parent?.style.unit ?? indentUnit(options);
  return { separator, indent, outer, style: { newline, unit, gap, colon, spelled: true } };
}

interface Surroundings {
  readonly colon: string;
  readonly parent: Layout | undefined;
}

function emptyLayout({ source }: Document, collection: Mapping | Sequence, options: PrintOptions, { colon, parent }: Surroundings): Layout {
  const gap = parent?.style.gap ?? defaultGap(colon);
  const { start, end } = spanOf(collection);
  const outer = lineIndent(source, start);
  if (parent !== undefined && parent.style.newline === undefined) {
    return { separator: `,${gap}`, indent: outer, outer, style: { unit: '', gap, colon, spelled: true } };
  }
  const newline = lastBreak(source.slice(start, end)) ?? parent?.style.newline ?? lastBreak(source.slice(end)) ?? '\n';
  const unit = parent?.style.unit ?? indentUnit(options);
  return { separator: `,${newline}${outer}${unit}`, indent: outer + unit, outer, style: { newline, unit, gap, colon, spelled: true } };
}

const defaultGap = (colon: string): string => (colon.endsWith(' ') ? ' ' : '');

function unitBetween(outer: string, inner: string): string | undefined {
  return inner.startsWith(outer) ? inner.slice(outer.length) : undefined;
}

/** What stands between the last key and its value, if it is on one line. */
function colonIn(source: string, collection: Mapping | Sequence): string | undefined {
  const last = collection.items.at(-1);
  if (last?.kind !== 'entry' || last.keySpan === undefined) return undefined;
  const colon = source.slice(last.keySpan.end, spanOf(last.value).start);
  return lastBreak(colon) === undefined ? colon : undefined;
}

function separatorIn(source: string, collection: Mapping | Sequence, spans: readonly Span[], colon: string): string {
  const last = spans.at(-1);
  const before = spans.at(-2);
  if (last !== undefined && before !== undefined) {
    const [beforeComma = '', behindComma = ''] = source.slice(before.end, last.start).split(',');
    return `${tidy(beforeComma)},${tidy(behindComma)}`;
  }
  const lead = source.slice(spanOf(collection).start + 1, last?.start);
  return `,${lastBreak(lead) === undefined ? defaultGap(colon) : tidy(lead)}`;
}
