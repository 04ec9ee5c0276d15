import { code, isBlank, isBreak, isBreakOrEnd, isDigit } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { scanLineComment } from './scan-comment.ts';
import type { ScanState } from './scan-state.ts';
import { scalar } from './token.ts';
import type { Token } from './token.ts';

/** Scans a literal (`|`) or folded (`>`) scalar. Its token ends behind the break of its last line of content (`+`: of its last empty line), or behind the header. */
export function scanBlockScalar(state: ScanState): Token {
  const { cursor } = state;
  const start = cursor.at;
  const { column } = cursor;
  const literal = cursor.peek() === code.bar;
  cursor.skip();
  const { chomping, increment } = header(state);
  const headerEnd = cursor.at;
  endHeader(state, start);
  const indent = increment > 0 ? Math.max(0, state.indent) + increment : 0;
  const body = new BlockBody(state, indent);
  const text = literal ? body.literal() : body.folded();
  const kept = chomping === code.plus ? body.blankLines : '';
  const value = (chomping === code.hyphen ? text : text + body.lastBreak) + kept;
  const end = kept === '' ? (body.end ?? headerEnd) : body.blankEnd;
  return scalar(literal ? 'literal' : 'folded', value, [start, end], column);
}

/** Reads the chomping and indentation indicators, in either order. */
function header(state: ScanState): { chomping: number; increment: number } {
  const { cursor } = state;
  let chomping = chompingMark(cursor);
  let increment = 0;
  if (isDigit(cursor.peek())) {
    increment = cursor.peek() - code.zero;
    if (increment === 0) throw state.fail('a block scalar cannot be indented by 0');
    cursor.skip();
  }
  if (chomping === 0) chomping = chompingMark(cursor);
  return { chomping, increment };
}

function chompingMark(cursor: Cursor): number {
  const unit = cursor.peek();
  if (unit !== code.plus && unit !== code.hyphen) return 0;
  cursor.skip();
  return unit;
}

function endHeader(state: ScanState, start: number): void {
  const { cursor } = state;
  cursor.skipBlanks();
  if (cursor.peek() === code.hash) scanLineComment(state, start);
  if (!isBreakOrEnd(cursor.peek())) throw state.fail('the header of a block scalar is followed by text on its line');
  cursor.takeBreak();
}

/** The lines of a block scalar. */
class BlockBody {
  private readonly state: ScanState;
  private readonly cursor: Cursor;
  private indent: number;
  /** Empty lines since the last line of content, and where they end. */
  blankLines = '';
  blankEnd: number;
  /** The break of the last line of content, and where it ends. */
  lastBreak = '';
  end: number | undefined;

  constructor(state: ScanState, indent: number) {
    this.state = state;
    this.cursor = state.cursor;
    this.indent = indent;
    this.blankEnd = this.cursor.at;
    this.passBlankLines();
  }

  literal(): string {
    let text = '';
    while (this.hasLine()) {
      text += this.lastBreak + this.blankLines;
      text += this.takeLine();
    }
    return text;
  }

  folded(): string {
    let text = '';
    let afterBlank = false;
    while (this.hasLine()) {
      const blank = isBlank(this.cursor.peek());
      const folds = !afterBlank && !blank && this.lastBreak === '\n';
      text += folds ? (this.blankLines === '' ? ' ' : '') : this.lastBreak;
      text += this.blankLines;
      afterBlank = blank;
      text += this.takeLine();
    }
    return text;
  }

  private hasLine(): boolean {
    return this.cursor.column === this.indent && this.cursor.at < this.cursor.end;
  }

  private takeLine(): string {
    const { cursor } = this;
    const { source, end } = cursor;
    const from = cursor.at;
    let visible = false;
    let { at } = cursor;
    for (; at < end; at++) {
      const unit = source.charCodeAt(at);
      if (isBreak(unit)) break;
      visible ||= !isBlank(unit);
    }
    cursor.at = at;
    if (visible) cursor.breaks = 0;
    this.lastBreak = cursor.takeBreak();
    this.end = cursor.at;
    this.blankLines = '';
    this.passBlankLines();
    return source.slice(from, at);
  }

  /** Passes empty lines and the next line's indentation; the first time round, finds out how deep the scalar is indented. */
  private passBlankLines(): void {
    const { cursor } = this;
    let widest = 0;
    this.blankEnd = cursor.at;
    for (;;) {
      while (this.isIndentation() && cursor.peek() === code.space) cursor.at++;
      widest = Math.max(widest, cursor.column);
      if (this.isIndentation() && cursor.peek() === code.tab) {
        throw this.state.fail('a tab stands where a block scalar must be indented by spaces');
      }
      if (!isBreak(cursor.peek())) break;
      this.blankLines += cursor.takeBreak();
      this.blankEnd = cursor.at;
    }
    if (this.indent === 0) this.indent = Math.max(widest, this.state.indent + 1, 1);
  }

  private isIndentation(): boolean {
    return this.indent === 0 || this.cursor.column < this.indent;
  }
}
