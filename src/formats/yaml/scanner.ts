import { closeBlocks, deepen, openBlock } from './blocks.ts';
import { code, isBlankOrEnd, isBreak } from './cursor.ts';
import type { CommentLine } from './node.ts';
import { scanBlockScalar } from './scan-block.ts';
import { scanComments, scanLineComment } from './scan-comment.ts';
import { scanPlain } from './scan-plain.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-property.ts';
import { scanQuoted } from './scan-quoted.ts';
import { ScanState } from './scan-state.ts';
import { currentKey, dropKey, forgetKey, isStillKey, saveKey } from './simple-keys.ts';
import { mark } from './token.ts';
import type { Token, TokenKind } from './token.ts';

/** Consumed tokens that may lie about before the queue is cut. */
const slack = 256;

/**
 * Turns a text into tokens, on demand. Which tokens are known when a comment is met decides where go-yaml v3 hangs it, so the queue holds as many as
 * go-yaml's does: two behind the one asked for, and all that a simple key needs.
 */
export class Scanner {
  private readonly state: ScanState;
  private ready = false;

  constructor(source: string) {
    this.state = new ScanState(source);
  }

  /** Every line of comment met so far, in the order of the text. */
  get commentLines(): readonly CommentLine[] {
    return this.state.commentLines;
  }

  /** Comments that wait for their token. */
  get pending(): ScanState['pending'] {
    return this.state.pending;
  }

  /** The next token, left in the queue. */
  peek(): Token {
    const { state } = this;
    if (!this.ready) this.fetchEnough();
    return state.tokens[state.head] ?? state.lastToken;
  }

  /** Takes the token that {@link peek} showed. */
  skip(): void {
    const { state } = this;
    this.ready = false;
    state.head++;
    if (state.head < slack) return;
    state.tokens = state.tokens.slice(state.head);
    state.head = 0;
  }

  private fetchEnough(): void {
    const { state } = this;
    while (state.head >= state.tokens.length - 2 || this.headMayBeKey()) this.fetch();
    this.ready = true;
  }

  private headMayBeKey(): boolean {
    const { keys, tokens, head } = this.state;
    const index = tokens[head]?.simpleKey ?? -1;
    if (index < 0) return false;
    const key = keys[index];
    return key !== undefined && isStillKey(this.state, key);
  }

  private fetch(): void {
    const { state } = this;
    const { cursor } = state;
    const from = cursor.at;
    this.passToToken(from, cursor.line);
    closeBlocks(state, cursor.column, from);
    const unit = cursor.peek();
    if (unit === 0) this.fetchEnd();
    else if (cursor.at !== cursor.lineStart || !this.fetchAtLineStart(unit)) {
      const { start } = state.lastToken;
      const followsOn = unit === (state.flowLevel === 0 ? code.colon : code.comma);
      const token = followsOn ? start : cursor.at;
      this.fetchContent(unit);
      if (state.lastToken.kind !== 'entry') scanLineComment(state, token);
    }
  }

  private passToToken(from: number, line: number): void {
    const { state } = this;
    const { cursor } = state;
    for (;;) {
      this.passBlanks();
      const unit = cursor.peek();
      if (state.pending.length > 0 && !isBreak(unit)) this.raiseEntryComment();
      if (unit === code.hash) scanComments(state, from, line);
      if (cursor.takeBreak() === '') return;
      if (state.flowLevel === 0) state.keyAllowed = true;
    }
  }

  /** Tabs are blanks where no key may begin. */
  private passBlanks(): void {
    const { cursor, flowLevel, keyAllowed } = this.state;
    const tab = flowLevel > 0 || !keyAllowed ? code.tab : code.space;
    for (let unit = cursor.peek(); unit === code.space || unit === tab; unit = cursor.peek()) cursor.at++;
  }

  /** A line comment right before the first entry of a sequence heads what follows. */
  private raiseEntryComment(): void {
    const { tokens, pending, cursor } = this.state;
    const comment = pending.at(-1);
    if (comment?.kind !== 'line' || tokens.at(-1)?.kind !== 'entry' || tokens.at(-2)?.kind !== 'sequence-start') return;
    comment.kind = 'head';
    if (comment.startLine === cursor.line - 1) comment.token = cursor.at;
  }

  private fetchAtLineStart(unit: number): boolean {
    const { state } = this;
    const { cursor } = state;
    if (unit === code.percent) {
      this.endDocument();
      state.tokens.push(scanDirective(state));
      return true;
    }
    if (!cursor.atDocumentMark()) return false;
    this.endDocument();
    const start = cursor.at;
    cursor.skip(3);
    state.tokens.push(mark(unit === code.hyphen ? 'document-start' : 'document-end', start, cursor.at, 0));
    return true;
  }

  private fetchEnd(): void {
    const { state } = this;
    const { cursor } = state;
    if (cursor.column !== 0) {
      cursor.lineStart = cursor.at;
      cursor.line++;
    }
    this.endDocument();
    state.tokens.push(mark('stream-end', cursor.at, cursor.at, 0));
  }

  private endDocument(): void {
    closeBlocks(this.state, -1, this.state.cursor.at);
    dropKey(this.state);
    this.state.keyAllowed = false;
  }

