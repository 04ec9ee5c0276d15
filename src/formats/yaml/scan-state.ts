import { Cursor } from './cursor.ts';
import { malformed } from './malformed.ts';
import type { CommentLine } from './node.ts';
import { mark } from './token.ts';
import type { Token } from './token.ts';
import type { SopsError } from '../../errors.ts';

/** A comment's lines; undefined is an empty line between them. */
export type CommentText = (CommentLine | undefined)[];

/** A comment that waits for the token it belongs to. */
export interface PendingComment {
  kind: 'head' | 'line' | 'foot';
  readonly text: CommentText;
  /** Offset: the first token at or behind it takes the comment. */
  token: number;
  readonly start: number;
  readonly startLine: number;
  /** Column of its first `#` from 1; 0 for line comments, which never end a block. */
  readonly startColumn: number;
  /** Where the search that found it began, and where the comment ends. */
  readonly searched: number;
  readonly end: number;
}

/** A place where `key:` may begin. */
export interface SimpleKey {
  possible: boolean;
  required: boolean;
  at: number;
  line: number;
  column: number;
  token: Token | undefined;
}

/** What the parts of the scanner share. */
export class ScanState {
  readonly cursor: Cursor;
  /** Those before `head` are consumed; the last ones are still looked at. */
  tokens: Token[];
  head = 0;
  flowLevel = 0;
  /** Column of the innermost block collection; -1 outside. */
  indent = -1;
  readonly indents: number[] = [];
  /** Whether `key:`, `- ` or `? ` may begin here. */
  keyAllowed = true;
  readonly keys: SimpleKey[] = [{ possible: false, required: false, at: 0, line: 0, column: 0, token: undefined }];
  /** Comments that no token has taken yet, oldest first. */
  readonly pending: PendingComment[] = [];
  /** Every line of comment in the text, in order. */
  readonly commentLines: CommentLine[] = [];

  constructor(source: string) {
    this.cursor = new Cursor(source);
    this.tokens = [mark('stream-start', this.cursor.at, this.cursor.at, 0)];
  }

  get lastToken(): Token {
    const last = this.tokens.at(-1);
    if (last === undefined) throw new RangeError('the token queue is never empty');
    return last;
  }

  fail(message: string, at: number = this.cursor.at): SopsError {
    return malformed(this.cursor.source, at, message);
  }
}
