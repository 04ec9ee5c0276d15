import type { Document, Entry, Mapping, Node, Note, Sequence, Span } from '../../document/tree.ts';
import { deepest } from './depth.ts';
import { malformed } from './malformed.ts';
import { readNumber } from './number.ts';
import { readString } from './string.ts';

interface MappingFrame {
  readonly kind: 'mapping';
  readonly start: number;
  readonly items: Entry[];
  /** The key whose value comes next. */
  key: string;
  keySpan: Span;
}

interface SequenceFrame {
  readonly kind: 'sequence';
  readonly start: number;
  readonly items: Node[];
}

type Frame = MappingFrame | SequenceFrame;

const nowhere: Span = { start: 0, end: 0 };

const Char = {
  tab: 9,
  newline: 10,
  return: 13,
  space: 32,
  quote: 34,
  comma: 44,
  colon: 58,
  openBracket: 91,
  closeBracket: 93,
  f: 102,
  n: 110,
  t: 116,
  openBrace: 123,
  closeBrace: 125,
  byteOrderMark: 0xfeff,
} as const;

/** One pass over the text with a stack of its own, so that depth costs no call. */
class Scanner {
  readonly #source: string;
  readonly #notes: Note[] = [];
  readonly #stack: Frame[] = [];
  #at: number;

  constructor(source: string) {
    this.#source = source;
    this.#at = source.charCodeAt(0) === Char.byteOrderMark ? 1 : 0;
  }

  document(): Document {
    const first = this.#skipSpace();
    if (Number.isNaN(first)) throw malformed(this.#source, this.#at, 'expected a JSON object, found nothing');
    if (first !== Char.openBrace) {
      throw malformed(this.#source, this.#at, 'the top level must be an object, in braces: put the value under a key');
    }
    const top = this.#topLevel();
    this.#noteRest();
    return { source: this.#source, branches: [top], notes: this.#notes };
  }

  #topLevel(): Mapping {
    let node = this.#value(Char.openBrace);
    for (;;) {
      while (node === undefined) node = this.#member();
      const frame = this.#stack.at(-1);
      if (frame === undefined) {
        if (node.kind === 'mapping') return node;
        throw malformed(this.#source, this.#at, 'the top level must be an object');
      }
      place(frame, node);
      node = this.#afterValue(frame);
    }
  }

  /** The next value in the innermost collection, with its key; undefined where a collection opens. */
  #member(): Node | undefined {
    const frame = this.#stack.at(-1);
    if (frame?.kind === 'mapping') this.#key(frame);
    return this.#value(this.#skipSpace());
  }

  #key(frame: MappingFrame): void {
    if (this.#skipSpace() !== Char.quote) throw this.#expected('a key in double quotes');
    const start = this.#at;
    const { text, end } = readString(this.#source, start);
    this.#at = end;
    if (this.#skipSpace() !== Char.colon) throw this.#expected('a colon after the key');
    this.#at += 1;
    frame.key = text;
    frame.keySpan = { start, end };
  }

  /** Reads the value that starts with `char`; undefined where it is a collection with something in it, which is then the innermost one. */
  #value(char: number): Node | undefined {
    const start = this.#at;
    switch (char) {
      case Char.quote: {
        const { text, end } = readString(this.#source, start);
        this.#at = end;
        return { kind: 'leaf', type: 'str', text, slot: { start, end } };
      }
      case Char.openBrace:
        return this.#open({ kind: 'mapping', start, items: [], key: '', keySpan: nowhere }, Char.closeBrace);
      case Char.openBracket:
        return this.#open({ kind: 'sequence', start, items: [] }, Char.closeBracket);
      case Char.t:
        return { kind: 'leaf', type: 'bool', text: 'True', slot: this.#word('true') };
      case Char.f:
        return { kind: 'leaf', type: 'bool', text: 'False', slot: this.#word('false') };
      case Char.n:
        return { kind: 'null', slot: this.#word('null') };
      default: {
        const { leaf, note } = readNumber(this.#source, start);
        this.#at = leaf.slot.end;
        if (note !== undefined) this.#notes.push(note);
        return leaf;
      }
    }
  }

  #open(frame: Frame, closing: number): Node | undefined {
    if (this.#stack.length >= deepest) throw malformed(this.#source, this.#at, `nested more than ${deepest} deep`);
    this.#at += 1;
    if (this.#skipSpace() === closing) return this.#close(frame);
    this.#stack.push(frame);
    return undefined;
  }

  /** The collection that ends behind the value just placed; undefined where a comma says that more comes. */
  #afterValue(frame: Frame): Node | undefined {
    const char = this.#skipSpace();
    if (char === Char.comma) {
      this.#at += 1;
      return undefined;
    }
    const isMapping = frame.kind === 'mapping';
    if (char !== (isMapping ? Char.closeBrace : Char.closeBracket)) {
      throw this.#expected(isMapping ? 'a comma or a closing brace' : 'a comma or a closing bracket');
    }
    this.#stack.pop();
    return this.#close(frame);
  }

  #close(frame: Frame): Mapping | Sequence {
    this.#at += 1;
    const slot = { start: frame.start, end: this.#at };
    return frame.kind === 'mapping' ? { kind: 'mapping', items: frame.items, slot } : { kind: 'sequence', items: frame.items, slot };
  }

  #word(word: string): Span {
    const start = this.#at;
    if (!this.#source.startsWith(word, start)) throw this.#expected('a value');
    this.#at += word.length;
    return { start, end: this.#at };
  }

  /** Moves to the next character that is not white space, and answers it; NaN at the end. */
  #skipSpace(): number {
    for (;;) {
      const char = this.#source.charCodeAt(this.#at);
      if (char !== Char.space && char !== Char.newline && char !== Char.return && char !== Char.tab) return char;
      this.#at += 1;
    }
  }

  #expected(what: string): Error {
    return malformed(
      this.#source,
      this.#at,
      this.#at >= this.#source.length ? `the text ends where ${what} was expected` : `expected ${what}`,
    );
  }

  /** Real sops stops reading behind the top-level object. */
  #noteRest(): void {
    if (Number.isNaN(this.#skipSpace())) return;
    this.#notes.push({
      span: { start: this.#at, end: this.#source.length },
      message: 'what follows the top-level object is not part of the document: real sops drops it',
    });
  }
}

function place(frame: Frame, node: Node): void {
  if (frame.kind === 'mapping') frame.items.push({ kind: 'entry', key: frame.key, value: node, keySpan: frame.keySpan });
  else frame.items.push(node);
}

/**
 * Scans JSON text as real sops does (its `stores/json`, on Go's token decoder): keys may repeat, and text behind the top-level object is let pass with a note. A byte order mark is
 * let pass. Where real sops takes a text that breaks off in the middle for a shorter one, this refuses it.
 * Throws `MALFORMED_DOCUMENT` with a position.
 */
export function parse(source: string): Document {
  return new Scanner(source).document();
}
