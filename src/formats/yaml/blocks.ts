import type { ScanState } from './scan-state.ts';
import { mark } from './token.ts';
import type { TokenKind } from './token.ts';

/** Opens a block collection at this column, unless one is open there. */
export function openBlock(state: ScanState, kind: TokenKind): void {
  const { at, column } = state.cursor;
  if (deepen(state, column)) state.tokens.push(mark(kind, at, at, column));
}

/** Whether a block collection begins at `column`; if so, it is the innermost from now on. */
export function deepen(state: ScanState, column: number): boolean {
  if (state.flowLevel > 0 || state.indent >= column) return false;
  state.indents.push(state.indent);
  state.indent = column;
  return true;
}

/** Closes the block collections that are indented more than `column`. Comments as deep as one stand before its end, so that they stay with it. */
export function closeBlocks(state: ScanState, column: number, from: number): void {
  if (state.flowLevel > 0) return;
  let end = from - 1;
  while (state.indent > column) {
    end = reachBack(state, end);
    state.tokens.push(mark('block-end', end, end, state.indent));
    state.indent = state.indents.pop() ?? -1;
  }
}

/** Where the block ends: at the first of the comments just passed that is as deep as it is. */
function reachBack({ pending, indent }: ScanState, from: number): number {
  let end = from;
  let stop = from;
  for (let i = pending.length - 1; i >= 0; i--) {
    const comment = pending[i];
    if (comment === undefined || comment.end < stop) break;
    if (comment.startColumn === indent + 1) end = comment.start;
    stop = comment.searched;
  }
  return end;
}
