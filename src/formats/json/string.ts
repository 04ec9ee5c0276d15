import { malformed } from './malformed.ts';

/** A string's content, and where it ends: behind its closing quote. */
interface StringToken {
  readonly text: string;
  readonly end: number;
}

const quoteChar = 34;
const backslash = 92;

// oxlint-disable-next-line no-control-regex -- JSON allows no control characters in strings
const plainHere = /[^"\\\u0000-\u001f]*/y;

/** The end of the run of characters from `at` on that stand for themselves: a regular expression is several times as fast as a loop here. */
function plainEnd(source: string, at: number): number {
  plainHere.lastIndex = at;
  plainHere.test(source);
  return plainHere.lastIndex;
}

/** Reads the string whose opening quote stands at `start`. Throws `MALFORMED_DOCUMENT`. */
export function readString(source: string, start: number): StringToken {
  const end = plainEnd(source, start + 1);
  const char = source.charCodeAt(end);
  if (char === quoteChar) return { text: source.slice(start + 1, end), end: end + 1 };
  if (char === backslash) return readEscaped(source, start + 1, end);
  throw unfinished(source, end);
}

function readEscaped(source: string, start: number, firstEscape: number): StringToken {
  const parts: string[] = [];
  let from = start;
  let at = firstEscape;
  for (;;) {
    parts.push(source.slice(from, at));
    const char = source.charCodeAt(at);
    if (char === quoteChar) return { text: parts.join(''), end: at + 1 };
    if (char !== backslash) throw unfinished(source, at);
    const escaped = readEscape(source, at);
    parts.push(escaped.text);
    from = escaped.end;
    at = plainEnd(source, from);
  }
}

function readEscape(source: string, at: number): StringToken {
  const short = shortEscape(source.charAt(at + 1));
  if (short !== undefined) return { text: short, end: at + 2 };
  const unit = unicodeEscape(source, at);
  if (unit === undefined) throw malformed(source, at, 'no such escape in a string');
  if (unit < 0xd800 || unit > 0xdfff) return { text: String.fromCharCode(unit), end: at + 6 };
  const second = unit < 0xdc00 ? unicodeEscape(source, at + 6) : undefined;
  if (second !== undefined && second >= 0xdc00 && second <= 0xdfff) return { text: String.fromCharCode(unit, second), end: at + 12 };
  // Half a pair: Go reads the replacement character.
  return { text: '\ufffd', end: at + 6 };
}

function shortEscape(letter: string): string | undefined {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return undefined;
  }
}

/** The code unit that a `\uXXXX` at `at` stands for. */
function unicodeEscape(source: string, at: number): number | undefined {
  const digits = source.slice(at, at + 6);
  return /^\\u[\dA-Fa-f]{4}$/.test(digits) ? Number.parseInt(digits.slice(2), 16) : undefined;
}

const unfinished = (source: string, at: number): Error =>
  malformed(source, at, at >= source.length ? 'the text ends inside a string' : 'a control character in a string must be escaped');

/** A string in quotes as Go's `json.Marshal` spells it: `<`, `>`, `&`, U+2028 and U+2029 are escaped, nothing else beyond ASCII. */
export function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- JSON escapes exactly these
  return `"${text.replace(/["\\<>&\u0000-\u001f\u2028\u2029]/g, escape)}"`;
}

function escape(char: string): string {
  switch (char) {
    case '"':
    case '\\':
      return `\\${char}`;
    case '\b':
      return '\\b';
    case '\f':
      return '\\f';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default:
      return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
}