  // oxlint-disable-next-line complexity -- one flat list of the characters that steer YAML
  private fetchContent(unit: number): void {
    switch (unit) {
      case code.openBracket:
        return this.fetchFlowStart('flow-sequence-start');
      case code.openBrace:
        return this.fetchFlowStart('flow-mapping-start');
      case code.closeBracket:
        return this.fetchFlowEnd('flow-sequence-end');
      case code.closeBrace:
        return this.fetchFlowEnd('flow-mapping-end');
      case code.comma:
        return this.fetchComma();
      case code.asterisk:
      case code.ampersand:
        return this.fetchKeyPart(scanAnchor);
      case code.exclamation:
        return this.fetchKeyPart(scanTag);
      case code.apostrophe:
      case code.quote:
        return this.fetchKeyPart(scanQuoted);
      case code.hyphen:
      case code.question:
      case code.colon:
        return this.fetchIndicator(unit);
      case code.bar:
      case code.greater:
        return this.fetchBlockScalar();
      case code.tab:
      case code.hash:
      case code.percent:
      case code.at:
      case code.backquote:
        throw this.state.fail('no value can begin with this character');
      default:
        return this.fetchKeyPart(scanPlain);
    }
  }

  /** A dash, question mark or colon is a sign before a blank (or between brackets), else it begins a scalar. */
  private fetchIndicator(unit: number): void {
    const { state } = this;
    const stands = isBlankOrEnd(state.cursor.peek(1));
    if (!stands && (unit === code.hyphen || state.flowLevel === 0)) this.fetchKeyPart(scanPlain);
    else if (unit === code.hyphen) this.fetchEntry();
    else if (unit === code.question) this.fetchKey();
    else this.fetchValue();
  }

  private fetchComma(): void {
    dropKey(this.state);
    this.state.keyAllowed = true;
    this.fetchMark('flow-entry');
  }

  private fetchBlockScalar(): void {
    const { state } = this;
    if (state.flowLevel > 0) throw state.fail('a block scalar cannot stand between brackets');
    dropKey(state);
    state.keyAllowed = true;
    state.tokens.push(scanBlockScalar(state));
  }

  /** Fetches what a simple key may begin with. */
  private fetchKeyPart(scan: (state: ScanState) => Token): void {
    const { state } = this;
    const key = saveKey(state);
    state.keyAllowed = false;
    this.append(scan(state), key);
  }

  private fetchFlowStart(kind: TokenKind): void {
    const { state } = this;
    const key = saveKey(state);
    state.keyAllowed = true;
    const token = this.fetchMark(kind, key);
    state.flowLevel++;
    const { at, line, column } = state.cursor;
    state.keys.push({ possible: false, required: false, at, line, column, token });
  }

  private fetchFlowEnd(kind: TokenKind): void {
    const { state } = this;
    dropKey(state);
    if (state.flowLevel > 0) {
      state.flowLevel--;
      const key = state.keys.pop();
      if (key !== undefined) forgetKey(key);
    }
    state.keyAllowed = false;
    this.fetchMark(kind);
  }

  private fetchEntry(): void {
    const { state } = this;
    if (state.flowLevel === 0) {
      if (!state.keyAllowed) throw state.fail('no entry of a sequence can begin here');
      openBlock(state, 'sequence-start');
    }
    dropKey(state);
    state.keyAllowed = true;
    this.fetchMark('entry');
  }

  private fetchKey(): void {
    const { state } = this;
    if (state.flowLevel === 0) {
      if (!state.keyAllowed) throw state.fail('no key can begin here');
      openBlock(state, 'mapping-start');
    }
    dropKey(state);
    state.keyAllowed = state.flowLevel === 0;
    this.fetchMark('key');
  }

  private fetchValue(): void {
    const { state } = this;
    const key = currentKey(state);
    if (isStillKey(state, key)) {
      const { token, at, column } = key;
      const place = token === undefined ? -1 : state.tokens.lastIndexOf(token);
      this.insert(place, mark('key', at, at, column));
      if (deepen(state, column)) this.insert(place, mark('mapping-start', at, at, column));
      forgetKey(key);
      state.keyAllowed = false;
    } else {
      if (state.flowLevel === 0) {
        if (!state.keyAllowed) throw state.fail('no value of a mapping can stand here');
        openBlock(state, 'mapping-start');
      }
      state.keyAllowed = state.flowLevel === 0;
    }
    this.fetchMark('value');
  }

  /** Appends the token of one character. */
  private fetchMark(kind: TokenKind, key = -1): Token {
    const { cursor } = this.state;
    const token = mark(kind, cursor.at, cursor.at + 1, cursor.column);
    cursor.skip();
    this.append(token, key);
    return token;
  }

  private append(token: Token, key: number): void {
    this.state.tokens.push(token);
    if (key < 0) return;
    currentKey(this.state).token = token;
    const own = token;
    own.simpleKey = key;
  }

  private insert(place: number, token: Token): void {
    const { tokens, head } = this.state;
    tokens.splice(Math.max(place, head), 0, token);
  }
}
