import type { SopsError } from '../../errors.ts';
import type { CommentLine, MappingNode, ScalarNode, SequenceNode, YamlNode } from './node.ts';
import { commentsOf } from './token-stream.ts';
import type { GatheredComments, TokenStream } from './token-stream.ts';
import type { Token } from './token.ts';

type Open<T> = { -readonly [K in keyof T]: T[K] };

/** A node that is still being read. */
export type OpenNode = Open<ScalarNode> | OpenSequence | OpenMapping;
export type OpenSequence = Open<SequenceNode>;
export type OpenMapping = Open<MappingNode>;

/** Where a node may stand; `value`: in a block mapping, where a sequence needs no indentation. */
export type Place = 'block' | 'value' | 'flow';

/** What the readers of collections need of the composer. */
export interface NodeReader {
  readonly tokens: TokenStream;
  /** How many flow collections are open. */
  flowDepth: number;
  node(place: Place): YamlNode;
  /** The null that stands where nothing is written. */
  empty(at: number, column: number): YamlNode;
  /** Goes a level deeper, or (by -1) back; a level too deep is an error. */
  deepen(token: Token, by?: number): void;
  pair(key: YamlNode, value: YamlNode): { readonly key: YamlNode; readonly value: YamlNode };
  fail(message: string, token: Token): SopsError;
}

/** Reads a collection from its first token on; `begin` gives it its anchor and tag, before its content can name the anchor. */
export type CollectionReader = (reader: NodeReader, token: Token, begin: (node: OpenNode) => void) => YamlNode;

/** Hangs gathered comments on a node. */
export function setComments(node: YamlNode, { head, line, foot }: GatheredComments): void {
  const comments = commentsOf(head, line, foot);
  if (comments !== undefined) node.comments = comments;
}

/** Adds what was gathered at a collection's end; comments that would head the end are heard of no more. */
export function endComments(node: YamlNode, gathered: GatheredComments | undefined): void {
  const comments = gathered && commentsOf([], gathered.line, gathered.foot);
  if (comments !== undefined) node.comments = { ...node.comments, ...comments };
}

/** Takes the foot comment off a node. */
export function takeFoot({ comments }: YamlNode): CommentLine[] | undefined {
  const foot = comments?.foot;
  if (comments !== undefined) delete comments.foot;
  return foot;
}

/** Puts a foot comment under a node, in place of any it had. */
export function setFoot(node: YamlNode, foot: CommentLine[]): void {
  if (node.comments === undefined) node.comments = { foot };
  else node.comments.foot = foot;
}

/** A value's foot comment is its key's, if that has none. */
export function liftFoot(key: YamlNode, value: YamlNode): void {
  if (value.comments?.foot === undefined || key.comments?.foot !== undefined) return;
  const foot = takeFoot(value);
  if (foot !== undefined) setFoot(key, foot);
}
