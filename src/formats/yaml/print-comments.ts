import type { Comment, Entry, Mapping, Node, Sequence } from '../../document/tree.ts';

/** The values of a collection and where real sops puts its comments when it prints them (`stores/yaml/store.go`). */
export interface Placed<Value> {
  readonly values: readonly PlacedValue<Value>[];
  /** Above the first value; in a collection without values, all there are. */
  readonly lead: string;
  /** Below the last value. */
  readonly rest: string;
}

/** A value, with the comments above it (but for the first) and behind it. */
export interface PlacedValue<Value> {
  readonly value: Value;
  readonly head: string;
  readonly line: string;
}

/** Places the comments of a collection. */
export function placeComments(collection: Mapping): Placed<Entry>;
export function placeComments(collection: Sequence): Placed<Node>;
export function placeComments(collection: Mapping | Sequence): Placed<Entry | Node> {
  const values: PlacedValue<Entry | Node>[] = [];
  let lead = '';
  let head: Comment[] = [];
  let inline: Comment[] = [];
  for (const item of collection.items) {
    if (item.kind === 'comment') {
      if (item.unseen !== true) (item.inline === true ? inline : head).push(item);
      continue;
    }
    if (values.length === 0) lead = joined(head);
    values.push({ value: item, head: values.length === 0 ? '' : joined(head), line: joined(inline) });
    if (head.length > 0) head = [];
    if (inline.length > 0) inline = [];
  }
  const rest = joined([...head, ...inline]);
  return values.length === 0 ? { values, lead: rest, rest: '' } : { values, lead, rest };
}

const joined = (comments: readonly Comment[]): string => comments.map(({ text }) => `#${text}`).join('\n');

/**
 * Whether comments may meet where only one of them has room: above an item of a list that has comments in front of its own first value, and behind or below a
 * collection. A quick look: {@link placeComments} says where they go.
 */
export function mayLoseComments({ kind, items }: Mapping | Sequence): boolean {
  const isList = kind === 'sequence';
  const last = items.findLast((item) => item.kind !== 'comment');
  const hasRoomBelow = last && (last.kind === 'entry' || !isCollection(last));
  let next: Node | undefined;
  const lacksRoom = (inline: boolean): boolean => (next ? isCollection(next) && (inline || (isList && hasLead(next))) : !hasRoomBelow);
  for (const item of items.toReversed()) {
    if (item.kind === 'comment') {
      if (item.unseen !== true && lacksRoom(item.inline === true)) return true;
      continue;
    }
    next = item.kind === 'entry' ? item.value : item;
    if (isCollection(next) && mayLoseComments(next)) return true;
  }
  return false;
}

const isCollection = (node: Node | Comment): node is Mapping | Sequence => node.kind === 'mapping' || node.kind === 'sequence';

/** Whether the first thing in a collection is a comment. */
const hasLead = ({ items }: Mapping | Sequence): boolean => items[0]?.kind === 'comment';
