import { code, isBlank, isBreak, isBreakOrEnd } from './cursor.ts';
import type { CommentLine } from './node.ts';
import type { CommentText, PendingComment, ScanState } from './scan-state.ts';

/** How many characters go-yaml looks ahead for a comment. */
const lookAhead = 512;

/** Takes a comment that follows on the line of a token (go-yaml: line comment) for the token at `token`. */
export function scanLineComment(state: ScanState, token: number): void {
  const { cursor } = state;
  if (cursor.breaks > 0) return;
  let ahead = 0;
  while (ahead < lookAhead && isBlank(cursor.peek(ahead))) ahead++;
  if (ahead === lookAhead || cursor.peek(ahead) !== code.hash) return;
  cursor.at += ahead;
  const { line } = cursor;
  const text = takeCommentLine(state);
  state.pending.push({ kind: 'line', text: [text], token, start: text.start - 1, startLine: line, startColumn: 0, searched: 0, end: 0 });
}

/** Takes the rest of the line, from `#` here on. */
export function takeCommentLine(state: ScanState): CommentLine {
  const { cursor } = state;
  const { source } = cursor;
  const start = cursor.at + 1;
  let end = start;
  while (end < cursor.end && !isBreak(source.charCodeAt(end))) end++;
  cursor.skipTo(end);
  const line: CommentLine = { start, end, text: source.slice(start, end) };
  state.commentLines.push(line);
  return line;
}

/** Takes the comments between two tokens, `#` being here, and sorts them into feet of what stands above and heads of what follows. */
export function scanComments(state: ScanState, searched: number, searchedLine: number): void {
  new CommentBlock(state, searched, searchedLine).scan();
}

/** go-yaml's reading of a run of comment lines: indentation and the first empty line decide what is foot and what is head. */
class CommentBlock {
  private readonly state: ScanState;
  private readonly afterColon: boolean;
  private readonly footLine: number;
  private searched: number;
  private token: number;
  private indent: number;
  private recentlyEmpty = false;
  private noEmptyYet: boolean;
  private line: number;
  private column: number;
  private ahead = 0;
  private text: CommentText = [];
  private start = 0;
  private startLine = 0;
  private startColumn = 0;

  constructor(state: ScanState, searched: number, searchedLine: number) {
    const { cursor, tokens } = state;
    const last = state.lastToken;
    const token = last.kind === 'flow-entry' ? (tokens.at(-2) ?? last) : last;
    this.state = state;
    this.token = token.start;
    this.afterColon = token.kind === 'value';
    this.searched = searched;
    this.indent = Math.max(0, state.indent);
    this.noEmptyYet = cursor.breaks <= 1;
    this.line = cursor.line;
    this.column = cursor.column;
    this.footLine = footLineOf(state, searchedLine);
  }

  scan(): void {
    while (this.ahead < lookAhead && this.step()) this.ahead++;
    if (this.text.length > 0) this.flush('head', this.start, this.ahead - 1);
  }

  /** Looks at one character ahead; false where the run ends. */
  private step(): boolean {
    const { cursor, flowLevel } = this.state;
    const unit = cursor.peek(this.ahead);
    this.column++;
    if (isBlank(unit)) return true;
    const closesFlow = flowLevel > 0 && (unit === code.closeBracket || unit === code.closeBrace);
    if (closesFlow || isBreakOrEnd(unit)) return this.endOfLine(unit, closesFlow);
    if (this.isDedented()) this.flush('foot', this.token, this.ahead);
    return unit === code.hash && this.comment();
  }

  private isDedented(): boolean {
    return this.text.length > 0 && this.column - 1 < this.indent && this.column !== this.startColumn;
  }

  private endOfLine(unit: number, closesFlow: boolean): boolean {
    if (this.text.length > 0 && (closesFlow || !this.recentlyEmpty)) {
      if (closesFlow || this.endsFoot()) this.flush('foot', this.startColumn - 1 < this.indent ? this.start : this.token, this.ahead);
      else if (unit !== 0) this.text.push(undefined);
    }
    if (!isBreak(unit)) return false;
    this.noEmptyYet = false;
    this.recentlyEmpty = true;
    this.column = 0;
    this.line++;
    return unit < 0x80 || this.wideBreak();
  }

  /** go-yaml looks on byte by byte, so what follows the first byte of NEL, LS or PS is a visible character to it. */
  private wideBreak(): boolean {
    this.ahead++;
    this.column++;
    if (this.isDedented()) this.flush('foot', this.token, this.ahead);
    return false;
  }

  private endsFoot(): boolean {
    return this.noEmptyYet && ((this.startLine === this.footLine && !this.afterColon) || this.startColumn - 1 < this.indent);
  }

  private comment(): boolean {
    const { cursor, indent } = this.state;
    const at = cursor.at + this.ahead;
    if (this.text.length === 0) {
      this.start = at;
      this.startLine = this.line;
      this.startColumn = this.column;
    }
    this.recentlyEmpty = false;
    while (cursor.at < at) if (cursor.takeBreak() === '') cursor.at++;
    this.text.push(takeCommentLine(this.state));
    // The break behind the comment is passed over unseen.
    this.ahead = 0;
    this.column = 0;
    this.line = cursor.line;
    this.indent = Math.max(0, indent);
    return cursor.peek() < 0x80 || this.wideBreak();
  }

  private flush(kind: PendingComment['kind'], token: number, ahead: number): void {
    const end = this.state.cursor.at + ahead;
    const { text, start, startLine, startColumn, searched } = this;
    this.state.pending.push({ kind, text, token, start, startLine, startColumn, searched, end });
    this.searched = end;
    this.token = end;
    this.text = [];
  }
}

/** The line on which a comment must begin to be a foot of what stands above; -1 on the first line of the text. */
function footLineOf({ cursor }: ScanState, searchedLine: number): number {
  if (searchedLine === 0) return -1;
  return cursor.line - cursor.breaks + (cursor.breaks === 0 && cursor.column > 1 ? 2 : 1);
}
