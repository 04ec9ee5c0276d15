import type { Span } from '../../document/tree.ts';
import { lineEnd, skipSpace, trimEnd, trimmed } from './white-space.ts';

/** A value as it stands behind its delimiter. */
export interface Value {
  readonly text: string;
  /** The value with its quotes; where it is empty, the place where one would stand. */
  readonly token: Span;
  /** A comment behind the value, with its mark. */
  readonly inline: Span | undefined;
  /** What go-ini passes over. */
  readonly ignored: Span | undefined;
  /** The offset of the next line. */
  readonly next: number;
}

/** Quotes that may span lines. */
type LongQuote = '"""' | '`';

/**
 * Reads the value that starts behind a delimiter at `from`; `end` is the end of its first line (go-ini's `parser.go`, readValue, without options).
 * Undefined where a quote is not closed.
 */
export function readValue(source: string, from: number, end: number): Value | undefined {
  const start = skipSpace(source, from, end);
  if (start === end) {
    const place = /[ \t]/.test(source.charAt(from)) ? from + 1 : from;
    return { text: '', token: { start: place, end: place }, inline: undefined, ignored: undefined, next: end };
  }
  if (source.startsWith('"""', start) && end - start > 3) return readQuoted(source, start, end, '"""');
  if (source.startsWith('`', start)) return readQuoted(source, start, end, '`');
  const last = trimEnd(source, start, end);
  return source.charAt(last - 1) === '\\' ? readContinued(source, start, last, end) : readPlain(source, { start, end: last }, end);
}

function readQuoted(source: string, start: number, end: number, quote: LongQuote): Value | undefined {
  const open = start + quote.length;
  const close = source.slice(open, end).lastIndexOf(quote);
  if (close === -1) return readLong(source, start, end, quote);
  const behind = open + close + quote.length;
  const token = { start, end: behind };
  return { text: source.slice(open, open + close), token, inline: undefined, ignored: present(trimmed(source, behind, end)), next: end };
}

/** A quoted value of several lines: it ends at the last quote of the first line that has one, unless a backslash follows it. */
function readLong(source: string, start: number, firstEnd: number, quote: LongQuote): Value | undefined {
  for (let from = firstEnd; from < source.length;) {
    const end = lineEnd(source, from);
    const close = source.slice(from, end).lastIndexOf(quote);
    const behind = from + close + quote.length;
    if (close !== -1 && source.charAt(trimEnd(source, behind, end) - 1) !== '\\') {
      const text = source.slice(start + quote.length, from + close);
      const rest = trimmed(source, behind, end);
      const mark = findMark(source, rest);
      const token = { start, end: behind };
      if (mark === -1) return { text, token, inline: undefined, ignored: present(rest), next: end };
      return { text, token, inline: { start: mark, end: rest.end }, ignored: present(trimmed(source, behind, mark)), next: end };
    }
    from = end;
  }
  return undefined;
}

/** A value whose line ends in a backslash goes on in the next one, up to an empty line or a line without a backslash. */
function readContinued(source: string, start: number, firstEnd: number, firstNext: number): Value {
  const parts = [source.slice(start, firstEnd - 1)];
  let tokenEnd = firstEnd;
  let next = firstNext;
  while (next < source.length) {
    const line = trimmed(source, next, lineEnd(source, next));
    next = lineEnd(source, next);
    if (line.start === line.end) break;
    tokenEnd = line.end;
    const continued = source.charAt(line.end - 1) === '\\';
    parts.push(source.slice(line.start, continued ? line.end - 1 : line.end));
    if (!continued) break;
  }
  return { text: parts.join(''), token: { start, end: tokenEnd }, inline: undefined, ignored: undefined, next };
}

function readPlain(source: string, line: Span, next: number): Value {
  const { start } = line;
  const mark = findMark(source, line);
  const end = mark === -1 ? line.end : trimEnd(source, start, mark);
  const written = source.slice(start, end);
  const text = isSurrounded(written, "'") || isSurrounded(written, '"') ? written.slice(1, -1) : written;
  return { text, token: { start, end }, inline: mark === -1 ? undefined : { start: mark, end: line.end }, ignored: undefined, next };
}

/** A span, if there is anything in it. */
export const present = (span: Span): Span | undefined => (span.start === span.end ? undefined : span);

/** The offset of the first comment mark in a span, or -1. */
export function findMark(source: string, { start, end }: Span): number {
  for (let at = start; at < end; at += 1) {
    const code = source.charCodeAt(at);
    if (code === 0x23 || code === 0x3b) return at;
  }
  return -1;
}

/** Whether a text starts and ends with a quote that it does not hold otherwise. */
export function isSurrounded(text: string, quote: '"' | "'"): boolean {
  return text.length >= 2 && text.startsWith(quote) && text.indexOf(quote, 1) === text.length - 1;
}
