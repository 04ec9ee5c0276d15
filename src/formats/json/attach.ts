import { splice, type Edit } from '../../document/splice.ts';
import type { Document, Entry, Mapping } from '../../document/tree.ts';
import type { PrintOptions } from '../format.ts';
import { arrange, type Arranged } from './arrange.ts';
import { layoutOf } from './layout.ts';
import { parse } from './scan.ts';
import { spanOf, topOf } from './spans.ts';
import { quote } from './string.ts';
import { write, type Style } from './write.ts';

/** The member of the top-level object that holds the metadata. */
export const metadataKey = 'sops';

/** The metadata's own style: pipelines look for `"mac": "ENC[` with one space, however tight the document is. */
export const metadataStyle = (style: Style): Style => ({ ...style, colon: ': ', spelled: false });

/** See `Format.attach`: the `sops` member goes last, or where `previous` has it. What is no part of the document (a byte order mark, text behind it) goes. */
export function attach(sealed: string, record: Mapping, options: PrintOptions, previous?: Document): string {
  const document = parse(sealed);
  const top = topOf(document);
  const layout = layoutOf(document, top, options);
  const member = `${quote(metadataKey)}: ${write(ordered(record, previous), metadataStyle(layout.style), layout.indent)}`;
  const order: Arranged[] = top.items.map((_item, index) => index);
  order.splice(placeFor(top, previous), 0, member);
  return splice(sealed, [...arrange(document, top, layout, order), ...dropOutside(document)]);
}

const entriesOf = (mapping: Mapping): readonly Entry[] => mapping.items.filter((item) => item.kind === 'entry');

/** The record with its entries in the order they had before, new ones in the order of their names. */
function ordered(record: Mapping, previous: Document | undefined): Mapping {
  const before = previous && entriesOf(topOf(previous)).find(({ key }) => key === metadataKey)?.value;
  if (before?.kind !== 'mapping') return record;
  const wanted = new Map(entriesOf(record).map((entry) => [entry.key, entry]));
  const items = [...new Set(entriesOf(before).flatMap(({ key }) => wanted.get(key) ?? []))];
  for (const entry of wanted.values()) {
    if (items.includes(entry)) continue;
    const next = items.findIndex(({ key }) => key > entry.key);
    items.splice(next < 0 ? items.length : next, 0, entry);
  }
  return { ...record, items };
}

/** The index the metadata takes: first, behind the key it stands behind in `previous`, else last. */
function placeFor(top: Mapping, previous: Document | undefined): number {
  const before = previous === undefined ? [] : topOf(previous).items;
  const was = before.findIndex((item) => item.kind === 'entry' && item.key === metadataKey);
  if (was === 0) return before.length > 1 ? 0 : top.items.length;
  const sibling = before[was - 1];
  if (sibling?.kind !== 'entry' || was === before.length - 1) return top.items.length;
  const found = top.items.findLastIndex((item) => item.kind === 'entry' && item.key === sibling.key);
  return found === -1 ? top.items.length : found + 1;
}

function dropOutside({ source, branches }: Document): readonly Edit[] {
  const edits: Edit[] = [];
  const [top] = branches;
  if (top === undefined) return edits;
  const { start, end } = spanOf(top);
  if (source.startsWith('\ufeff')) edits.push({ span: { start: 0, end: Math.min(1, start) }, text: '' });
  const space = /^[ \t\r\n]*/.exec(source.slice(end))?.[0] ?? '';
  if (end + space.length < source.length) edits.push({ span: { start: end + space.length, end: source.length }, text: '' });
  return edits;
}

/** See `Format.detach`. Every `sops` member of the top level goes. */
export function detach(document: Document): readonly Edit[] {
  const top = topOf(document);
  const order: number[] = [];
  for (const [index, item] of top.items.entries()) if (item.kind !== 'entry' || item.key !== metadataKey) order.push(index);
  return order.length === top.items.length ? [] : arrange(document, top, layoutOf(document, top, {}), order);
}
