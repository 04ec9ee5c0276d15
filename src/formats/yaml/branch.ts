import type { Comment, Entry, Mapping, Node, Note, Slot, Span } from '../../document/tree.ts';
import type { SopsError } from '../../errors.ts';
import { deepest } from './compose.ts';
import type { ComposedDocument } from './compose.ts';
import { isPlainString, keyText, leafOf, placed } from './leaf.ts';
import { malformed } from './malformed.ts';
import type { AliasNode, Comments, CommentLine, MappingNode, ScalarNode, SequenceNode, YamlNode } from './node.ts';
import { resolveScalar } from './resolve.ts';

/** How many nodes may be reached through aliases; go-yaml lets about this many through in a document of any usual size. */
const mostAliased = 500_000;

/** What stands in a collection or is seen in it through an alias: the alias, if it is the collection itself; and the column of the owner's key or dash. */
interface Standing {
  readonly alias: Slot | undefined;
  readonly indent: number;
}

/** Turns composed documents into the branches that real sops walks (`stores/yaml/store.go`): comments in its order, aliases followed, keys as strings. */
export class BranchBuilder {
  readonly notes: Note[] = [];
  /** The comments that real sops sees where they stand. */
  readonly seen: Set<CommentLine> = new Set();
  private readonly source: string;
  private unique = false;
  /** How many aliases lead here: nothing stands in the text where there are any. */
  private aliases = 0;
  private aliased = 0;
  private depth = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** @param unique whether two equal keys are an error */
  build({ root, comments, end }: ComposedDocument, unique: boolean): Mapping {
    this.unique = unique;
    const items: (Entry | Comment)[] = [];
    this.comments(items, comments?.head);
    if (root !== undefined) this.root(items, root);
    this.comments(items, comments?.foot);
    const slot = root?.kind === 'mapping' ? spanOf(root) : { start: end, end };
    return { kind: 'mapping', items, slot: { ...slot, flow: root?.kind === 'mapping' && root.flow, indent: 0 } };
  }

  private root(items: (Entry | Comment)[], node: YamlNode): void {
    if (node.kind === 'sequence') throw this.fail(node, 'a document must be a mapping, not a list');
    this.headComments(items, node.comments);
    if (node.kind === 'scalar') {
      if (resolveScalar(node)?.type !== 'null') throw this.fail(node, 'a document must be a mapping, not a single value');
      return;
    }
    if (node.kind === 'alias') {
      this.aliases++;
      this.root(items, node.target);
      this.aliases--;
    } else this.pairs(items, node);
    this.comments(items, node.comments?.foot);
  }

  private value(node: YamlNode, standing: Standing, isItem = false): Node {
    if (this.aliases > 0) this.countAliased(node.start);
    if (node.kind === 'scalar') return this.leaf(node, standing);
    if (++this.depth > deepest) throw this.fail(node, `collections nest deeper than ${deepest}, or an alias stands within what it names`);
    const value = node.kind === 'alias' ? this.follow(node, standing) : this.collection(node, standing, isItem);
    this.depth--;
    return value;
  }

  private leaf(node: ScalarNode, { alias, indent }: Standing): Node {
    if (this.aliases === 0 && isPlainString(node)) {
      const { contentStart: start, end, inFlow: flow } = node;
      return { kind: 'leaf', type: 'str', text: node.value, slot: { start, end, flow, indent } };
    }
    const leaf = leafOf(node, this.aliases === 0 ? indent : undefined, alias);
    if (leaf === undefined) throw this.fail(node, 'a value is not what its tag says');
    if (leaf.note !== undefined && this.aliases === 0) this.notes.push({ span: spanOf(node), message: leaf.note });
    return leaf.node;
  }

  private follow(node: AliasNode, { indent }: Standing): Node {
    const { start, end, inFlow: flow } = node;
    const alias = this.aliases === 0 ? { start, end, flow, indent } : undefined;
    this.aliases++;
    const value = this.value(node.target, { alias, indent });
    this.aliases--;
    return value;
  }

  /** @param isItem whether it is an entry of a sequence: its comments are the sequence's then */
  private collection(node: MappingNode | SequenceNode, standing: Standing, isItem: boolean): Node {
    const comments = isItem ? undefined : node.comments;
    if (node.kind === 'mapping') {
      const items: (Entry | Comment)[] = [];
      this.headComments(items, comments);
      this.pairs(items, node);
      this.comments(items, comments?.foot);
      return placed({ kind: 'mapping', items }, this.slotOf(node, standing), standing.alias);
    }
    const items: (Node | Comment)[] = [];
    this.headComments(items, comments);
    this.items(items, node);
    this.comments(items, comments?.foot);
    return placed({ kind: 'sequence', items }, this.slotOf(node, standing), standing.alias);
  }

  private pairs(items: (Entry | Comment)[], node: MappingNode): void {
    if (this.unique) this.checkUnique(node);
    const standing = { alias: undefined, indent: node.flow ? 0 : node.column };
    for (const { key, value } of node.pairs) {
      this.headComments(items, key.comments);
      const own = value.kind === 'scalar' || value.kind === 'alias' ? value.comments : undefined;
      if (own !== undefined) this.headComments(items, own, true);
      items.push(this.entry(key, this.value(value, standing)));
      this.comments(items, own?.foot);
      this.comments(items, key.comments?.foot);
    }
  }

  private entry(key: YamlNode, value: Node): Entry {
    const text = keyText(key);
    if (text === undefined) throw this.fail(key, 'a key must be a string: put it in quotes');
    if (this.aliases > 0) return { kind: 'entry', key: text, value };
    const start = key.kind === 'scalar' ? key.contentStart : key.start;
    return { kind: 'entry', key: text, value, keySpan: { start, end: key.end } };
  }

  private items(items: (Node | Comment)[], node: SequenceNode): void {
    const standing = { alias: undefined, indent: node.flow ? 0 : node.column };
    for (const item of node.items) {
      this.headComments(items, item.comments, true);
      items.push(this.value(item, standing, true));
      this.comments(items, item.comments?.foot);
    }
  }

  private headComments(items: (Node | Entry | Comment)[], comments: Comments | undefined, inline = false): void {
    if (comments === undefined) return;
    this.comments(items, comments.head);
    this.comments(items, comments.line, inline);
  }

  private slotOf({ start, end, inFlow: flow }: YamlNode, { indent }: Standing): Slot | undefined {
    return this.aliases === 0 ? { start, end, flow, indent } : undefined;
  }

  private comments(items: (Node | Entry | Comment)[], lines: readonly CommentLine[] | undefined, inline = false): void {
    if (lines === undefined) return;
    for (const line of lines) {
      const comment: Comment = inline ? { kind: 'comment', text: line.text, inline } : { kind: 'comment', text: line.text };
      if (this.aliases === 0) {
        this.seen.add(line);
        items.push({ ...comment, slot: { start: line.start, end: line.end } });
      } else {
        this.countAliased(line.start);
        items.push(comment);
      }
    }
  }

  private countAliased(at: number): void {
    if (++this.aliased > mostAliased) throw malformed(this.source, at, 'aliases stand for too much');
  }

  private checkUnique({ pairs }: MappingNode): void {
    if (pairs.length < 2) return;
    const keys = new Set<string>();
    for (const { key } of pairs) {
      if (key.kind !== 'scalar') continue;
      if (keys.has(key.value)) throw this.fail(key, 'a mapping has this key twice');
      keys.add(key.value);
    }
  }

  private fail(node: YamlNode, message: string): SopsError {
    return malformed(this.source, node.start, message);
  }
}

const spanOf = ({ start, end }: Span): Span => ({ start, end });
