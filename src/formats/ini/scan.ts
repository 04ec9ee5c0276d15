import type { Span } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { utf8Length } from './utf8.ts';
import { findMark, present, readValue } from './value.ts';
import type { Value } from './value.ts';
import { lineEnd, skipSpace, trim, trimEnd, trimmed } from './white-space.ts';

/** What go-ini makes a section or a key of; spans of comments start with their mark. */
interface Statement {
  readonly name: string;
  /** From the start of its first line to the end of its last, line feed and all. */
  readonly lines: Span;
  /** The comment lines since the statement before, each with its line feed. */
  readonly above: readonly Span[];
  /** A comment on the statement's last line. */
  readonly inline: Span | undefined;
  /** What go-ini passes over. */
  readonly ignored: readonly Span[];
}

/** A key, its value and its comment. */
export interface KeyStatement extends Statement {
  /** It is called `-`, for which go-ini puts its number in the section. */
  readonly isNumbered: boolean;
  /** The name with its quotes. */
  readonly key: Span;
  /** The offset of the `=` or `:`. */
  readonly delimiter: number;
  readonly value: Value;
}

/** A header and the keys that follow it; the first section, `DEFAULT`, has no header. */
export interface Section extends Statement {
  /** `[name]`; empty where there is none. */
  readonly header: Span;
  readonly keys: readonly KeyStatement[];
}

/** A whole text. */
export interface Scan {
  /** At least the one without a header. */
  readonly sections: readonly Section[];
  /** Comment lines behind the last statement: go-ini drops them. */
  readonly trailing: readonly Span[];
}

/** The name go-ini gives to what stands before the first header. */
export const defaultSection = 'DEFAULT';

/** Cuts a text into statements as go-ini does (`parser.go`, parse). Throws `MALFORMED_DOCUMENT`. */
export function scan(source: string): Scan {
  const start = source.startsWith('\uFEFF') ? 1 : 0;
  const top = { start, end: start };
  let keys: KeyStatement[] = [];
  const sections: Section[] = [{ name: defaultSection, lines: top, above: none, inline: undefined, ignored: none, header: top, keys }];
  let above: Span[] = [];
  let automatic = 0;
  for (let from = start, next = start; from < source.length; from = next) {
    next = lineEnd(source, from);
    const line = { start: skipSpace(source, from, next), end: next };
    const kind = kindOf(source, line);
    if (kind === 'blank') continue;
    if (kind === 'comment') {
      above.push(line);
      continue;
    }
    const place = { from, line, above: above.length === 0 ? none : above };
    if (kind === 'header') {
      keys = [];
      automatic = 0;
      sections.push(readHeader(source, place, keys));
    } else {
      const key = readKey(source, place, automatic + 1);
      if (key.isNumbered) automatic += 1;
      keys.push(key);
      next = key.lines.end;
    }
    if (above.length > 0) above = [];
  }
  return { sections, trailing: above };
}

const none: readonly Span[] = [];

/** A line that is no comment, and the comment lines above it. */
interface Place {
  /** With the white space it starts with. */
  readonly from: number;
  readonly line: Span;
  readonly above: readonly Span[];
}

function kindOf(source: string, line: Span): 'blank' | 'comment' | 'header' | 'key' {
  if (line.start === line.end) return 'blank';
  const mark = source.charAt(line.start);
  if (mark === '[') return 'header';
  return mark === '#' || mark === ';' ? 'comment' : 'key';
}

function readHeader(source: string, { from, line, above }: Place, keys: readonly KeyStatement[]): Section {
  const close = line.start + source.slice(line.start, line.end).lastIndexOf(']');
  if (close < line.start) throw malformed(source, line.start, 'a section header has no "]"');
  const name = source.slice(line.start + 1, close);
  if (name === '') throw malformed(source, line.start, 'a section has no name');
  const rest = trimmed(source, close + 1, line.end);
  const mark = findMark(source, rest);
  const ignored = present(trimmed(source, rest.start, mark === -1 ? rest.end : mark));
  return {
    name,
    lines: { start: from, end: line.end },
    above,
    inline: mark === -1 ? undefined : { start: mark, end: rest.end },
    ignored: ignored ? [ignored] : none,
    header: { start: line.start, end: close + 1 },
    keys,
  };
}

function readKey(source: string, { from, line, above }: Place, number: number): KeyStatement {
  const quote = keyQuote(source, line);
  const { key, name, delimiter } = quote === '' ? readPlainKey(source, line) : readQuotedKey(source, line, quote);
  if (name === '') throw malformed(source, line.start, 'a key has no name');
  const value = readValue(source, delimiter + 1, line.end);
  if (value === undefined) throw malformed(source, line.start, 'the quotes of a value are not closed');
  const ignored = quote === '' ? undefined : present(trimmed(source, key.end, delimiter));
  const isNumbered = name === '-';
  return {
    name: isNumbered ? `#${number}` : name,
    isNumbered,
    lines: { start: from, end: value.next },
    above,
    inline: value.inline,
    ignored: ignored || value.ignored ? [ignored, value.ignored].filter((span) => span !== undefined) : none,
    key,
    delimiter,
    value,
  };
}

type KeyQuote = '"""' | '"' | '`';
type KeyPlace = Pick<KeyStatement, 'key' | 'name' | 'delimiter'>;

function readPlainKey(source: string, line: Span): KeyPlace {
  const delimiter = findDelimiter(source, line.start, line.end);
  const key = { start: line.start, end: trimEnd(source, line.start, delimiter) };
  return { key, name: source.slice(key.start, key.end), delimiter };
}

function readQuotedKey(source: string, line: Span, quote: KeyQuote): KeyPlace {
  const open = line.start + quote.length;
  const length = source.slice(open, line.end).indexOf(quote);
  if (length === -1) throw malformed(source, line.start, 'the quotes of a key are not closed');
  const key = { start: line.start, end: open + length + quote.length };
  return { key, name: trim(source.slice(open, open + length)), delimiter: findDelimiter(source, key.end, line.end) };
}

/** The quotes around a key (go-ini's `parser.go`, readKeyName): three of them only in a line of more than 6 bytes. */
function keyQuote(source: string, line: Span): KeyQuote | '' {
  const first = source.charAt(line.start);
  if (first === '`') return first;
  if (first !== '"') return '';
  const text = source.slice(line.start, Math.min(line.end, line.start + 7));
  return text.startsWith('"""') && utf8Length(text) > 6 ? '"""' : first;
}

function findDelimiter(source: string, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const code = source.charCodeAt(at);
    if (code === 0x3d || code === 0x3a) return at;
  }
  throw malformed(source, from, 'a line is neither a section, a key with a value, nor a comment');
}

function malformed(source: string, at: number, message: string): SopsError {
  const line = source.slice(0, at).split('\n').length;
  const column = at - source.lastIndexOf('\n', at - 1);
  return new SopsError('MALFORMED_DOCUMENT', `line ${line}: ${message}`, { position: { line, column } });
}
