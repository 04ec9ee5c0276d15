import type { ScalarType } from './scalar.ts';

/** A half-open range of UTF-16 offsets in {@link Document.source}. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span whose text one value or comment may take the place of. */
export interface Slot extends Span {
  /** It stands inside `[…]` or `{…}`. */
  readonly flow?: boolean;
  /** For block scalars and expanded aliases: the column of the key or dash that the value belongs to. */
  readonly indent?: number;
}

/** One file: the text exactly as read, and the tree of spans over it. */
export interface Document {
  readonly source: string;
  /** One mapping a document of the stream; formats with one document have one. */
  readonly branches: readonly Mapping[];
  /** What the reader should be told once: a value real sops cannot represent, say. */
  readonly notes: readonly Note[];
}

/** Something to tell about a place in a document; never holds a value. */
export interface Note {
  readonly span: Span;
  readonly message: string;
}

/** Any value. */
export type Node = Mapping | Sequence | Leaf | Null;

interface InText {
  /** Where the node stands; absent where it stands nowhere (made by a program, or seen through an alias). */
  readonly slot?: Slot;
  /** The node is reached through the alias at this slot: it stands elsewhere, and nothing below it has a slot. */
  readonly alias?: Slot;
}

/** Ordered entries, comments among them in walking order (that of real sops). */
export interface Mapping extends InText {
  readonly kind: 'mapping';
  readonly items: readonly (Entry | Comment)[];
}

/** Ordered values, comments among them. */
export interface Sequence extends InText {
  readonly kind: 'sequence';
  readonly items: readonly (Node | Comment)[];
}

/** A key and its value. */
export interface Entry {
  readonly kind: 'entry';
  readonly key: string;
  readonly value: Node;
  /** Where the key stands, with its quotes. */
  readonly keySpan?: Span;
}

/** A value the cipher and the MAC can see: its type and its canonical text, never a JavaScript number. */
export interface Leaf extends InText {
  readonly kind: 'leaf';
  readonly type: ScalarType;
  /** The bytes Go's sops takes into the MAC, as text: `31` for `0x1F`, `True`, shortest floats without exponent, RFC 3339 times. */
  readonly text: string;
  /** How the source spells it, where that differs from `text` and is a number, bool or time (not for strings). */
  readonly spelling?: string;
  /** For binary files: the value itself; `text` is empty then. */
  readonly bytes?: Uint8Array;
}

/** A comment, without its marker (`#`). */
export interface Comment {
  readonly kind: 'comment';
  readonly text: string;
  /** It stands behind a value on the same line (real sops: `Inline`). */
  readonly inline?: boolean;
  /** Real sops does not see it: it is neither walked nor printed there. Its text still must not leak. */
  readonly unseen?: boolean;
  /** Of what real sops does not see: it has a comment's marker all the same, so that ciphertext can stand there. */
  readonly marked?: boolean;
  /** For what real sops does not see: the key beside it whose value it is or was, so that the same selection rule holds for it. */
  readonly of?: string;
  /** The text after the marker. */
  readonly slot?: Slot;
}

/** A null: never encrypted, never in the MAC. */
export interface Null extends InText {
  readonly kind: 'null';
}
