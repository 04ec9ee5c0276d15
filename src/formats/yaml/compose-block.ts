import type { NodeReader, OpenMapping, OpenNode, OpenSequence } from './compose-node.ts';
import { endComments, liftFoot, setComments, setFoot, takeFoot } from './compose-node.ts';
import type { YamlNode } from './node.ts';
import type { Token, TokenKind } from './token.ts';

// The readers of collections call the reader of nodes themselves: a level of nesting costs two calls.

/** Reads a block sequence, indented more than what it stands in. */
export function readBlockSequence(reader: NodeReader, first: Token, begin: (node: OpenNode) => void): YamlNode {
  const { tokens } = reader;
  const items: YamlNode[] = [];
  const node = beginSequence(reader, first, items);
  begin(node);
  setStem(reader, node);
  let token = tokens.next();
  while (token.kind === 'entry') {
    const { end, column } = token;
    const { kind } = tokens.passEntry();
    items.push(kind === 'entry' || kind === 'block-end' ? reader.empty(end, column + 1) : reader.node('block'));
    token = tokens.peek();
  }
  if (token.kind !== 'block-end') throw reader.fail('an entry of the sequence, or its end, was expected here', token);
  tokens.skip();
  return endSequence(node);
}

/** Reads a sequence as deep as the key of its mapping. */
export function readEntries(reader: NodeReader, first: Token, begin: (node: OpenNode) => void): YamlNode {
  const { tokens } = reader;
  const items: YamlNode[] = [];
  const node = beginSequence(reader, first, items);
  begin(node);
  for (let token = first; token.kind === 'entry'; token = tokens.peek()) {
    const { end, column } = token;
    const { kind } = tokens.passEntry();
    items.push(kind === 'entry' || endsPart(kind) ? reader.empty(end, column + 1) : reader.node('block'));
  }
  return endSequence(node);
}

function beginSequence(reader: NodeReader, { start, column }: Token, items: YamlNode[]): OpenSequence {
  return { kind: 'sequence', start, end: start, column, inFlow: reader.flowDepth > 0, flow: false, items };
}

function endSequence(sequence: OpenSequence): YamlNode {
  const node = sequence;
  node.end = node.items.at(-1)?.end ?? node.end;
  return node;
}

/** Comments above a dash head the collection behind it. */
function setStem(reader: NodeReader, node: YamlNode): void {
  const head = reader.tokens.takeStem();
  if (head.length > 0) setComments(node, { head, line: [], foot: [] });
}

/** Reads a block mapping. */
export function readBlockMapping(reader: NodeReader, { start, column }: Token, begin: (node: OpenNode) => void): YamlNode {
  const { tokens } = reader;
  const pairs: { readonly key: YamlNode; readonly value: YamlNode }[] = [];
  const node: OpenMapping = { kind: 'mapping', start, end: start, column, inFlow: reader.flowDepth > 0, flow: false, pairs };
  begin(node);
  setStem(reader, node);
  let token = tokens.next();
  while (token.kind === 'key') {
    const key = endsPart(tokens.next().kind) ? emptyBehind(reader, token) : reader.node('value');
    dropFoot(key, pairs.at(-1)?.key);
    token = tokens.peek();
    const isBare = token.kind !== 'value' || endsPart(tokens.next().kind);
    const value = isBare ? emptyBehind(reader, token.kind === 'value' ? token : key) : reader.node('value');
    liftFoot(key, value);
    pairs.push(reader.pair(key, value));
    node.end = value.end;
    token = tokens.peek();
  }
  if (token.kind !== 'block-end') throw reader.fail('a key of the mapping, or its end, was expected here', token);
  endMapping(reader, node);
  return node;
}

/** Whether nothing is written between the token and the one before. */
const endsPart = (kind: TokenKind): boolean => kind === 'key' || kind === 'value' || kind === 'block-end';

const emptyBehind = (reader: NodeReader, { start, end, column }: Token | YamlNode): YamlNode => reader.empty(end, column + end - start);

/** A foot comment on a key that is not the first belongs to the key before. */
function dropFoot(key: YamlNode, previous: YamlNode | undefined): void {
  if (previous === undefined || key.comments?.foot === undefined) return;
  const foot = takeFoot(key);
  if (foot !== undefined) setFoot(previous, foot);
}

/** What follows the last value is a foot comment of its key. */
function endMapping(reader: NodeReader, node: OpenMapping): void {
  endComments(node, reader.tokens.take());
  reader.tokens.skip();
  const last = node.pairs.at(-1);
  if (last === undefined || node.comments?.foot === undefined) return;
  const foot = takeFoot(node);
  if (foot !== undefined) setFoot(last.key, foot);
}
