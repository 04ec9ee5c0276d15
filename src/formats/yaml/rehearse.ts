import type { SopsError } from '../../errors.ts';
import { deepest } from './compose.ts';
import { keyText } from './leaf.ts';
import { malformed } from './malformed.ts';
import type { AliasNode, MappingNode, YamlNode } from './node.ts';
import { isMergeKey } from './tags.ts';

/**
 * Goes through a document as go-yaml v3 does when it decodes it into Go maps, which real sops has it do with the first document, and throws what it would
 * fail of: a key given twice, a merge of what is no mapping, an alias within what it names, aliases that stand for too much.
 */
export function rehearse(source: string, root: YamlNode): void {
  new Rehearsal(source).decode(root);
}

/** How much of the work may come from aliases (go-yaml: `allowedAliasRatio`). */
function allowedRatio(decoded: number): number {
  const low = 400_000;
  const high = 4_000_000;
  if (decoded <= low) return 0.99;
  return decoded >= high ? 0.1 : 0.99 - 0.89 * ((decoded - low) / (high - low));
}

class Rehearsal {
  private readonly source: string;
  private readonly open = new Set<AliasNode>();
  /** The document itself counts. */
  private decoded = 1;
  private aliased = 0;
  private depth = 0;
  /** While a mapping is merged: the keys that are taken. */
  private taken: Set<string> | undefined;

  constructor(source: string) {
    this.source = source;
  }

  decode(node: YamlNode): void {
    this.decoded++;
    if (this.open.size > 0) this.aliased++;
    if (this.aliased > 100 && this.decoded > 1000 && this.aliased / this.decoded > allowedRatio(this.decoded)) {
      throw this.fail(node, 'aliases stand for too much');
    }
    if (node.kind === 'scalar') return;
    if (++this.depth > deepest) throw this.fail(node, `collections nest deeper than ${deepest}`);
    if (node.kind === 'alias') this.follow(node);
    else if (node.kind === 'mapping') this.mapping(node);
    else for (const item of node.items) this.decode(item);
    this.depth--;
  }

  private follow(node: AliasNode): void {
    if (this.open.has(node)) throw this.fail(node, 'an alias stands within what it names');
    this.open.add(node);
    this.decode(node.target);
    this.open.delete(node);
  }

  private mapping(node: MappingNode): void {
    this.checkUnique(node);
    const { taken } = this;
    this.taken = undefined;
    let merged: YamlNode | undefined;
    for (const { key, value } of node.pairs) {
      if (isMergeKey(key)) {
        merged = value;
        continue;
      }
      this.decode(key);
      const text = keyText(key);
      if (text === undefined) throw this.fail(key, 'a key must be a string: put it in quotes');
      if (taken?.has(text) === true) continue;
      taken?.add(text);
      this.decode(value);
    }
    this.taken = taken;
    if (merged !== undefined) this.merge(node, merged);
  }

  private merge({ pairs }: MappingNode, merged: YamlNode): void {
    const { taken } = this;
    if (taken === undefined) {
      const keys = new Set<string>();
      for (const { key } of pairs) {
        this.decode(key);
        keys.add(keyText(key) ?? '');
      }
      this.taken = keys;
    }
    for (const part of merged.kind === 'sequence' ? merged.items : [merged]) {
      const target = part.kind === 'alias' ? part.target : part;
      if (target.kind !== 'mapping') throw this.fail(part, 'only mappings can be merged with <<');
      this.decode(part);
    }
    this.taken = taken;
  }

  private checkUnique({ pairs }: MappingNode): void {
    const keys = new Set<string>();
    for (const { key } of pairs) {
      const name = key.kind === 'scalar' ? `s${key.value}` : key.kind === 'alias' ? `a${key.name}` : key.kind;
      if (keys.has(name)) throw this.fail(key, 'a mapping has this key twice');
      keys.add(name);
    }
  }

  private fail(node: YamlNode, message: string): SopsError {
    return malformed(this.source, node.start, message);
  }
}
