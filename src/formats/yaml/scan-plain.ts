import { code, isBlankOrEnd, isBreak } from './cursor.ts';
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
    fold = passBreaks(state, start);
    if (!inFlow && cursor.column <= state.indent) break;
  }
  if (fold !== undefined) state.keyAllowed = true;
  return scalar('plain', text, start, end, column);
}

/** Moves to what ends the scalar on this line, or the line; returns where its last visible character ends. */
function passLine(cursor: Cursor, inFlow: boolean): number {
  const { source, end } = cursor;
  let last = cursor.at;
  let at = cursor.at;
  for (; at < end; at++) {
    const unit = source.charCodeAt(at);
    if (unit <= code.space) {
      if (unit === code.space || unit === code.tab) continue;
      break;
    }
    if (unit === code.colon ? isColon(cursor, at) : ends(unit, inFlow, at !== last)) break;
    last = at + 1;
  }
  cursor.at = at;
  return last;
}

function isColon({ source, end }: Cursor, at: number): boolean {
  return at + 1 >= end || isBlankOrEnd(source.charCodeAt(at + 1));
}

/** Whether a visible character other than a colon ends a plain scalar. */
function ends(unit: number, inFlow: boolean, afterBlank: boolean): boolean {
  if (unit === code.hash) return afterBlank;
  if (unit > 0x84) return isBreak(unit);
  return inFlow && isFlowMark(unit);
}

function isFlowMark(unit: number): boolean {
  switch (unit) {
    case code.comma:
    case code.question:
    case code.openBracket:
    case code.closeBracket:
    case code.openBrace:
    case code.closeBrace:
      return true;
    default:
      return false;
  }
}

/** Passes line breaks and indentation; returns what they fold to. */
function passBreaks(state: ScanState, start: number): string {
  const { cursor } = state;
  const first = cursor.takeBreak();
  let rest = '';
  for (;;) {
    const unit = cursor.peek();
    if (unit === code.space) cursor.at++;
    else if (unit === code.tab) {
      if (cursor.column <= state.indent) throw state.fail('a tab stands where a plain scalar must be indented by spaces', start);
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
