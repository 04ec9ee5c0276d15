import type { NodeReader, OpenMapping, OpenNode, OpenSequence } from './compose-node.ts';
import { endComments, liftFoot, setComments, setFoot, takeFoot } from './compose-node.ts';
import type { YamlNode } from './node.ts';
import type { Token } from './token.ts';

/** Reads a block sequence, indented more than what it stands in. */
export function readBlockSequence(reader: NodeReader, first: Token, begin: (node: OpenNode) => OpenNode): YamlNode {
  const node = beginSequence(reader, first, begin);
  let token = reader.tokens.next();
  while (token.kind === 'entry') {
    const next = reader.tokens.passEntry();
    takeEntry(reader, node, token, next.kind === 'entry' || next.kind === 'block-end');
    token = reader.tokens.peek();
  }
  if (token.kind !== 'block-end') throw reader.fail('an entry of the sequence, or its end, was expected here', token);
  reader.tokens.skip();
  return node;
}

/** Reads a sequence as deep as the key of its mapping. */
export function readEntries(reader: NodeReader, first: Token, begin: (node: OpenNode) => OpenNode): YamlNode {
  const node = beginSequence(reader, first, begin);
  for (let token = first; token.kind === 'entry'; token = reader.tokens.peek()) {
    const { kind } = reader.tokens.passEntry();
    takeEntry(reader, node, token, kind === 'entry' || kind === 'key' || kind === 'value' || kind === 'block-end');
  }
  return node;
}

function beginSequence(
  reader: NodeReader,
  { kind, start, column }: Token,
  begin: (node: OpenNode) => OpenNode,
): OpenSequence & { items: YamlNode[] } {
  const inFlow = reader.flowDepth > 0;
  const node = { kind: 'sequence' as const, start, end: start, column, inFlow, flow: false, items: [] };
  begin(node);
  if (kind === 'sequence-start') setStem(reader, node);
  return node;
}

/** Comments above a dash head the collection behind it. */
function setStem(reader: NodeReader, node: YamlNode): void {
  const head = reader.tokens.takeStem();
  if (head.length > 0) setComments(node, { head, line: [], foot: [] });
}

function takeEntry(reader: NodeReader, sequence: OpenSequence & { items: YamlNode[] }, dash: Token, isEmpty: boolean): void {
  const item = isEmpty ? reader.empty(dash.end, dash.column + 1) : reader.node('block');
  sequence.items.push(item);
  sequence.end = item.end;
}

/** Reads a block mapping. */
export function readBlockMapping(reader: NodeReader, { start, column }: Token, begin: (node: OpenNode) => OpenNode): YamlNode {
  const { tokens } = reader;
  const pairs: { readonly key: YamlNode; readonly value: YamlNode }[] = [];
  const node: OpenMapping = { kind: 'mapping', start, end: start, column, inFlow: reader.flowDepth > 0, flow: false, pairs };
  begin(node);
  setStem(reader, node);
  let token = tokens.next();
  while (token.kind === 'key') {
    const key = readPart(reader, token);
    dropFoot(key, pairs.at(-1)?.key);
    token = tokens.peek();
    const value = token.kind === 'value' ? readPart(reader, token) : reader.empty(key.end, key.column + key.end - key.start);
    liftFoot(key, value);
    pairs.push(reader.pair(key, value));
    node.end = value.end;
    token = tokens.peek();
  }
  if (token.kind !== 'block-end') throw reader.fail('a key of the mapping, or its end, was expected here', token);
  endMapping(reader, node);
  return node;
}

/** Reads the key behind `?` (or none, for a key that its `:` gave away) or the value behind `:`. */
function readPart(reader: NodeReader, { end, start, column }: Token): YamlNode {
  const { kind } = reader.tokens.next();
  const isEmpty = kind === 'key' || kind === 'value' || kind === 'block-end';
  return isEmpty ? reader.empty(end, column + end - start) : reader.node('value');
}

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
