import type { NodeReader, OpenMapping, OpenNode, OpenSequence } from './compose-node.ts';
import { endComments, liftFoot, setComments } from './compose-node.ts';
import type { YamlNode } from './node.ts';
import type { Token, TokenKind } from './token.ts';

/** Reads `[…]`. */
export function readFlowSequence(reader: NodeReader, { start, column }: Token, begin: (node: OpenNode) => void): YamlNode {
  const items: YamlNode[] = [];
  const node: OpenSequence = { kind: 'sequence', start, end: start, column, inFlow: reader.flowDepth > 0, flow: true, items };
  begin(node);
  let token = openBracket(reader, node);
  while (token.kind !== 'flow-sequence-end') {
    items.push(token.kind === 'key' ? readSinglePair(reader, token) : reader.node('flow'));
    token = passComma(reader, 'flow-sequence-end');
  }
  return closeBracket(reader, node, token);
}

/** Reads `{…}`. */
export function readFlowMapping(reader: NodeReader, { start, column }: Token, begin: (node: OpenNode) => void): YamlNode {
  const { tokens } = reader;
  const pairs: { readonly key: YamlNode; readonly value: YamlNode }[] = [];
  const node: OpenMapping = { kind: 'mapping', start, end: start, column, inFlow: reader.flowDepth > 0, flow: true, pairs };
  begin(node);
  let token = openBracket(reader, node);
  while (token.kind !== 'flow-mapping-end') {
    const hasSign = token.kind === 'key';
    if (hasSign) token = tokens.next();
    const isEmpty = hasSign && endsKey(token.kind, 'flow-mapping-end');
    const key = isEmpty ? emptyAt(reader, token) : reader.node('flow');
    token = tokens.peek();
    const value = hasSign && passColon(reader, token, 'flow-mapping-end') ? reader.node('flow') : emptyAt(reader, token);
    liftFoot(key, value);
    pairs.push(reader.pair(key, value));
    token = passComma(reader, 'flow-mapping-end');
  }
  return closeBracket(reader, node, token);
}

function openBracket(reader: NodeReader, node: YamlNode): Token {
  const heading = reader.tokens.take();
  if (heading !== undefined) setComments(node, { head: heading.head, line: [], foot: [] });
  reader.flowDepth++;
  return reader.tokens.next();
}

/** Passes the comma behind an item. */
function passComma(reader: NodeReader, end: TokenKind): Token {
  const token = reader.tokens.peek();
  if (token.kind === end) return token;
  if (token.kind !== 'flow-entry') throw reader.fail('a comma or the closing bracket was expected here', token);
  return reader.tokens.next();
}

function closeBracket(reader: NodeReader, node: OpenSequence | OpenMapping, { end }: Token): YamlNode {
  const closed = node;
  reader.flowDepth--;
  endComments(closed, reader.tokens.take());
  reader.tokens.skip();
  closed.end = end;
  return closed;
}

/** Reads `key: value` between brackets: a mapping of its own. */
function readSinglePair(reader: NodeReader, first: Token): YamlNode {
  const { tokens } = reader;
  const { start, column } = first;
  reader.deepen(first);
  let token = tokens.next();
  const isEmpty = endsKey(token.kind, 'flow-sequence-end');
  const key = isEmpty ? reader.empty(token.end, token.column + 1) : reader.node('flow');
  // Where there is no key, go-yaml passes over the token; what follows is an error, or else reads as it does there.
  if (isEmpty) tokens.skip();
  token = tokens.peek();
  const value = passColon(reader, token, 'flow-sequence-end') ? reader.node('flow') : emptyAt(reader, token);
  liftFoot(key, value);
  tokens.peek();
  reader.deepen(first, -1);
  const pairs = [reader.pair(key, value)];
  return { kind: 'mapping', start, end: Math.max(key.end, value.end), column, inFlow: true, flow: true, pairs };
}

const endsKey = (kind: TokenKind, end: TokenKind): boolean => kind === 'value' || kind === 'flow-entry' || kind === end;

/** Passes the colon, if the token is one; whether a value follows. */
function passColon({ tokens }: NodeReader, token: Token, end: TokenKind): boolean {
  if (token.kind !== 'value') return false;
  const { kind } = tokens.next();
  return kind !== 'flow-entry' && kind !== end;
}

const emptyAt = (reader: NodeReader, { kind, start, end, column }: Token): YamlNode =>
  kind === 'value' ? reader.empty(end, column + 1) : reader.empty(start, column);
