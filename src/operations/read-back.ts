import { additionalData } from '../document/path.ts';
import type { Comment, Entry, Leaf, Mapping, Node } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import type { Selector } from '../metadata/selection.ts';
import { commentPayload, payloadOf, type SealedItem } from './seal-values.ts';
import type { Replacements } from './substitute.ts';

/** An encrypted text, read again. */
export interface ReadBack {
  /** Real sops will make of it the very tree that was sealed, each comment where it was. */
  readonly same: boolean;
  /** What decryption will put in the place of each ciphertext. */
  readonly opened: Replacements;
  /** How many comments real sops sees. */
  readonly kept: number;
  /** The comments that are read under other additional data than they were sealed for, and that data. */
  readonly strayed: ReadonlyMap<Comment, string>;
}

/** Compares what was sealed with what is read; undefined where any value, key or their order differs. */
export function readBack(
  source: readonly Mapping[],
  items: readonly SealedItem[],
  read: readonly Mapping[],
  selects: Selector,
): ReadBack | undefined {
  const found = match(items, read, selects);
  if (!found) return undefined;
  const { opened, strayed, kept } = found;
  const wanted = new Map(
    items.flatMap(({ item, sealed }) => (item.kind === 'comment' && sealed.text !== item.text ? [[item, commentOf(item, item)]] : [])),
  );
  if (!sameTrees([source, wanted], [read, opened], false)) return undefined;
  return { same: strayed.size === 0 && sameTrees([source, wanted], [read, opened], true), opened, strayed, kept };
}

function match(items: readonly SealedItem[], read: readonly Mapping[], selects: Selector): Omit<ReadBack, 'same'> | undefined {
  const matching = new Matching(items);
  for (const branch of read) {
    walk(branch, (item, path, above) => {
      const selected = item.kind === 'leaf' && selects(path, above, false);
      if (!matching.comment(item, path, selected) && item.kind === 'leaf') matching.leaf(item, selected);
    });
  }
  return matching.fits() ? matching : undefined;
}

/** Finds to each item that is read the one that was sealed: leaves by their order, comments by their ciphertext. */
class Matching {
  readonly opened = new Map<Leaf | Comment, Leaf | Comment>();
  readonly strayed = new Map<Comment, string>();
  kept = 0;
  readonly #leaves: readonly SealedItem[];
  readonly #comments: Map<string, SealedItem>;
  /** What may stand in a comment that is no ciphertext. */
  readonly #clear: Set<string>;
  readonly #found = new Set<SealedItem>();
  #at = 0;
  #fits = true;

  constructor(items: readonly SealedItem[]) {
    this.#leaves = items.filter(({ item }) => item.kind === 'leaf');
    const comments = items.filter(({ item, sealed }) => item.kind === 'comment' && sealed !== item && sealed.text !== '');
    this.#comments = new Map(comments.map((one) => [one.sealed.text, one]));
    this.#clear = new Set(items.flatMap(({ item, sealed }) => (item.kind === 'comment' ? [sealed.text] : [])));
  }

  fits(): boolean {
    return this.#fits && this.#at === this.#leaves.length;
  }

  /** Whether the item is a comment; in another way it is a value. */
  comment(item: Leaf | Comment, path: readonly string[], selected: boolean): boolean {
    const source = this.#comments.size > 0 ? this.#comments.get(item.text) : undefined;
    if (source?.item.kind === 'comment') {
      // One that stands there as an item of a list is only opened where a rule selects it.
      if (item.kind === 'leaf') this.#item(selected);
      this.#sealedComment(item, source, source.item, additionalData(path));
    } else if (item.kind === 'comment' && !this.#clear.has(item.text)) this.#fits = false;
    if (item.kind === 'comment' && item.unseen !== true) this.kept++;
    return source !== undefined || item.kind === 'comment';
  }

  #item(selected: boolean): void {
    this.kept++;
    if (!selected) this.#fits = false;
  }

  #sealedComment(item: Leaf | Comment, sealed: SealedItem, source: Comment, under: string): void {
    // Seen again through an alias it would have to be another ciphertext.
    if (this.#found.has(sealed)) this.#fits = false;
    this.#found.add(sealed);
    this.opened.set(item, commentOf(source, item));
    if (under !== sealed.additionalData) this.strayed.set(source, under);
  }

  leaf(item: Leaf, selected: boolean): void {
    const source = this.#leaves[this.#at++];
    if (!source || !sameLeaf(source, item) || source.selected !== selected) this.#fits = false;
    else if (source.sealed !== source.item && source.item.kind === 'leaf') this.opened.set(item, openedLeaf(source.item, item));
  }
}

/** A block scalar that holds ciphertext ends in a line break, which sops ignores. In clear, a float may have become an int in real sops's spelling: the MAC is of the text. */
function sameLeaf({ item, sealed }: SealedItem, read: Leaf): boolean {
  if (sealed.text === read.text) return sealed === item || read.type === 'str';
  return sealed !== item && sealed.text !== '' && sealed.text === read.text.replace(/\n+$/, '');
}

const commentOf = (
  comment: Comment,
  { slot, unseen = false }: { readonly slot?: Comment['slot']; readonly unseen?: boolean },
): Comment => ({
  kind: 'comment',
  text: commentPayload(comment),
  ...(slot && { slot }),
  ...(unseen && { unseen }),
});

function openedLeaf(source: Leaf, { slot }: Leaf): Leaf {
  const { type, text } = source;
  const payload = payloadOf(source);
  return { kind: 'leaf', type, text, ...(payload === text ? {} : { spelling: payload }), ...(slot && { slot }) };
}

/** Branches, and what stands for some of their leaves and comments. */
type View = readonly [branches: readonly Mapping[], instead: Replacements];

/** Whether two views have the same collections, keys and, if asked, comments, each in its place. Values are not compared. */
export function sameTrees([ones, one]: View, [others, other]: View, withComments: boolean): boolean {
  type Item = Node | Entry | Comment;
  const visible = (items: readonly Item[], instead: Replacements): readonly Item[] =>
    items.flatMap((item) => {
      const shown = item.kind === 'leaf' || item.kind === 'comment' ? (instead.get(item) ?? item) : item;
      return shown.kind === 'comment' && (!withComments || (item.kind === 'comment' && item.unseen === true)) ? [] : [shown];
    });
  const same = (a: Item, b: Item): boolean => {
    if (a.kind === 'comment') return b.kind === 'comment' && a.text === b.text && (a.inline === true) === (b.inline === true);
    if (a.kind === 'entry') return b.kind === 'entry' && a.key === b.key && same(a.value, b.value);
    if (a.kind === 'leaf' || a.kind === 'null') return a.kind === b.kind;
    return a.kind === b.kind && sameItems(a.items, b.items);
  };
  const sameItems = (a: readonly Item[], b: readonly Item[]): boolean => {
    const [left, right] = [visible(a, one), visible(b, other)];
    return left.length === right.length && left.every((item, at) => same(item, right[at] ?? { kind: 'null' }));
  };
  return ones.length === others.length && ones.every((branch, at) => sameItems(branch.items, others[at]?.items ?? []));
}
