import type { Document, Span } from '../../document/tree.ts';

/** One line of a comment: its text after `#`, and the span of that text. */
export interface CommentLine extends Span {
  readonly text: string;
}

/** Where go-yaml v3 hangs comments on a node (its `HeadComment`, `LineComment`, `FootComment`), line by line, empty lines left out. Absent where there are none. */
export interface Comments {
  head?: CommentLine[];
  line?: CommentLine[];
  foot?: CommentLine[];
}

interface NodeBase {
  /** With its anchor and tag; a block collection without them starts at its first key or dash. */
  readonly start: number;
  readonly end: number;
  /** Column of `start`, from 0; of a block collection: that of its keys or dashes. */
  readonly column: number;
  /** Explicit tag in short form (`!!str`, `!Ref`), if any. */
  readonly tag?: string;
  readonly tagSpan?: Span;
  readonly anchor?: string;
  readonly anchorSpan?: Span;
  /** Stands inside a flow collection. */
  readonly inFlow: boolean;
  comments?: Comments;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** The scalar's content after folding and unescaping. */
  readonly value: string;
  /** Where the content token starts, behind anchor and tag; it ends at `end` (a block scalar: behind its last content line's break, or behind its header where it is empty). An empty plain scalar has start = end. */
  readonly contentStart: number;
}
export interface AliasNode extends NodeBase {
  readonly kind: 'alias';
  readonly name: string;
  readonly target: YamlNode;
}
export interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
}
export interface MappingNode extends NodeBase {
  readonly kind: 'mapping';
  readonly flow: boolean;
  readonly pairs: readonly { readonly key: YamlNode; readonly value: YamlNode }[];
}
/** The tree as go-yaml v3's `yaml.Node` sees it, with spans. */
export type YamlNode = ScalarNode | AliasNode | SequenceNode | MappingNode;

/** One document of a stream. */
export interface YamlStreamDocument {
  /** Where it starts: at its `---` or directives, or at the first byte of the stream (behind a BOM) for the first. */
  readonly start: number;
  /** Where its content may start: behind `---` where there is one. */
  readonly contentStart: number;
  /** Where the next document's `---` or this one's `...` starts, or the end of the stream. */
  readonly end: number;
  /** Undefined for an empty document. */
  readonly root: YamlNode | undefined;
  readonly comments?: Comments;
}

/** A YAML stream: the tree that sops walks, and beneath it the nodes that the text holds. `branches[i]` is seen in `stream[i]`. */
export interface YamlDocument extends Document {
  readonly stream: readonly YamlStreamDocument[];
}
