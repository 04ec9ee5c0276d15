import { SopsError } from '../../src/errors.ts';
import type { FormatName } from '../../src/formats/format.ts';
import type { Comment, Entry, Leaf, Mapping, Node, Sequence } from '../../src/document/tree.ts';
import { formatOf } from '../interop/library.ts';
import type { Tampered } from './ciphertext.ts';

type Collection = Mapping | Sequence;
type Item = Entry | Comment | Node;

/** Where in a tree something is changed: indices of items. */
type Place = readonly number[];

interface Change {
  readonly what: string;
  readonly tree: Mapping;
}

/** What a change leaves of the items of one collection. */
type Rearrangement = (items: readonly Item[]) => readonly (readonly [string, readonly Item[]])[];

/** The text as a tree, changed in every way, and printed anew, metadata included. */
function changes(format: FormatName, sealed: string, change: (tree: Mapping) => readonly Change[]): readonly Tampered[] {
  const { [0]: tree } = formatOf(format).parse(sealed).branches;
  return (tree ? change(tree) : []).flatMap(({ what, tree: changed }) => {
    try {
      return [{ what, text: formatOf(format).print([changed], {}) }];
    } catch (error) {
      if (error instanceof SopsError && error.code === 'UNPRINTABLE_DOCUMENT') return [];
      throw error;
    }
  });
}

const isMetadata = (item: Item): boolean => item.kind === 'entry' && (item.key === 'sops' || item.key.startsWith('sops_'));

/** All collections of a tree but those of the metadata. */
function collections(node: Collection, place: Place = []): readonly { readonly place: Place; readonly items: readonly Item[] }[] {
  const inner = node.items.flatMap((item: Item, at) => {
    const value = valueOf(item);
    return isMetadata(item) || (value.kind !== 'mapping' && value.kind !== 'sequence') ? [] : collections(value, [...place, at]);
  });
  return [{ place, items: node.items }, ...inner];
}

const valueOf = (item: Item): Node | Comment => (item.kind === 'entry' ? item.value : item);

function withItems(node: Mapping, place: Place, items: readonly Item[]): Mapping {
  const changed = replaceItems(node, place, items);
  return changed.kind === 'mapping' ? changed : node;
}

function replaceItems(node: Collection, [at, ...rest]: Place, items: readonly Item[]): Collection {
  const inner = at === undefined ? items : node.items.map((item: Item, index) => (index === at ? replaceIn(item, rest, items) : item));
  return node.kind === 'mapping'
    ? { kind: 'mapping', items: inner.filter((item): item is Entry | Comment => item.kind === 'entry' || item.kind === 'comment') }
    : { kind: 'sequence', items: inner.filter((item): item is Node | Comment => item.kind !== 'entry') };
}

function replaceIn(item: Item, rest: Place, items: readonly Item[]): Item {
  const value = valueOf(item);
  if (value.kind !== 'mapping' && value.kind !== 'sequence') return item;
  const changed = replaceItems(value, rest, items);
  return item.kind === 'entry' ? { ...item, value: changed } : changed;
}

const rearranged =
  (rearrange: Rearrangement) =>
  (tree: Mapping): readonly Change[] =>
    collections(tree).flatMap(({ place, items }) =>
      rearrange(items).map(([what, changed]) => ({ what: `at ${place.join('.')}: ${what}`, tree: withItems(tree, place, changed) })),
    );

const nameOf = (item: Item): string => (item.kind === 'entry' ? item.key : item.kind);

/** Every single item but the metadata taken, and something done with it. */
const eachItem =
  (alter: (item: Item, items: readonly Item[], at: number) => readonly (readonly [string, readonly Item[]])[]): Rearrangement =>
  (items) =>
    items.flatMap((item, at) => (isMetadata(item) ? [] : alter(item, items, at)));

const renamed = (item: Entry, key: string): Entry => ({ kind: 'entry', key, value: item.value });

const leaf = (text: string): Leaf => ({ kind: 'leaf', type: 'str', text });

const reorderings = eachItem((item, items, at) =>
  items.flatMap((other, to) => {
    if (to <= at || isMetadata(other)) return [];
    const moved = items.toSpliced(at, 1).toSpliced(to, 0, item);
    return [
      [`${nameOf(item)} ${at} and ${nameOf(other)} ${to} swapped`, items.with(at, other).with(to, item)],
      [`${nameOf(item)} ${at} moved behind ${nameOf(other)} ${to}`, moved],
    ];
  }),
);

const removals = eachItem((item, items, at) => [[`${nameOf(item)} removed`, items.toSpliced(at, 1)]]);

const additions = eachItem((item, items, at) =>
  item.kind === 'entry'
    ? [
        [`${item.key} once more as ${item.key}2`, items.toSpliced(at, 0, renamed(item, `${item.key}2`))],
        [`${item.key} twice`, items.toSpliced(at, 0, item)],
        [`added_unencrypted before ${item.key}`, items.toSpliced(at, 0, { kind: 'entry', key: 'added_unencrypted', value: leaf('x') })],
      ]
    : [[`${item.kind} ${at} once more`, items.toSpliced(at, 0, item)]],
);

