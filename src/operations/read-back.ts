import { additionalData } from '../document/path.ts';
import type { Comment, Leaf, Mapping } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import type { Selector } from '../metadata/selection.ts';
import { payloadOf, type SealedItem } from './seal-values.ts';

/** One item of an encrypted text, as it is read there. */
export interface ReadItem {
  readonly item: Leaf | Comment;
  readonly additionalData: string;
  /** By what is read there: the comments above may have become ciphertext. */
  readonly selected: boolean;
}

/** The items of an encrypted text that real sops sees, in walking order. */
export function readItems(branches: readonly Mapping[], selects: Selector): readonly ReadItem[] {
  const items: ReadItem[] = [];
  for (const branch of branches) {
    walk(branch, (item, path, comments) => {
      if (item.kind === 'comment' && item.unseen === true) return;
      items.push({ item, additionalData: additionalData(path), selected: selects(path, comments, item.kind === 'comment') });
    });
  }
  return items;
}

/** Whether an encrypted text reads as the very items that were sealed, in their order and at their paths. */
export function compare(wanted: readonly SealedItem[], read: readonly ReadItem[]): 'same' | 'comments differ' | 'values differ' {
  const all = wanted.filter(({ item }) => item.kind === 'leaf' || item.unseen !== true);
  if (sameItems(all, read)) return 'same';
  const leaf = ({ item }: { readonly item: Leaf | Comment }): boolean => item.kind === 'leaf';
  return sameItems(all.filter(leaf), read.filter(leaf)) ? 'comments differ' : 'values differ';
}

function sameItems(wanted: readonly SealedItem[], read: readonly ReadItem[]): boolean {
  return wanted.length === read.length && wanted.every((item, at) => sameItem(item, read[at]));
}

function sameItem({ sealed, additionalData: under, selected }: SealedItem, read: ReadItem | undefined): boolean {
  if (!read || under !== read.additionalData || selected !== read.selected) return false;
  const { item } = read;
  if (sealed.kind === 'leaf')
    return item.kind === 'leaf' && sealed.type === item.type && trimmedLike(sealed.text, item.text) === sealed.text;
  return item.kind === 'comment' && sealed.text === item.text && (sealed.inline === true) === (item.inline === true);
}

/** A block scalar that holds ciphertext ends in a line break, which sops ignores. */
const trimmedLike = (wanted: string, read: string): string =>
  read.length > wanted.length && wanted.startsWith('ENC[') ? read.replace(/\n+$/, '') : read;

/** What decryption will put in the place of each ciphertext that was read back. */
export function openedAgain(sealed: readonly SealedItem[], read: readonly ReadItem[]): Map<Leaf | Comment, Leaf | Comment> {
  const changed = sealed.filter(({ item, sealed: now }) => item !== now && (item.kind === 'leaf' || item.unseen !== true));
  const ciphertexts = read.filter(({ item, selected }) => selected && item.text !== '');
  const inOrder =
    changed.length === ciphertexts.length && changed.every(({ sealed: { text } }, at) => ciphertexts[at]?.item.text.startsWith(text));
  const opened = new Map<Leaf | Comment, Leaf | Comment>();
  const sources = inOrder ? undefined : new Map(changed.map((one) => [one.sealed.text, one]));
  for (const [at, { item }] of ciphertexts.entries()) {
    const source = sources ? sources.get(item.text.trimEnd()) : changed[at];
    if (source) opened.set(item, openedItem(source.item, item));
  }
  return opened;
}

function openedItem(source: Leaf | Comment, read: Leaf | Comment): Leaf | Comment {
  const { slot } = read;
  if (source.kind === 'comment') return { kind: 'comment', text: source.text, ...(slot && { slot }) };
  const payload = payloadOf(source);
  return {
    kind: 'leaf',
    type: source.type,
    text: source.text,
    ...(payload === source.text ? {} : { spelling: payload }),
    ...(slot && { slot }),
  };
}
