import type { SopsError } from '../../errors.ts';
import type { ScanState, SimpleKey } from './scan-state.ts';

/** How far behind its start a `:` may still make a simple key, in characters. */
const reach = 1024;

/** Notes that a simple key may begin here; returns its index, -1 where none may. */
export function saveKey(state: ScanState): number {
  if (!state.keyAllowed) return -1;
  dropKey(state);
  const key = currentKey(state);
  const { at, line, column } = state.cursor;
  key.possible = true;
  key.required = state.flowLevel === 0 && state.indent === column;
  key.at = at;
  key.line = line;
  key.column = column;
  key.token = undefined;
  return state.keys.length - 1;
}

/** What began here is no key. */
export function dropKey(state: ScanState): void {
  const key = currentKey(state);
  if (!key.possible) return;
  if (key.required) throw missingColon(state, key);
  forgetKey(key);
}

/** Ends a key, whichever it has turned out to be. */
export function forgetKey(key: SimpleKey): void {
  const ended = key;
  ended.possible = false;
  if (ended.token !== undefined) ended.token.simpleKey = -1;
}

/** Whether a `:` here would make a key of what began at `key`. */
export function isStillKey(state: ScanState, key: SimpleKey): boolean {
  if (!key.possible) return false;
  const { cursor } = state;
  if (key.line === cursor.line && isWithinReach(cursor.source, key.at, cursor.at)) return true;
  if (key.required) throw missingColon(state, key);
  const ended = key;
  ended.possible = false;
  return false;
}

/** The simple key of the innermost flow level. */
export function currentKey({ keys }: ScanState): SimpleKey {
  const key = keys.at(-1);
  if (key === undefined) throw new RangeError('there is a key for each flow level');
  return key;
}

function missingColon(state: ScanState, key: SimpleKey): SopsError {
  return state.fail('a key must be followed by : on its line', key.at);
}

function isWithinReach(source: string, from: number, to: number): boolean {
  let count = to - from;
  if (count <= reach) return true;
  for (let at = from; at < to; at++) if ((source.charCodeAt(at) & 0xfc00) === 0xdc00) count--;
  return count <= reach;
}
