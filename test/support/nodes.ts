import type { Entry, Mapping, Node } from '../../src/document/tree.ts';

/** JSON with `undefined` left out: what test tables are written in. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A tree that stands nowhere, made of plain values. */
export function nodeOf(value: Plain): Node {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'string') return { kind: 'leaf', type: 'str', text: value };
  if (typeof value === 'boolean') return { kind: 'leaf', type: 'bool', text: value ? 'True' : 'False' };
  if (typeof value === 'number') return { kind: 'leaf', type: Number.isInteger(value) ? 'int' : 'float', text: String(value) };
  if (isList(value)) return { kind: 'sequence', items: value.map(nodeOf) };
  return mappingOf(value);
}

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

/** A mapping that stands nowhere. */
export function mappingOf(value: { readonly [key: string]: Plain }): Mapping {
  return { kind: 'mapping', items: Object.entries(value).map(([key, item]): Entry => ({ kind: 'entry', key, value: nodeOf(item) })) };
}

/** Plain values of a tree, to compare with: texts as sops takes them, comments left out. */
export function plainOf(node: Node): Plain {
  switch (node.kind) {
    case 'null':
      return null;
    case 'leaf':
      if (node.type === 'bool') return node.text === 'True';
      return node.type === 'int' || node.type === 'float' ? Number(node.text) : node.text;
    case 'sequence':
      return node.items.flatMap((item) => (item.kind === 'comment' ? [] : [plainOf(item)]));
    case 'mapping':
      return Object.fromEntries(
        node.items.flatMap((item): [string, Plain][] => (item.kind === 'entry' ? [[item.key, plainOf(item.value)]] : [])),
      );
  }
}
