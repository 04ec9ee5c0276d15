import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Mapping, Node, Sequence } from '../../document/tree.ts';
import { arrange, type Arranged } from './arrange.ts';
import { metadataKey, metadataStyle } from './attach.ts';
import { layoutOf, type Layout } from './layout.ts';
import { itemsOf, spanOf, topOf } from './spans.ts';
import { quote } from './string.ts';
import { write } from './write.ts';

/** See `Format.amend`: entry by entry, and lists item by item, so that what stays the same keeps its bytes. */
export function amend(document: Document, record: Mapping): readonly Edit[] {
  const top = topOf(document);
  const entry = top.items.find((item) => item.kind === 'entry' && item.key === metadataKey);
  if (entry?.kind !== 'entry') return [];
  return new Amender(document).node(entry.value, record, layoutOf(document, top, {}));
}

const exact = { unit: '', gap: '', colon: ':', spelled: false };

/** Equal where the JSON that real sops would print is. */
const fingerprint = (node: Node): string => write(node, exact, '');

const isEntry = (item: { readonly kind: string }): item is Entry => item.kind === 'entry';

/** The values of a sequence. */
const nodesOf = (sequence: Sequence): readonly Node[] => itemsOf(sequence).map((item) => (item.kind === 'entry' ? item.value : item));

class Amender {
  readonly #document: Document;

  constructor(document: Document) {
    this.#document = document;
  }

  node(old: Node, wanted: Node, around: Layout): readonly Edit[] {
    if (old.kind === 'mapping' && wanted.kind === 'mapping') return this.#mapping(old, wanted, around);
    if (old.kind === 'sequence' && wanted.kind === 'sequence') return this.#sequence(old, wanted, around);
    if (fingerprint(old) === fingerprint(wanted)) return [];
    return [{ span: spanOf(old), text: write(wanted, around.style, around.indent) }];
  }

  #layout(collection: Mapping | Sequence, around: Layout): Layout {
    const layout = layoutOf(this.#document, collection, {}, around);
    return { ...layout, style: metadataStyle(layout.style) };
  }

  #mapping(old: Mapping, wanted: Mapping, around: Layout): readonly Edit[] {
    const layout = this.#layout(old, around);
    const entries = old.items.filter(isEntry);
    const missing = new Map(wanted.items.filter(isEntry).map((entry) => [entry.key, entry.value]));
    const edits: Edit[] = [];
    const order: { readonly key: string; readonly item: Arranged }[] = [];
    for (const [item, { key, value }] of entries.entries()) {
      const become = missing.get(key);
      if (become === undefined) continue;
      missing.delete(key);
      order.push({ key, item });
      edits.push(...this.node(value, become, layout));
    }
    for (const [key, value] of missing) {
      const item = `${quote(key)}: ${write(value, layout.style, layout.indent)}`;
      const place = order.findIndex((other) => other.key > key);
      order.splice(place === -1 ? order.length : place, 0, { key, item });
    }
    return [
      ...edits,
      ...arrange(
        this.#document,
        old,
        layout,
        order.map(({ item }) => item),
      ),
    ];
  }

  #sequence(old: Sequence, wanted: Sequence, around: Layout): readonly Edit[] {
    const layout = this.#layout(old, around);
    const items = nodesOf(old);
    const edits: Edit[] = [];
    const order: Arranged[] = [];
    for (const { item, node } of match(items, nodesOf(wanted))) {
      const before = item === undefined ? undefined : items[item];
      if (item === undefined || before === undefined) order.push(write(node, layout.style, layout.indent));
      else {
        order.push(item);
        edits.push(...this.node(before, node, layout));
      }
    }
    return [...edits, ...arrange(this.#document, old, layout, order)];
  }
}

interface Match {
  /** The old item to keep or to amend; undefined: a new one. */
  readonly item: number | undefined;
  readonly node: Node;
}

/** Pairs each wanted item with an old one, in order: the same one where there is one, else one that would go. */
function match(old: readonly Node[], wanted: readonly Node[]): readonly Match[] {
  const prints = old.map(fingerprint);
  const matches: Match[] = [];
  let waiting: Node[] = [];
  let next = 0;
  const settle = (until: number): void => {
    for (const [index, node] of waiting.entries()) matches.push({ item: next + index < until ? next + index : undefined, node });
    waiting = [];
  };
  for (const node of wanted) {
    const same = prints.indexOf(fingerprint(node), next);
    if (same === -1) waiting.push(node);
    else {
      settle(same);
      matches.push({ item: same, node });
      next = same + 1;
    }
  }
  settle(old.length);
  return matches;
}
