import type { Document, Entry, Mapping, Node, Sequence, Span } from '../../document/tree.ts';

/** The span of a node that was read from text. */
export function spanOf({ slot }: { readonly slot?: Span }): Span {
  if (slot === undefined) throw new RangeError('the node stands nowhere in the text');
  return slot;
}

/** The top-level object. */
export function topOf(document: Document): Mapping {
  const [top] = document.branches;
  if (top === undefined) throw new RangeError('the document has no branch');
  return top;
}

/** Where an item stands: a member from its key on. */
function itemSpan(item: Entry | Node): Span {
  if (item.kind !== 'entry') return spanOf(item);
  return { start: (item.keySpan ?? spanOf(item.value)).start, end: spanOf(item.value).end };
}

/** The items of a collection but for its comments, which JSON does not have. */
export function itemsOf(collection: Mapping | Sequence): readonly (Entry | Node)[] {
  const items: (Entry | Node)[] = [];
  for (const item of collection.items) if (item.kind !== 'comment') items.push(item);
  return items;
}

/** The spans of a collection's items, in order. */
export const itemSpans = (collection: Mapping | Sequence): readonly Span[] => itemsOf(collection).map(itemSpan);
