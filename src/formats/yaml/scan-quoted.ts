import { code, isBlank, isBreak } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { ScanState } from './scan-state.ts';
import { folded } from './scan-plain.ts';
import { scalar } from './token.ts';
import type { Token } from './token.ts';

/** Scans a scalar in single or double quotes. */
export function scanQuoted(state: ScanState): Token {
  const { cursor } = state;
  const { source } = cursor;
  const start = cursor.at;
  const { column } = cursor;
  const quote = cursor.peek();
  cursor.skip();
  let text = '';
  for (;;) {
    const from = cursor.at;
    const to = special(cursor, quote);
    const unit = cursor.peek();
    if (unit === quote) {
      text += source.slice(from, to);
      cursor.skip();
      if (quote === code.quote || cursor.peek() !== quote) break;
      text += "'";
      cursor.skip();
    } else if (unit === code.backslash) text += source.slice(from, to) + escape(state, start);
    else if (unit === 0) throw state.fail('a quoted scalar does not end', start);
    else {
      text += trimmedSlice(source, from, to);
      const first = cursor.takeBreak();
      text += folded(first, passBlankLines(cursor));
      if (cursor.atDocumentMark()) throw state.fail('a document begins or ends within a quoted scalar', start);
    }
  }
  return scalar(quote === code.quote ? 'double' : 'single', text, [start, cursor.at], column);
}

/** Moves to the next quote, break, or (in double quotes) backslash. */
function special(cursor: Cursor, quote: number): number {
  const { source, end } = cursor;
  const escapes = quote === code.quote;
  let { at } = cursor;
  for (; at < end; at++) {
    const unit = source.charCodeAt(at);
    if (unit === quote || (escapes && unit === code.backslash) || isBreak(unit)) break;
  }
  cursor.at = at;
  return at;
}

function trimmedSlice(source: string, from: number, to: number): string {
  let end = to;
  while (end > from && isBlank(source.charCodeAt(end - 1))) end--;
  return source.slice(from, end);
}

function passBlankLines(cursor: Cursor): string {
  let breaks = '';
  for (;;) {
    cursor.skipBlanks();
    if (!isBreak(cursor.peek())) return breaks;
    breaks += cursor.takeBreak();
  }
}

/** Passes one escape sequence of a double-quoted scalar and returns what it stands for. */
function escape(state: ScanState, start: number): string {
  const { cursor } = state;
  if (isBreak(cursor.peek(1))) {
    cursor.skip();
    cursor.takeBreak();
    const breaks = passBlankLines(cursor);
    if (cursor.atDocumentMark()) throw state.fail('a document begins or ends within a quoted scalar', start);
    return breaks;
  }
  const letter = String.fromCharCode(cursor.peek(1));
  const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  if (length > 0) return codePoint(state, length);
  const meaning = escaped(letter);
  if (meaning === undefined) throw state.fail('a double-quoted scalar has an escape that YAML does not know');
  cursor.skip(2);
  return meaning;
}

function codePoint(state: ScanState, length: number): string {
  const { cursor } = state;
  const digits = cursor.source.slice(cursor.at + 2, cursor.at + 2 + length);
  if (digits.length < length || !/^[\da-f]+$/i.test(digits)) throw state.fail(`an escape needs ${length} hexadecimal digits`);
  const value = Number.parseInt(digits, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) throw state.fail('an escape names no Unicode character');
  cursor.skip(2 + length);
  return String.fromCodePoint(value);
}

function escaped(letter: string): string | undefined {
  const at = '0abt\tnvfre "\'\\N_LP'.indexOf(letter);
  return at < 0 ? undefined : '\0\x07\b\t\t\n\v\f\r\x1b "\'\\\x85\xa0\u2028\u2029'.charAt(at);
}
