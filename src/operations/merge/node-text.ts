import { hex } from '../../crypto/bytes.ts';
import type { Comment, Entry, Mapping, Node, Sequence } from '../../document/tree.ts';

type Item = Mapping['items'][number] | Sequence['items'][number];

/** A node as a text that only an equal one has: types, values, keys and order; comments as well where they count. Spelling and style do not count. */
export function nodeText(node: Node, comments: boolean): string {
  switch (node.kind) {
    case 'null':
      return 'n';
    case 'leaf':
      return JSON.stringify([node.type, node.bytes === undefined ? node.text : hex(node.bytes), node.bytes !== undefined]);
    case 'mapping':
      return `{${itemTexts(node.items, comments)}}`;
    case 'sequence':
      return `[${itemTexts(node.items, comments)}]`;
  }
}

const itemTexts = (items: readonly Item[], comments: boolean): string =>
  items
    .filter((item) => comments || item.kind !== 'comment')
    .map((item) => itemText(item, comments))
    .join(',');

function itemText(item: Item, comments: boolean): string {
  if (item.kind === 'comment') return commentText(item);
  return item.kind === 'entry' ? `${JSON.stringify(item.key)}:${nodeText(item.value, comments)}` : nodeText(item, comments);
}

/** A comment as a text that only an equal one has, wherever it stands. */
export const commentText = ({ text }: Comment): string => `#${JSON.stringify(text)}`;

/** Whether two nodes, or the lack of them, are equal, comments and all. */
export const sameNodes = (one: Node | undefined, other: Node | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && nodeText(one, true) === nodeText(other, true));

/** What names an item of a list among its siblings. */
const naming: readonly string[] = ['name', 'id', 'key'];

/** What an item of a list is recognised by in another version of it: what it is called, or its value. */
export const identityOf = (node: Node): string => calledOf(node) ?? nodeText(node, false);

/** What a mapping in a list is called; documents of Kubernetes have kind, namespace and name. Undefined for what has no name. */
export function calledOf(node: Node): string | undefined {
  if (node.kind !== 'mapping') return undefined;
  const object = objectName(node);
  if (object !== undefined) return object;
  for (const name of naming) {
    const text = textAt(node, name);
    if (text !== undefined) return `${name}:${text}`;
  }
  return undefined;
}

function objectName(node: Mapping): string | undefined {
  const kind = textAt(node, 'kind');
  const metadata = entriesIn(node).find(({ key }) => key === 'metadata')?.value;
  if (kind === undefined || metadata?.kind !== 'mapping') return undefined;
  const name = textAt(metadata, 'name');
  return name === undefined ? undefined : `object:${JSON.stringify([kind, textAt(metadata, 'namespace'), name])}`;
}

function textAt(node: Mapping, key: string): string | undefined {
  const value = entriesIn(node).find((entry) => entry.key === key)?.value;
  return value?.kind === 'leaf' && value.text !== '' ? value.text : undefined;
}

/** The entries of a mapping, comments left out. */
export const entriesIn = (node: Mapping): readonly Entry[] => node.items.filter((item) => item.kind === 'entry');

/** Whether a key stands in a mapping twice. */
export function hasTwice(node: Mapping): boolean {
  const entries = entriesIn(node);
  return new Set(entries.map(({ key }) => key)).size < entries.length;
}
