import type { SopsError } from '../../errors.ts';
import type { Span } from '../../document/tree.ts';
import { malformed } from './malformed.ts';
import { readBlockMapping, readBlockSequence, readEntries } from './compose-block.ts';
import { readFlowMapping, readFlowSequence } from './compose-flow.ts';
import type { CollectionReader, NodeReader, OpenNode, Place } from './compose-node.ts';
import { setComments } from './compose-node.ts';
import type { CommentLine, YamlNode, YamlStreamDocument } from './node.ts';
import type { CommentText } from './scan-state.ts';
import { isMergeKey, Tags } from './tags.ts';
import { commentsOf, TokenStream } from './token-stream.ts';
import type { Token, TokenKind } from './token.ts';

/**
 * How deep collections may nest. go-yaml allows 10,000, on stacks that grow; what reads and walks the tree here does so by calls, and half of Node's usual
 * stack bears this many.
 */
export const deepest = 500;

/** A document of the stream, and whether reading it as Go values may expand it: it has aliases or merge keys. */
export interface ComposedDocument extends YamlStreamDocument {
  readonly expands: boolean;
}

/** A stream as go-yaml v3 composes it. */
export interface ComposedStream {
  readonly documents: readonly ComposedDocument[];
  /** Every line of comment in the text, in order. */
  readonly commentLines: readonly CommentLine[];
}

/** Reads a text into nodes with spans and go-yaml's comments. Throws `MALFORMED_DOCUMENT`. */
export function compose(source: string): ComposedStream {
  return new Composer(source).stream();
}

/** What stands before a node's content. */
interface Properties extends Span {
  readonly column: number;
  readonly tag: string | undefined;
  readonly tagSpan: Span | undefined;
  readonly anchor: string | undefined;
  readonly anchorSpan: Span | undefined;
}

class Composer implements NodeReader {
  readonly tokens: TokenStream;
  flowDepth = 0;
  private readonly source: string;
  /** Behind the byte order mark. */
  private readonly textStart: number;
  private readonly anchors = new Map<string, YamlNode>();
  private tags = new Tags();
  private depth = 0;
  private expands = false;

  constructor(source: string) {
    this.source = source;
    this.textStart = source.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.tokens = new TokenStream(source);
  }

  stream(): ComposedStream {
    const { tokens } = this;
    tokens.peek();
    let token = tokens.next();
    const documents: ComposedDocument[] = [];
    while (token.kind !== 'stream-end') {
      documents.push(this.document(token, documents.length === 0));
      token = tokens.peek();
      while (token.kind === 'document-end') token = tokens.next();
    }
    return { documents, commentLines: tokens.commentLines };
  }

  private document(first: Token, isFirst: boolean): ComposedDocument {
    const { tokens } = this;
    this.tags = new Tags();
    this.expands = false;
    const start = isFirst ? this.textStart : first.start;
    const implicit = isFirst && !startsDocument(first);
    const title = implicit ? tokens.takeTitle() : [];
    const contentStart = implicit ? start : this.passHeader(first);
    const root = !implicit && endsDocument(tokens.peek()) ? undefined : this.node('block');
    const token = tokens.peek();
    const end = token.kind === 'stream-end' ? this.source.length : token.start;
    const comments = commentsOf(title, [], this.endDocument(token));
    return { start, contentStart, end, root, expands: this.expands, ...(comments && { comments }) };
  }

  /** Takes the document's foot comment: what would head its end, if it has no other. */
  private endDocument(token: Token): CommentText {
    if (token.kind === 'document-end') this.tokens.skip();
    const rest = this.tokens.take();
    if (rest === undefined) return [];
    return rest.foot.length > 0 ? rest.foot : rest.head;
  }

  /** Reads directives and `---`; returns where the latter ends. */
  private passHeader(first: Token): number {
    let token = first;
    let versioned = false;
    for (; token.kind === 'version' || token.kind === 'tag-directive'; token = this.tokens.next()) {
      if (token.kind === 'version') {
        if (versioned) throw this.fail('a document has two %YAML directives', token);
        if (token.value !== '1.1') throw this.fail('the %YAML directive names another version than 1.1', token);
        versioned = true;
      } else if (!this.tags.declare(token.value, token.suffix)) throw this.fail('two %TAG directives have the same handle', token);
    }
    if (token.kind !== 'document-start') throw this.fail('a document must begin with --- here', token);
    this.tokens.skip();
    return token.end;
  }

