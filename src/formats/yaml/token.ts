/** What a token is, in the terms of the YAML 1.1 grammar. */
export type TokenKind =
  | 'stream-start'
  | 'stream-end'
  | 'version'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'sequence-start'
  | 'mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/** One token, with its span. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly column: number;
  /** A scalar's content, an anchor's or alias's name, a tag's or directive's handle. */
  readonly value: string;
  /** What follows a tag's handle, or a directive's prefix. */
  readonly suffix: string;
  readonly style: ScalarStyle;
  /** Index of the simple key that this token may turn out to start, else -1. */
  simpleKey: number;
}

/** A token without content. */
export function mark(kind: TokenKind, start: number, end: number, column: number): Token {
  return { kind, start, end, column, value: '', suffix: '', style: 'plain', simpleKey: -1 };
}

/** A token with a word of content. */
export function word(kind: TokenKind, [start, end, column]: readonly [number, number, number], value: string, suffix = ''): Token {
  return { kind, start, end, column, value, suffix, style: 'plain', simpleKey: -1 };
}

/** A scalar token. */
export function scalar(style: ScalarStyle, value: string, [start, end]: readonly [number, number], column: number): Token {
  return { kind: 'scalar', start, end, column, value, suffix: '', style, simpleKey: -1 };
}
