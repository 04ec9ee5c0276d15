import type { Comments, CommentLine } from './node.ts';
import type { CommentText } from './scan-state.ts';
import { Scanner } from './scanner.ts';
import type { Token } from './token.ts';

/** Comments as go-yaml's parser has gathered them for the next node. */
export interface GatheredComments {
  readonly head: CommentText;
  readonly line: CommentText;
  readonly foot: CommentText;
}

/** Tokens for the composer: a token that is looked at draws the comments that wait for it. */
export class TokenStream {
  private readonly scanner: Scanner;
  private head: CommentText = [];
  private line: CommentText = [];
  private foot: CommentText = [];
  private stem: CommentText = [];

  constructor(source: string) {
    this.scanner = new Scanner(source);
  }

  get commentLines(): readonly CommentLine[] {
    return this.scanner.commentLines;
  }

  peek(): Token {
    const token = this.scanner.peek();
    if (this.scanner.pending.length > 0) this.draw(token);
    return token;
  }

  skip(): void {
    this.scanner.skip();
  }

  /** Takes a token and looks at the next. */
  next(): Token {
    this.scanner.skip();
    return this.peek();
  }

  private draw({ kind, start }: Token): void {
    const { pending } = this.scanner;
    for (let comment = pending[0]; comment !== undefined && start >= comment.token; comment = pending[0]) {
      // Heads wait for a token that can have one.
      if (comment.kind === 'head' && kind === 'block-end') return;
      const gathered = this[comment.kind];
      for (const line of comment.text) gathered.push(line);
      pending.shift();
    }
  }

  /** What has been gathered; nothing is left. */
  take(): GatheredComments | undefined {
    const { head, line, foot } = this;
    this.stem = [];
    if (head.length + line.length + foot.length === 0) return undefined;
    this.head = [];
    this.line = [];
    this.foot = [];
    return { head, line, foot };
  }

  /** Passes the dash of a sequence entry. Comments above the dash of a block collection belong to the collection as a whole: they are set aside. */
  passEntry(): Token {
    const above = this.head.length;
    const token = this.next();
    if (above === 0 || (token.kind !== 'sequence-start' && token.kind !== 'mapping-start')) return token;
    this.stem = this.head.slice(0, above);
    this.head = this.head.slice(above);
    return token;
  }

  /** The comments that {@link passEntry} set aside. */
  takeStem(): CommentText {
    const { stem } = this;
    if (stem.length > 0) this.stem = [];
    return stem;
  }

  /** Of the comments at the top of a stream, those that an empty line parts from what follows. */
  takeTitle(): CommentText {
    const { head } = this;
    const gap = head.lastIndexOf(undefined);
    if (gap <= 0) return [];
    this.head = head.slice(gap + 1);
    return head.slice(0, gap);
  }
}

const isLine = (line: CommentLine | undefined): line is CommentLine => line !== undefined;

/** A node's comments without empty lines; undefined where there are none. */
export function commentsOf(head: CommentText, line: CommentText, foot: CommentText): Comments | undefined {
  const comments: Comments = {};
  if (head.length > 0) comments.head = head.filter(isLine);
  if (line.length > 0) comments.line = line.filter(isLine);
  if (foot.length > 0) comments.foot = foot.filter(isLine);
  return head.length + line.length + foot.length === 0 ? undefined : comments;
}
