import type { Span } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { utf8Length } from './utf8.ts';
import { findMark, readValue } from './value.ts';
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
  readonly inline?: Span;
  /** What go-ini passes over. */
  readonly ignored: readonly Span[];
}

/** A key, its value and its comment. */
export interface KeyStatement extends Statement {
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
  const place = { start, end: start };
  let keys: KeyStatement[] = [];
  const sections: Section[] = [{ name: defaultSection, lines: place, above: [], ignored: [], header: place, keys }];
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
    if (kind === 'header') {
      keys = [];
      automatic = 0;
      sections.push({ ...readHeader(source, from, line), above, keys });
    } else {
      const key = readKey(source, from, line);
      keys.push({ ...key, name: key.name === '-' ? `#${(automatic += 1)}` : key.name, above });
      next = key.lines.end;
    }
    above = [];
  }
  return { sections, trailing: above };
}

function kindOf(source: string, line: Span): 'blank' | 'comment' | 'header' | 'key' {
  if (line.start === line.end) return 'blank';
  const mark = source.charAt(line.start);
  if (mark === '[') return 'header';
  return mark === '#' || mark === ';' ? 'comment' : 'key';
}

function readHeader(source: string, from: number, line: Span): Omit<Section, 'above' | 'keys'> {
  const close = line.start + source.slice(line.start, line.end).lastIndexOf(']');
  if (close < line.start) throw malformed(source, line.start, 'a section header has no "]"');
  const header = { start: line.start, end: close + 1 };
  const name = source.slice(line.start + 1, close);
  if (name === '') throw malformed(source, line.start, 'a section has no name');
  const rest = trimmed(source, header.end, line.end);
  const mark = findMark(source, rest);
  const ignored = present(trimmed(source, rest.start, mark === -1 ? rest.end : mark));
  const statement = { name, lines: { start: from, end: line.end }, ignored, header };
  return mark === -1 ? statement : { ...statement, inline: { start: mark, end: rest.end } };
}

function readKey(source: string, from: number, line: Span): Omit<KeyStatement, 'above'> {
  const quote = keyQuote(source, line);
  const { key, name, delimiter } = quote === '' ? readPlainKey(source, line) : readQuotedKey(source, line, quote);
  if (name === '') throw malformed(source, line.start, 'a key has no name');
  const value = readValue(source, delimiter + 1, line.end);
  if (value === undefined) throw malformed(source, line.start, 'the quotes of a value are not closed');
  const ignored = [...present(trimmed(source, key.end, delimiter)), ...(value.ignored ? [value.ignored] : [])];
  const statement = { name, lines: { start: from, end: value.next }, key, delimiter, value, ignored };
  return value.inline ? { ...statement, inline: value.inline } : statement;
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
  const text = source.slice(line.start, Math.min(line.end, line.start + 7));
  if (text.startsWith('"""') && utf8Length(text) > 6) return '"""';
  const first = text.charAt(0);
  return first === '"' || first === '`' ? first : '';
}

function findDelimiter(source: string, from: number, end: number): number {
  for (let at = from; at < end; at += 1) if (source[at] === '=' || source[at] === ':') return at;
  throw malformed(source, from, 'a line is neither a section, a key with a value, nor a comment');
}

const present = (span: Span): readonly Span[] => (span.start === span.end ? [] : [span]);

function malformed(source: string, at: number, message: string): SopsError {
  const line = source.slice(0, at).split('\n').length;
  const column = at - source.lastIndexOf('\n', at - 1);
  return new SopsError('MALFORMED_DOCUMENT', `line ${line}: ${message}`, { position: { line, column } });
}
