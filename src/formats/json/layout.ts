import type { Document, Mapping, Sequence, Span } from '../../document/tree.ts';
import type { PrintOptions } from '../format.ts';
import { indentUnit } from './print.ts';
import { itemSpans, spanOf, topOf } from './spans.ts';
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

/** What a collection takes over where it does not show a style of its own. */
interface Surroundings {
  readonly source: string;
  readonly colon: string;
  readonly unit: string;
  /** What stands behind a comma where everything is on one line. */
  readonly gap: string;
  readonly parent: Layout | undefined;
}

/**
 * The layout of `collection`. What it does not show itself (an empty one, one with a single item) is taken from `parent`, the collection it stands in, then
 * from the top level, then from `options`.
 */
export function layoutOf(document: Document, collection: Mapping | Sequence, options: PrintOptions, parent?: Layout): Layout {
  const colon = colonIn(document.source, collection) ?? parent?.style.colon ?? colonIn(document.source, topOf(document)) ?? ': ';
  const unit = parent?.style.unit ?? indentUnit(options);
  const around = { source: document.source, colon, unit, gap: gapOf(parent) ?? (colon.endsWith(' ') ? ' ' : ''), parent };
  const spans = itemSpans(collection);
  return spans.length === 0 ? emptyLayout(collection, around) : fullLayout(collection, spans, around);
}

const gapOf = (parent: Layout | undefined): string | undefined => (parent?.style.newline === undefined ? parent?.style.gap : undefined);

function fullLayout(collection: Mapping | Sequence, spans: readonly Span[], { source, colon, unit, gap }: Surroundings): Layout {
  const { start, end } = spanOf(collection);
  const separator = separatorIn(source, collection, spans, gap);
  const outer = indentBehindBreak(source.slice(spans.at(-1)?.end, end - 1)) ?? lineIndent(source, start);
  const newline = lastBreak(separator);
  if (newline === undefined) return onOneLine(separator, outer, colon);
  const indent = indentBehindBreak(separator) ?? outer;
  const step = indent.startsWith(outer) ? indent.slice(outer.length) : unit;
  return { separator, indent, outer, style: { newline, unit: step, gap, colon, spelled: true } };
}

function emptyLayout(collection: Mapping | Sequence, { source, colon, unit, gap, parent }: Surroundings): Layout {
  const { start, end } = spanOf(collection);
  const outer = lineIndent(source, start);
  if (parent !== undefined && parent.style.newline === undefined) return onOneLine(`,${gap}`, outer, colon);
  const newline = lastBreak(source.slice(start, end)) ?? parent?.style.newline ?? lastBreak(source.slice(end)) ?? '\n';
  const indent = outer + unit;
  return { separator: `,${newline}${indent}`, indent, outer, style: { newline, unit, gap, colon, spelled: true } };
}

function onOneLine(separator: string, indent: string, colon: string): Layout {
  const gap = separator.slice(separator.indexOf(',') + 1);
  return { separator, indent, outer: indent, style: { unit: '', gap, colon, spelled: true } };
}

/** What stands between the last key and its value, if it is on one line. */
function colonIn(source: string, collection: Mapping | Sequence): string | undefined {
  const last = collection.items.at(-1);
  if (last?.kind !== 'entry' || last.keySpan === undefined) return undefined;
  const colon = source.slice(last.keySpan.end, spanOf(last.value).start);
  return lastBreak(colon) === undefined ? colon : undefined;
}

/** What stands between the last two items; where there is one, what stands before it. */
function separatorIn(source: string, collection: Mapping | Sequence, spans: readonly Span[], gap: string): string {
  const last = spans.at(-1);
  const before = spans.at(-2);
  if (last !== undefined && before !== undefined) {
    const [beforeComma = '', behindComma = ''] = source.slice(before.end, last.start).split(',');
    return `${tidy(beforeComma)},${tidy(behindComma)}`;
  }
  const lead = source.slice(spanOf(collection).start + 1, last?.start);
  return `,${lastBreak(lead) === undefined ? gap : tidy(lead)}`;
}

/** The last line break in white space. */
export function lastBreak(space: string): string | undefined {
  const newline = space.lastIndexOf('\n');
  const carriageReturn = space.lastIndexOf('\r');
  if (newline === -1 && carriageReturn === -1) return undefined;
  if (newline < carriageReturn) return '\r';
  return carriageReturn === newline - 1 && carriageReturn !== -1 ? '\r\n' : '\n';
}

/** White space from its last line break on, so that blank lines do not multiply. */
function tidy(space: string): string {
  const line = lastBreak(space);
  return line === undefined ? space : space.slice(space.lastIndexOf(line));
}

/** The indentation of the last line of `text`, if it has a line break before it. */
function indentBehindBreak(text: string): string | undefined {
  const line = lastBreak(text);
  return line === undefined ? undefined : leadingSpace(text, text.lastIndexOf(line) + line.length);
}

/** The indentation of the line that `offset` is on. */
function lineIndent(source: string, offset: number): string {
  const before = source.slice(0, offset);
  return leadingSpace(before, Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1);
}

const leadingSpace = (text: string, from: number): string => /^[ \t]*/.exec(text.slice(from))?.[0] ?? '';