const renamings = eachItem((item, items, at) =>
  item.kind === 'entry' ? [[`${item.key} renamed`, items.with(at, renamed(item, `${item.key}2`))]] : [],
);

const replacements = eachItem((item, items, at) => {
  const value = valueOf(item);
  const put = (replacement: Node): readonly Item[] => items.with(at, item.kind === 'entry' ? { ...item, value: replacement } : replacement);
  if (value.kind === 'comment' || value.kind === 'mapping' || value.kind === 'sequence') return [];
  return [
    [`${nameOf(item)} ${at} in clear`, put(leaf('alice'))],
    [`${nameOf(item)} ${at} a number`, put({ kind: 'leaf', type: 'int', text: '5432' })],
    [`${nameOf(item)} ${at} empty`, put(leaf(''))],
    [`${nameOf(item)} ${at} null`, put({ kind: 'null' })],
    [`${nameOf(item)} ${at} lengthened`, put(leaf(`${value.kind === 'leaf' ? value.text : ''}x`))],
  ];
});

const commentsChanged = eachItem((item, items, at) =>
  item.kind === 'comment'
    ? [
        [`comment ${at} in clear`, items.with(at, { kind: 'comment', text: ' in clear' })],
        ...items.flatMap((other, to): (readonly [string, readonly Item[]])[] =>
          other.kind === 'entry' || other.kind === 'comment' || other.kind !== 'leaf'
            ? []
            : [[`item ${to} as comment ${at}`, items.with(at, { kind: 'comment', text: other.text }).toSpliced(to, 1)]],
        ),
      ]
    : [],
);

/** Kinds of tampering with the values of a file. */
export const mutations: Readonly<Record<string, (format: FormatName, sealed: string) => readonly Tampered[]>> = {
  reordered: (format, sealed) => changes(format, sealed, rearranged(reorderings)),
  removed: (format, sealed) => changes(format, sealed, rearranged(removals)),
  added: (format, sealed) => changes(format, sealed, rearranged(additions)),
  renamed: (format, sealed) => changes(format, sealed, rearranged(renamings)),
  replaced: (format, sealed) => changes(format, sealed, rearranged(replacements)),
  'comments changed': (format, sealed) => changes(format, sealed, rearranged(commentsChanged)),
};

/** Every field of the metadata, nested ones included, replaced by values of every type, removed, and doubled. */
export const metadataMutations = (format: FormatName, sealed: string): readonly Tampered[] =>
  changes(format, sealed, (tree) =>
    tree.items.flatMap((item, at) => {
      if (!isMetadata(item) || item.kind !== 'entry') return [];
      return replaced(item.value).map(([what, value]) => ({
        what: `${item.key}${what}`,
        tree: { kind: 'mapping', items: tree.items.with(at, { ...item, value }) },
      }));
    }),
  );

const oddities: readonly Node[] = [
  { kind: 'null' },
  leaf(''),
  leaf('x'),
  leaf('2024-01-02T03:04:05Z'),
  leaf('ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]'),
  { kind: 'leaf', type: 'int', text: '-5' },
  { kind: 'leaf', type: 'int', text: '99999999999' },
  { kind: 'leaf', type: 'float', text: '1.5' },
  { kind: 'leaf', type: 'bool', text: 'True' },
  { kind: 'leaf', type: 'time', text: '2024-01-02T03:04:05Z' },
  { kind: 'mapping', items: [] },
  { kind: 'mapping', items: [{ kind: 'entry', key: 'enc', value: leaf('x') }] },
  { kind: 'sequence', items: [] },
  { kind: 'sequence', items: [{ kind: 'null' }, leaf('x'), { kind: 'sequence', items: [leaf('x')] }] },
];

function replaced(node: Node): readonly (readonly [string, Node])[] {
  const odd = oddities.map((oddity, at): readonly [string, Node] => [` is oddity ${at}`, oddity]);
  if (node.kind === 'leaf' || node.kind === 'null') return odd;
  const items: readonly Item[] = node.items;
  const removed = items.map((item, at): readonly [string, Node] => [
    `.${nameOf(item)} removed`,
    replaceItems(node, [], items.toSpliced(at, 1)),
  ]);
  const inner = items.flatMap((item, at) =>
    replacedIn(item).map(([what, changed]): readonly [string, Node] => [
      `.${nameOf(item)}${what}`,
      replaceItems(node, [], items.with(at, changed)),
    ]),
  );
  return [...odd, ...removed, ...inner];
}

function replacedIn(item: Item): readonly (readonly [string, Item])[] {
  if (item.kind === 'comment') return [];
  if (item.kind !== 'entry') return replaced(item);
  return replaced(item.value).map(([what, value]) => [what, { ...item, value }]);
}
