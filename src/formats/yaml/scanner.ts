import { code, isBlank, isBlankOrEnd, isBreak } from './cursor.ts';
import type { CommentLine } from './node.ts';
import { scanBlockScalar } from './scan-block.ts';
import { scanComments, scanLineComment } from './scan-comment.ts';
import { scanPlain } from './scan-plain.ts';
import { scanAnchor, scanDirective, scanTag } from './scan-property.ts';
import { scanQuoted } from './scan-quoted.ts';
import { ScanState } from './scan-state.ts';
import type { SimpleKey } from './scan-state.ts';
import { mark } from './token.ts';
import type { Token, TokenKind } from './token.ts';

/** How far behind its start a `:` may still make a simple key, in characters. */
const keyReach = 1024;
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
    const key = keys[tokens[head]?.simpleKey ?? -1];
    return key !== undefined && this.isStillKey(key);
  }

  private fetch(): void {
    const { state } = this;
    const { cursor } = state;
    const from = cursor.at;
    this.passToToken(from, cursor.line);
    this.closeBlocks(cursor.column, from);
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
      let unit = cursor.peek();
      while (unit === code.space || (unit === code.tab && (state.flowLevel > 0 || !state.keyAllowed))) {
        cursor.at++;
        unit = cursor.peek();
      }
      if (state.pending.length > 0 && !isBreak(unit)) this.raiseEntryComment();
      if (unit === code.hash) scanComments(state, from, line);
      if (cursor.takeBreak() === '') return;
      if (state.flowLevel === 0) state.keyAllowed = true;
    }
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
    this.closeBlocks(-1, this.state.cursor.at);
    this.dropKey();
    this.state.keyAllowed = false;
  }

  private fetchContent(unit: number): void {
    const { state } = this;
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
        this.dropKey();
        state.keyAllowed = true;
        this.fetchMark('flow-entry');
        return;
      case code.asterisk:
      case code.ampersand:
        return this.fetchKeyPart(scanAnchor);
      case code.exclamation:
        return this.fetchKeyPart(scanTag);
      case code.apostrophe:
      case code.quote:
        return this.fetchKeyPart(scanQuoted);
      default:
        return this.fetchOther(unit);
    }
  }

  private fetchOther(unit: number): void {
    const { state } = this;
    const next = state.cursor.peek(1);
    const inFlow = state.flowLevel > 0;
    if (unit === code.hyphen && isBlankOrEnd(next)) this.fetchEntry();
    else if (unit === code.question && (inFlow || isBlankOrEnd(next))) this.fetchKey();
    else if (unit === code.colon && (inFlow || isBlankOrEnd(next))) this.fetchValue();
    else if (!inFlow && (unit === code.bar || unit === code.greater)) this.fetchBlockScalar();
    else if (isBlank(unit) || '|>#%@`'.includes(String.fromCharCode(unit))) throw state.fail('no value can begin with the character here');
    else this.fetchKeyPart(scanPlain);
  }

  private fetchBlockScalar(): void {
    this.dropKey();
    this.state.keyAllowed = true;
    this.state.tokens.push(scanBlockScalar(this.state));
  }

  /** Fetches what a simple key may begin with. */
  private fetchKeyPart(scan: (state: ScanState) => Token): void {
    const { state } = this;
    const key = this.saveKey();
    state.keyAllowed = false;
    this.append(scan(state), key);
  }

  private fetchFlowStart(kind: TokenKind): void {
    const { state } = this;
    const key = this.saveKey();
    state.keyAllowed = true;
    const token = this.fetchMark(kind, key);
    state.flowLevel++;
    const { at, line, column } = state.cursor;
    state.keys.push({ possible: false, required: false, at, line, column, token });
  }

  private fetchFlowEnd(kind: TokenKind): void {
    const { state } = this;
    this.dropKey();
    if (state.flowLevel > 0) {
      state.flowLevel--;
      const key = state.keys.pop();
      if (key?.token !== undefined) key.token.simpleKey = -1;
    }
    state.keyAllowed = false;
    this.fetchMark(kind);
  }

  private fetchEntry(): void {
    const { state } = this;
    if (state.flowLevel === 0) {
      if (!state.keyAllowed) throw state.fail('no entry of a sequence can begin here');
      this.openBlock('sequence-start');
    }
    this.dropKey();
    state.keyAllowed = true;
    this.fetchMark('entry');
  }

  private fetchKey(): void {
    const { state } = this;
    if (state.flowLevel === 0) {
      if (!state.keyAllowed) throw state.fail('no key can begin here');
      this.openBlock('mapping-start');
    }
    this.dropKey();
    state.keyAllowed = state.flowLevel === 0;
    this.fetchMark('key');
  }

  private fetchValue(): void {
    const { state } = this;
    const key = this.currentKey();
    if (this.isStillKey(key)) {
      const { token, at, column } = key;
      const place = token === undefined ? -1 : state.tokens.lastIndexOf(token);
      this.insert(place, mark('key', at, at, column));
      if (this.deepen(column)) this.insert(place, mark('mapping-start', at, at, column));
      key.possible = false;
      if (token !== undefined) token.simpleKey = -1;
      state.keyAllowed = false;
    } else {
      if (state.flowLevel === 0) {
        if (!state.keyAllowed) throw state.fail('no value of a mapping can stand here');
        this.openBlock('mapping-start');
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
    const { state } = this;
    state.tokens.push(token);
    const simpleKey = state.keys[key];
    if (simpleKey === undefined) return;
    simpleKey.token = token;
    token.simpleKey = key;
  }

  private insert(place: number, token: Token): void {
    const { tokens, head } = this.state;
    tokens.splice(Math.max(place, head), 0, token);
  }

  /** Opens a block collection at this column, unless one is open there. */
  private openBlock(kind: TokenKind): void {
    const { at, column } = this.state.cursor;
    if (this.deepen(column)) this.state.tokens.push(mark(kind, at, at, column));
  }

  private deepen(column: number): boolean {
    const { state } = this;
    if (state.flowLevel > 0 || state.indent >= column) return false;
    state.indents.push(state.indent);
    state.indent = column;
    return true;
  }

  /** Closes the block collections that are indented more than `column`. Comments as deep as one stand before its end, so that they stay with it. */
  private closeBlocks(column: number, from: number): void {
    const { state } = this;
    if (state.flowLevel > 0) return;
    let end = from - 1;
    while (state.indent > column) {
      end = this.reachBack(end);
      state.tokens.push(mark('block-end', end, end, state.indent));
      state.indent = state.indents.pop() ?? -1;
    }
  }

  private reachBack(from: number): number {
    const { pending, indent } = this.state;
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

  /** Notes that a simple key may begin here; returns its index, -1 where none may. */
  private saveKey(): number {
    const { state } = this;
    if (!state.keyAllowed) return -1;
    this.dropKey();
    const key = this.currentKey();
    const { at, line, column } = state.cursor;
    key.possible = true;
    key.required = state.flowLevel === 0 && state.indent === column;
    key.at = at;
    key.line = line;
    key.column = column;
    key.token = undefined;
    return state.keys.length - 1;
  }

  private dropKey(): void {
    const key = this.currentKey();
    if (!key.possible) return;
    if (key.required) throw this.missingColon(key);
    key.possible = false;
    if (key.token !== undefined) key.token.simpleKey = -1;
  }

  private isStillKey(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { cursor } = this.state;
    if (key.line === cursor.line && (cursor.at - key.at <= keyReach || charactersBetween(cursor.source, key.at, cursor.at) <= keyReach))
      return true;
    if (key.required) throw this.missingColon(key);
    key.possible = false;
    return false;
  }

  private missingColon(key: SimpleKey): Error {
    return this.state.fail('a key must be followed by : on its line', key.at);
  }

  private currentKey(): SimpleKey {
    const key = this.state.keys.at(-1);
    if (key === undefined) throw new RangeError('there is a key for each flow level');
    return key;
  }
}

function charactersBetween(source: string, from: number, to: number): number {
  let count = to - from;
  for (let at = from; at < to; at++) if ((source.charCodeAt(at) & 0xfc00) === 0xdc00) count--;
  return count;
}
