import type { Edit } from '../document/splice.ts';
import type { Comment, Document, Leaf, Mapping, Node } from '../document/tree.ts';
import type { TreePath } from '../document/path.ts';

/** The names of the formats real sops knows. */
export type FormatName = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary';

/** Where the `sops` record stands: nested under one key, one flat section, or prefixed keys among the others. */
export type MetadataShape = 'nested' | 'section' | 'prefixed';

/** What `.sops.yaml`'s `stores` block can set; undefined: as real sops does for a fresh file, or as the document itself does. */
export interface PrintOptions {
  /** Spaces; -1 is one tab (JSON). */
  readonly indent?: number;
  /** In `attach`: an empty line before the metadata where a comment stands there, if the format has use for it. */
  readonly apart?: boolean;
}

/** A slot in the text: a leaf, a comment, or any node reached through an alias. */
export type Slotted = Node | Comment;

/**
 * How one format reads, writes and edits: stateless, synchronous, one object a format.
 *
 * Encryption asks `seal` for an edit a value, `attach`es the metadata and splices; decryption asks `open` for an edit a value, `detach`es and splices.
 * The style of what stood in the text travels with the ciphertext, so that `open` after `seal` gives back the source wherever the format can carry it.
 */
export interface Format {
  /** What `--input-type` calls it: a {@link FormatName}, or the name of a format that real sops does not know. */
  readonly name: string;
  /** Of file names, with the dot; the first format that has a file's ending takes it. */
  readonly extensions: readonly string[];
  readonly shape: MetadataShape;

  /** Only in formats whose plain form is no text (binary): its bytes to a tree and back. `parse` and `print` are then of the encrypted form, which is text. */
  readonly raw?: {
    parse(bytes: Uint8Array): Document;
    /** Throws `UNPRINTABLE_DOCUMENT`. */
    print(branches: readonly Mapping[]): Uint8Array;
  };

  /** Text to tree. What real sops accepts is accepted, with the same leaves, comments, types and order. Throws `MALFORMED_DOCUMENT` with a position. */
  parse(source: string): Document;

  /** The indentation a text was printed with, where that shows: `print` with it gives the text back if real sops wrote it. */
  indentOf?(document: Document): number | undefined;

  /** A fresh file, byte for byte as real sops's `EmitPlainFile`. Throws `UNPRINTABLE_DOCUMENT`. */
  print(branches: readonly Mapping[], options: PrintOptions): string;
  /** Only in formats where what is printed last has a say in what is before it: a fresh encrypted file, byte for byte as real sops's `EmitEncryptedFile`. */
  printSealed?(branches: readonly Mapping[], record: Mapping, options: PrintOptions): string;
  /** Only in formats whose printer has no room for some comments: those of these branches that it would leave out. */
  lostComments?(branches: readonly Mapping[]): readonly string[];
  /** One value alone, byte for byte as real sops's `EmitValue` (what `--extract` shows). */
  printValue(node: Node, options: PrintOptions): string;
  /** What a new file starts from in the editor: real sops's `EmitExample`. */
  readonly example: string;

  /**
   * Puts ciphertext in the place of `slotted`. `sealed` is the same leaf or comment, the leaf a `str` whose text is `ENC[…]`, the comment's text likewise.
   */
  seal(document: Document, slotted: Slotted, sealed: Slotted): Edit;
  /** Only in formats with aliases: puts a sealed subtree in the place of the alias that it is seen through (or of `node.slot`, for want of one). */
  expand?(document: Document, node: Node, sealed: Node): readonly Edit[];
  /**
   * Puts plaintext in the place of the ciphertext `slotted`, spelled as its style there asks; `opened.spelling`, if set, is printed as it is, else what real sops prints for `opened`.
   * A list item may turn out to be a comment (real sops seals comments in lists so): throws `UNSUPPORTED` where that cannot be spliced.
   */
  open(document: Document, slotted: Leaf | Comment, opened: Leaf | Comment): Edit;

  /** Edits that take the metadata out of every branch, leaving no trace (its lines go whole). */
  detach(document: Document): readonly Edit[];
  /**
   * The sealed text with the metadata put in (YAML: into every document).
   * `record` is in this format's shape: nested, flat, or flat with `sops_` prefixes. A text without a final newline stays one.
   * @param previous the encrypted document this one succeeds: its metadata's place and style are kept where they can be
   */
  attach(sealed: string, record: Mapping, options: PrintOptions, previous?: Document): string;
  /** Edits that turn the metadata of an encrypted document into `record`, touching only the entries that differ. */
  amend(document: Document, record: Mapping): readonly Edit[];

  /** Edits that set `path` to `value` in the style of its neighbours, making what is missing, as real sops's `Set`. Throws `PATH_NOT_FOUND`, `UNSUPPORTED`. */
  set(document: Document, path: TreePath, value: Node): readonly Edit[];
  /** Edits that remove `path` and its lines. Throws `PATH_NOT_FOUND`. */
  unset(document: Document, path: TreePath): readonly Edit[];
  /**
   * Only in formats that know better than to set anew and unset: edits that move what stands at `from` to `to`, where nothing stands, as it is spelled and with the comments directly
   * above; beside its siblings it keeps its place. Throws `UNSUPPORTED` where that cannot be spliced.
   */
  move?(document: Document, from: TreePath, to: TreePath): readonly Edit[];
}
