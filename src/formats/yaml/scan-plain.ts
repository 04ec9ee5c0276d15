import { code, isBlank, isBlankOrEnd, isBreak } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { ScanState } from './scan-state.ts';
import { scalar } from './token.ts';
import type { Token } from './token.ts';

/** Scans a scalar without quotes, over as many lines as it has. */
export function scanPlain(state: ScanState): Token {
  const { cursor } = state;
  const { source } = cursor;
  const start = cursor.at;
  const { column } = cursor;
  const inFlow = state.flowLevel > 0;
  let text = '';
  let end = start;
  let fold: string | undefined;
  while (cursor.peek() !== code.hash && !cursor.atDocumentMark()) {
    const from = cursor.at;
    const last = passLine(cursor, inFlow);
    if (last > from) {
      const line = source.slice(from, last);
      text = fold === undefined ? line : text + fold + line;
      end = last;
      fold = undefined;
      cursor.breaks = 0;
    }
    if (!isBreak(cursor.peek())) break;
    fold = passBreaks(state);
    if (!inFlow && cursor.column <= state.indent) break;
  }
  if (fold !== undefined) state.keyAllowed = true;
  return scalar('plain', text, [start, end], column);
}

/** Moves to what ends the scalar on this line, or the line; returns where its last visible character ends. */
function passLine(cursor: Cursor, inFlow: boolean): number {
  const { source, lines } = cursor;
  const from = cursor.at;
  let at = lines === undefined || inFlow ? plainEnd(cursor, inFlow) : lines.plainEnd(from);
  cursor.at = at;
  while (at > from && isBlank(source.charCodeAt(at - 1))) at--;
  return at;
}

function plainEnd(cursor: Cursor, inFlow: boolean): number {
  const { source, end } = cursor;
  let { at } = cursor;
  for (; at < end; at++) {
    const unit = source.charCodeAt(at);
    // Nearly every character is neither blank, sign nor break.
    if (unit > code.colon && unit < 0x85 && !inFlow) continue;
    if (unit <= code.colon ? endsLow(cursor, at, inFlow) : endsHigh(unit, inFlow)) break;
  }
  return at;
}

/** Whether a character up to the colon ends a plain scalar: a break, `: `, ` #`, between brackets a comma. */
function endsLow(cursor: Cursor, at: number, inFlow: boolean): boolean {
  switch (cursor.source.charCodeAt(at)) {
    case code.comma:
      return inFlow;
    case code.lineFeed:
    case code.carriageReturn:
      return true;
    case code.hash:
      return isBlank(cursor.source.charCodeAt(at - 1));
    case code.colon:
      return at + 1 >= cursor.end || isBlankOrEnd(cursor.source.charCodeAt(at + 1));
    default:
      return false;
  }
}

/** Whether a character behind the colon in Unicode ends a plain scalar: a break, between brackets a sign. */
function endsHigh(unit: number, inFlow: boolean): boolean {
  switch (unit) {
    case code.question:
    case code.openBracket:
    case code.closeBracket:
    case code.openBrace:
    case code.closeBrace:
      return inFlow;
    default:
      return isBreak(unit);
  }
}

/** Passes line breaks and indentation; returns what they fold to. */
function passBreaks(state: ScanState): string {
  const { cursor } = state;
  const first = cursor.takeBreak();
  let rest = '';
  for (;;) {
    const unit = cursor.peek();
    if (unit === code.space) cursor.at++;
    else if (unit === code.tab) {
      if (cursor.column <= state.indent) throw state.fail('a tab stands where a plain scalar must be indented by spaces');
      cursor.at++;
    } else if (isBreak(unit)) rest += cursor.takeBreak();
    else return folded(first, rest);
  }
}

/** What line breaks within a flow scalar become: one is a space, more are all but the first. */
export function folded(first: string, rest: string): string {
  if (first !== '\n') return first + rest;
  return rest === '' ? ' ' : rest;
}
