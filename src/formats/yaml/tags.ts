import type { YamlNode } from './node.ts';

const core = 'tag:yaml.org,2002:';

/** The tag handles of one document. */
export class Tags {
  private readonly prefixes = new Map<string, string>();

  /** Whether the handle was new. */
  declare(handle: string, prefix: string): boolean {
    if (this.prefixes.has(handle)) return false;
    this.prefixes.set(handle, prefix);
    return true;
  }

  /** A tag in short form (`!!str` for the core's), undefined for an unknown handle. */
  resolve(handle: string, suffix: string): string | undefined {
    if (handle === '') return short(suffix);
    const prefix = this.prefixes.get(handle) ?? (handle === '!' ? '!' : handle === '!!' ? core : undefined);
    return prefix === undefined ? undefined : short(prefix + suffix);
  }
}

const short = (tag: string): string => (tag.startsWith(core) ? `!!${tag.slice(core.length)}` : tag);

/** A node's tag where it says anything: `!` says nothing. */
export const tagOf = (node: YamlNode): string | undefined => (node.tag === '!' ? undefined : node.tag);

/** Whether a mapping key merges what it stands before (go-yaml: `isMerge`). */
export function isMergeKey(node: YamlNode): boolean {
  if (node.kind !== 'scalar' || node.value !== '<<') return false;
  const tag = tagOf(node);
  return tag === undefined ? node.style === 'plain' : tag === '!!merge';
}