  node(place: Place): YamlNode {
    const first = this.tokens.peek();
    if (first.kind === 'alias') return this.alias(first);
    const properties = first.kind === 'anchor' || first.kind === 'tag' ? this.properties(first) : undefined;
    const token = properties === undefined ? first : this.tokens.peek();
    if (token.kind === 'scalar') return this.scalar(token, properties);
    const read = collectionReader(token.kind, place);
    if (read !== undefined) {
      this.deepen(token);
      const node = read(this, token, this.beginner(properties));
      this.depth--;
      return node;
    }
    if (properties === undefined) throw this.fail('a value is missing here', token);
    return this.withProperties(this.empty(properties.end, properties.column + properties.end - properties.start), properties);
  }

  /** Gives a collection its anchor before its content can name it. */
  private beginner(properties: Properties | undefined): (node: OpenNode) => void {
    return (node) => {
      if (properties !== undefined) this.withProperties(node, properties);
    };
  }

  deepen(token: Token, by = 1): void {
    this.depth += by;
    if (this.depth > deepest) throw this.fail(`collections nest deeper than ${deepest}`, token);
  }

  private alias(token: Token): YamlNode {
    const target = this.anchors.get(token.value);
    if (target === undefined) throw this.fail('an alias names an anchor that does not stand above it', token);
    this.expands = true;
    const { start, end, column, value: name } = token;
    const node: YamlNode = { kind: 'alias', start, end, column, inFlow: this.flowDepth > 0, name, target };
    this.gather(node);
    this.tokens.skip();
    return node;
  }

  private properties(first: Token): Properties {
    let tag: Token | undefined;
    let anchor: Token | undefined;
    let token = first;
    let { end } = first;
    while ((token.kind === 'tag' && tag === undefined) || (token.kind === 'anchor' && anchor === undefined)) {
      if (token.kind === 'tag') tag = token;
      else anchor = token;
      ({ end } = token);
      token = this.tokens.next();
    }
    const name = tag === undefined ? undefined : this.tags.resolve(tag.value, tag.suffix);
    if (tag !== undefined && name === undefined) throw this.fail('a tag has a handle that no %TAG directive declares', tag);
    const { start, column } = first;
    return { start, end, column, tag: name, tagSpan: spanOf(tag), anchor: anchor?.value, anchorSpan: spanOf(anchor) };
  }

  private scalar({ start, end, column, value, style }: Token, properties: Properties | undefined): YamlNode {
    const node: OpenNode = { kind: 'scalar', start, end, column, inFlow: this.flowDepth > 0, style, value, contentStart: start };
    this.gather(node);
    this.tokens.skip();
    return properties === undefined ? node : this.withProperties(node, properties);
  }

  empty(at: number, column: number): OpenNode {
    return { kind: 'scalar', start: at, end: at, column, inFlow: this.flowDepth > 0, style: 'plain', value: '', contentStart: at };
  }

  private withProperties(begun: OpenNode, { start, column, tag, tagSpan, anchor, anchorSpan }: Properties): OpenNode {
    const node = begun;
    node.start = start;
    if (node.kind === 'scalar' || node.flow) node.column = column;
    if (tag !== undefined && tagSpan !== undefined) {
      node.tag = tag;
      node.tagSpan = tagSpan;
    }
    if (anchor !== undefined && anchorSpan !== undefined) {
      node.anchor = anchor;
      node.anchorSpan = anchorSpan;
      this.anchors.set(anchor, node);
    }
    return node;
  }

  private gather(node: YamlNode): void {
    const gathered = this.tokens.take();
    if (gathered !== undefined) setComments(node, gathered);
  }

  pair(key: YamlNode, value: YamlNode): { key: YamlNode; value: YamlNode } {
    if (isMergeKey(key)) this.expands = true;
    return { key, value };
  }

  fail(message: string, { start }: Token): SopsError {
    return malformed(this.source, start, message);
  }
}

const flowReaders: Partial<Record<TokenKind, CollectionReader>> = {
  'flow-sequence-start': readFlowSequence,
  'flow-mapping-start': readFlowMapping,
};

const blockReaders: Partial<Record<TokenKind, CollectionReader>> = {
  ...flowReaders,
  'sequence-start': readBlockSequence,
  'mapping-start': readBlockMapping,
};

function collectionReader(kind: TokenKind, place: Place): CollectionReader | undefined {
  if (kind === 'entry') return place === 'value' ? readEntries : undefined;
  return place === 'flow' ? flowReaders[kind] : blockReaders[kind];
}

const spanOf = (token: Token | undefined): Span | undefined => token && { start: token.start, end: token.end };

const startsDocument = ({ kind }: Token): boolean => kind === 'document-start' || kind === 'version' || kind === 'tag-directive';

const endsDocument = (token: Token): boolean => startsDocument(token) || token.kind === 'document-end' || token.kind === 'stream-end';
