import type { NodeReader, OpenMapping, OpenNode } from './compose-node.ts';
import { endComments, liftFoot, setComments } from './compose-node.ts';
import type { YamlNode } from './node.ts';
import type { Token, TokenKind } from './token.ts';

type Pair = { readonly key: YamlNode; readonly value: YamlNode };

/** Reads `[…]`. */
export function readFlowSequence(reader: NodeReader, { start, column }: Token, begin: (node: OpenNode) => OpenNode): YamlNode {
  const items: YamlNode[] = [];
  const node = { kind: 'sequence' as const, start, end: start, column, inFlow: reader.flowDepth > 0, flow: true, items };
  begin(node);
  node.end = readFlow(reader, node, 'flow-sequence-end', (token) => {
    items.push(token.kind === 'key' ? reader.nested(token, () => readSinglePair(reader, token)) : reader.node('flow'));
  });
  return node;
}

/** Reads `{…}`. */
export function readFlowMapping(reader: NodeReader, { start, column }: Token, begin: (node: OpenNode) => OpenNode): YamlNode {
  const pairs: Pair[] = [];
  const node = { kind: 'mapping' as const, start, end: start, column, inFlow: reader.flowDepth > 0, flow: true, pairs };
  begin(node);
  node.end = readFlow(reader, node, 'flow-mapping-end', (token) => pairs.push(readFlowPair(reader, token)));
  return node;
}

/** Reads what stands between brackets, item by item; returns where the closing one ends. */
function readFlow(reader: NodeReader, node: YamlNode, end: TokenKind, readItem: (token: Token) => void): number {
  const { tokens } = reader;
  const heading = tokens.take();
  if (heading !== undefined) setComments(node, { head: heading.head, line: [], foot: [] });
  reader.flowDepth++;
  let token = tokens.next();
  for (let first = true; token.kind !== end; first = false) {
    if (!first) {
      if (token.kind !== 'flow-entry') throw reader.fail('a comma or the closing bracket was expected here', token);
      token = tokens.next();
      if (token.kind === end) break;
    }
    readItem(token);
    token = tokens.peek();
  }
  reader.flowDepth--;
  endComments(node, tokens.take());
  tokens.skip();
  return token.end;
}

/** Reads `key: value` between brackets: a mapping of its own. */
function readSinglePair(reader: NodeReader, first: Token): YamlNode {
  const { tokens } = reader;
  const { start, column } = first;
  let token = tokens.next();
  let key: YamlNode;
  if (token.kind === 'value' || token.kind === 'flow-entry' || token.kind === 'flow-sequence-end') {
    // go-yaml passes over the token here; what follows is an error, or else reads as it does there.
    key = reader.empty(token.end, token.column + 1);
    tokens.skip();
  } else key = reader.node('flow');
  token = tokens.peek();
  const value = readFlowValue(reader, token, 'flow-sequence-end');
  liftFoot(key, value);
  tokens.peek();
  const node: OpenMapping = {
    kind: 'mapping',
    start,
    end: Math.max(key.end, value.end),
    column,
    inFlow: true,
    flow: true,
    pairs: [reader.pair(key, value)],
  };
  return node;
}

function readFlowPair(reader: NodeReader, first: Token): Pair {
  const { tokens } = reader;
  let token = first;
  let key: YamlNode;
  let value: YamlNode;
  if (token.kind === 'key') {
    token = tokens.next();
    const isEmpty = token.kind === 'value' || token.kind === 'flow-entry' || token.kind === 'flow-mapping-end';
    key = isEmpty ? reader.empty(token.start, token.column) : reader.node('flow');
    value = readFlowValue(reader, tokens.peek(), 'flow-mapping-end');
  } else {
    key = reader.node('flow');
    const next = tokens.peek();
    value = reader.empty(next.start, next.column);
  }
  liftFoot(key, value);
  return reader.pair(key, value);
}

function readFlowValue(reader: NodeReader, first: Token, end: TokenKind): YamlNode {
  if (first.kind !== 'value') return reader.empty(first.start, first.column);
  const token = reader.tokens.next();
  return token.kind === 'flow-entry' || token.kind === end ? reader.empty(first.end, first.column + 1) : reader.node('flow');
}
