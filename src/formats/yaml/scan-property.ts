import { code, isBlank, isBlankOrEnd, isBreakOrEnd, isDigit, isWord } from './cursor.ts';
import { takeCommentLine } from './scan-comment.ts';
import type { ScanState } from './scan-state.ts';
import { word } from './token.ts';
import type { Token } from './token.ts';

/** Scans `&name` or `*name`. */
export function scanAnchor(state: ScanState): Token {
  const { cursor } = state;
  const start = cursor.at;
  const { column } = cursor;
  const kind = cursor.peek() === code.ampersand ? 'anchor' : 'alias';
  cursor.skip();
  const name = takeWord(state);
  const next = cursor.peek();
  if (name === '' || !(isBlankOrEnd(next) || '?:,]}%@`'.includes(String.fromCharCode(next)))) {
    throw state.fail(`an ${kind} must be named by letters, digits, - and _`, start);
  }
  return word(kind, [start, cursor.at, column], name);
}

/** Scans a tag: `!`, `!name`, `!!name`, `!handle!name` or `!<uri>`. */
export function scanTag(state: ScanState): Token {
  const { cursor } = state;
  const start = cursor.at;
  const { column } = cursor;
  const [handle, suffix] = cursor.peek(1) === code.less ? ['', verbatim(state)] : shorthand(state);
  if (!isBlankOrEnd(cursor.peek())) throw state.fail('a tag must be followed by a space or a line break', start);
  return word('tag', [start, cursor.at, column], handle, suffix);
}

function verbatim(state: ScanState): string {
  const { cursor } = state;
  cursor.skip(2);
  const uri = takeUri(state, '');
  if (cursor.peek() !== code.greater) throw state.fail('a tag that begins with !< must end with >');
  cursor.skip();
  return uri;
}

function shorthand(state: ScanState): [string, string] {
  const handle = takeHandle(state);
  if (handle.length > 1 && handle.endsWith('!')) return [handle, takeUri(state, '')];
  const suffix = takeUri(state, handle);
  return suffix === '' ? ['', '!'] : ['!', suffix];
}

/** Scans a `%YAML` or `%TAG` line, its break included. */
export function scanDirective(state: ScanState): Token {
  const { cursor } = state;
  const start = cursor.at;
  cursor.skip();
  const name = takeWord(state);
  if (name === '' || !isBlankOrEnd(cursor.peek()))
    throw state.fail('% at the start of a line must be followed by the name of a directive', start);
  if (name !== 'YAML' && name !== 'TAG') throw state.fail('only the directives %YAML and %TAG are known', start);
  cursor.skipBlanks();
  const [value, suffix] = name === 'YAML' ? version(state) : tagPrefix(state);
  const token = word(name === 'YAML' ? 'version' : 'tag-directive', [start, cursor.at, 0], value, suffix);
  cursor.skipBlanks();
  if (cursor.peek() === code.hash) takeCommentLine(state);
  if (!isBreakOrEnd(cursor.peek())) throw state.fail('a directive is followed by text on its line', start);
  cursor.takeBreak();
  return token;
}

function version(state: ScanState): [string, string] {
  const major = takeNumber(state);
  if (state.cursor.peek() !== code.dot) throw state.fail('a YAML version is spelled as 1.1');
  state.cursor.skip();
  return [`${major}.${takeNumber(state)}`, ''];
}

function takeNumber(state: ScanState): number {
  const { cursor } = state;
  let value = 0;
  let length = 0;
  for (; isDigit(cursor.peek()); cursor.skip(), length++) value = value * 10 + cursor.peek() - code.zero;
  if (length === 0 || length > 2) throw state.fail('a YAML version is spelled as 1.1');
  return value;
}

function tagPrefix(state: ScanState): [string, string] {
  const { cursor } = state;
  if (cursor.peek() !== code.exclamation) throw state.fail('a tag handle begins with !');
  const handle = takeHandle(state);
  if (handle !== '!' && !handle.endsWith('!')) throw state.fail('a tag handle ends with !');
  if (!isBlank(cursor.peek())) throw state.fail('a tag handle must be followed by a space');
  cursor.skipBlanks();
  const prefix = takeUri(state, '');
  if (!isBlankOrEnd(cursor.peek())) throw state.fail('a tag prefix must be followed by a space or a line break');
  return [handle, prefix];
}

function takeHandle(state: ScanState): string {
  const { cursor } = state;
  cursor.skip();
  const name = `!${takeWord(state)}`;
  if (cursor.peek() !== code.exclamation) return name;
  cursor.skip();
  return `${name}!`;
}

function takeWord({ cursor }: ScanState): string {
  const from = cursor.at;
  let to = from;
  while (to < cursor.end && isWord(cursor.source.charCodeAt(to))) to++;
  if (to > from) cursor.skipTo(to);
  return cursor.source.slice(from, to);
}

const uriMarks = ";/?:@&=+$,.!~*'()[]";

/** Takes what follows `head` in a tag. Empty only where `head` is not. */
function takeUri(state: ScanState, head: string): string {
  const { cursor } = state;
  const from = cursor.at;
  let uri = head.slice(1);
  for (;;) {
    const unit = cursor.peek();
    if (unit === code.percent) uri += takeEscape(state);
    else if (isWord(unit) || (unit > code.space && uriMarks.includes(String.fromCharCode(unit)))) {
      uri += String.fromCharCode(unit);
      cursor.skip();
    } else break;
  }
  if (cursor.at === from && head === '') throw state.fail('a tag has no name');
  return uri;
}

/** One character escaped as `%xx`, octet by octet of its UTF-8. */
function takeEscape(state: ScanState): string {
  const { cursor } = state;
  const first = octet(state);
  const length = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
  if (length === 0) throw state.fail('an escape in a tag is not UTF-8');
  const from = cursor.at;
  cursor.skip(3);
  for (let rest = 1; rest < length; rest++) {
    if (octet(state) >> 6 !== 2) throw state.fail('an escape in a tag is not UTF-8');
    cursor.skip(3);
  }
  try {
    return decodeURIComponent(cursor.source.slice(from, cursor.at));
  } catch {
    return '\uFFFD';
  }
}

function octet(state: ScanState): number {
  const digits = state.cursor.source.slice(state.cursor.at, state.cursor.at + 3);
  if (!/^%[\da-f]{2}$/i.test(digits)) throw state.fail('an escape in a tag is spelled as %20');
  return Number.parseInt(digits.slice(1), 16);
}
