import type { Document, Entry, Mapping } from '../../document/tree.ts';
import { endOfLines, lineStart } from './lines.ts';
import type { MappingNode, YamlDocument, YamlNode, YamlStreamDocument } from './node.ts';
import { parseYaml } from './tree.ts';

/** One `key: value` of the text. */
export interface Pair {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** The nodes beneath a document; one that was made elsewhere is parsed again. */
export const streamOf = (document: Document): readonly YamlStreamDocument[] =>
  (isYaml(document) ? document : parseYaml(document.source)).stream;

const isYaml = (document: Document): document is YamlDocument => 'stream' in document;

/** The mapping at the root of a document of the stream, if there is one. */
export const rootOf = ({ root }: YamlStreamDocument): MappingNode | undefined => (root?.kind === 'mapping' ? root : undefined);

/** The pair of a mapping that has a key. */
export function pairOf(mapping: MappingNode, key: string): Pair | undefined {
  return mapping.pairs.find((pair) => keyOf(pair) === key);
}

/** A pair's key as text. */
export const keyOf = ({ key }: Pair): string | undefined => (key.kind === 'scalar' ? key.value : undefined);

/** The whole lines of a pair of a block mapping: from its key's line (or its key, where a dash or an outer key stands in front) through its value's last line. */
export function pairLines(source: string, { key, value }: Pair): { readonly start: number; readonly end: number } {
  const line = lineStart(source, key.start);
  const alone = source.slice(line, key.start).trim() === '';
  return { start: alone ? line : key.start, end: endOfLines(source, key.start, Math.max(key.end, value.end)) };
}

/** The `sops` entry of a branch. */
export function sopsEntry(branch: Mapping | undefined): Entry | undefined {
  for (const item of branch?.items ?? []) if (item.kind === 'entry' && item.key === 'sops') return item;
  return undefined;
}

/** Spaces of one level in the metadata of an encrypted document. */
export function stepOf(document: Document): number | undefined {
  for (const part of streamOf(document)) {
    const root = rootOf(part);
    const record = root && pairOf(root, 'sops')?.value;
    if (root && record?.kind === 'mapping' && !record.flow && record.column > root.column) return record.column - root.column;
  }
  return undefined;
}
