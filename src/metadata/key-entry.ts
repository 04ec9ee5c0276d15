import type { Entry, Leaf, Mapping, Node, Sequence } from '../document/tree.ts';
import type { FieldValue, KeyFields, KeySource } from '../keysources/keysource.ts';
import { entriesOf, fieldOf, leafText, malformed, mappingOf, textOf } from './fields.ts';
import type { MasterKey, UnknownKey, WrappedKey } from './metadata.ts';
import { parseTime, printTime } from './time.ts';

/** What Go prints for a time nobody set. */
const noTime = '0001-01-01T00:00:00Z';

/** A text leaf that stands nowhere. */
export const text = (value: string): Leaf => ({ kind: 'leaf', type: 'str', text: value });

/** A mapping made of entries, sorted by name as sops writes them. */
export const sorted = (entries: readonly Entry[]): Mapping => ({
  kind: 'mapping',
  items: entries.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
});

/** Reads one entry of a list of master keys (`stores/stores.go`, toInternal). Throws `MALFORMED_METADATA`. */
export function readKey(node: Node, source: KeySource, where: string): WrappedKey {
  const entry = mappingOf(node, where);
  const { fields, crooked } = fieldsOf(entry, source);
  const masterKey = source.fromFields(fields);
  const known = new Set(Object.keys(source.toFields(masterKey)));
  for (const name of crooked) if (known.has(name)) throw malformed(`${where}.${name}`, 'is neither a text nor a map of texts');
  const unknown = entriesOf(entry).filter(({ key, value }) => !known.has(key.toLowerCase()) && !isOurs(key, source) && !isEmpty(value));
  return {
    masterKey,
    wrapped: textOf(fieldOf(entry, 'enc'), `${where}.enc`),
    ...(source.dated ? { createdAt: readCreatedAt(entry, where) } : {}),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** Whether a field is one that every entry of the source has beside the master key's own. */
const isOurs = (key: string, { dated }: KeySource): boolean => key.toLowerCase() === 'enc' || (dated && key.toLowerCase() === 'created_at');

function isEmpty(node: Node): boolean {
  if (node.kind === 'leaf') return node.type === 'str' && node.text === '';
  return node.kind === 'null' || node.items.length === 0;
}

function readCreatedAt(entry: Mapping, where: string): Date {
  const stamp = parseTime(textOf(fieldOf(entry, 'created_at'), `${where}.created_at`));
  if (!stamp) throw malformed(`${where}.created_at`, 'is not a time such as 2006-01-02T15:04:05Z');
  return stamp.date;
}

/** The fields of an entry as key sources take them, and the names of those that are maps of more than texts. */
function fieldsOf(entry: Mapping, source: KeySource): { readonly fields: KeyFields; readonly crooked: ReadonlySet<string> } {
  const crooked = new Set<string>();
  const fields = new Map<string, FieldValue>();
  for (const { key, value } of inExactness(entriesOf(entry))) {
    const name = key.toLowerCase();
    if (value.kind === 'null' || isOurs(name, source)) continue;
    if (value.kind === 'leaf' && value.type === 'time') crooked.add(name);
    fields.set(name, value.kind === 'leaf' ? leafText(value) : mapOf(value, () => crooked.add(name)));
  }
  return { fields: Object.fromEntries(fields), crooked };
}

/** Entries whose names are exact come last, so that they win. */
const inExactness = (entries: readonly Entry[]): readonly Entry[] => [
  ...entries.filter(({ key }) => key !== key.toLowerCase()),
  ...entries.filter(({ key }) => key === key.toLowerCase()),
];

/** A map of texts; of a list of maps, all of them together (mapstructure, decodeMapFromSlice). What is none is not empty either, so that key sources see it. */
function mapOf(node: Mapping | Sequence, onCrooked: () => void): Readonly<Record<string, string | null>> {
  const map = new Map<string, string | null>();
  for (const part of node.kind === 'sequence' ? node.items : [node]) {
    if (part.kind === 'comment' || part.kind === 'null') continue;
    const entries = part.kind === 'mapping' ? entriesOf(part) : [{ key: '', value: part }];
    for (const { key, value } of entries) map.set(key, value.kind === 'leaf' ? leafText(value) : null);
    if (part.kind !== 'mapping' || entries.some(({ value }) => isCollection(value))) onCrooked();
  }
  return Object.fromEntries(map);
}

const isCollection = ({ kind }: Node): boolean => kind === 'mapping' || kind === 'sequence';

/** Writes one entry of a list of master keys, sorted by name (`stores/stores.go`, …KeysFromGroup). */
export function writeKey({ masterKey, wrapped, createdAt, unknown = [] }: WrappedKey, source: KeySource): Mapping {
  const own = new Map<string, Node>([
    ...Object.entries(source.toFields(masterKey)).map(([name, value]): [string, Node] => [name, fieldNode(value)]),
    ['enc', text(wrapped)],
  ]);
  if (source.dated) own.set('created_at', text(createdAt ? printTime(createdAt) : noTime));
  for (const { key, value } of unknown) if (!own.has(key)) own.set(key, value);
  return sorted([...own].map(([key, value]) => ({ kind: 'entry', key, value })));
}

function fieldNode(value: FieldValue): Node {
  if (typeof value === 'string') return text(value);
  return sorted(Object.entries(value).map(([key, item]) => ({ kind: 'entry', key, value: item === null ? { kind: 'null' } : text(item) })));
}

/** Reads a list of entries under a name that no key source has: master keys of a kind to come, if each has its data key; else undefined. */
export function readUnknownKeys(kind: string, list: Node): readonly WrappedKey<UnknownKey>[] | undefined {
  if (list.kind !== 'sequence') return undefined;
  const keys: WrappedKey<UnknownKey>[] = [];
  for (const entry of list.items) {
    if (entry.kind === 'comment') continue;
    const wrapped = entry.kind === 'mapping' ? fieldOf(entry, 'enc') : undefined;
    if (entry.kind !== 'mapping' || wrapped?.kind !== 'leaf') return undefined;
    keys.push({ masterKey: { kind, entry }, wrapped: leafText(wrapped) });
  }
  return keys.length === 0 ? undefined : keys;
}

/** The entry of a master key of unknown kind, as it stood. */
export const unknownEntry = (masterKey: MasterKey): Mapping | undefined => (isUnknown(masterKey) ? masterKey.entry : undefined);

const isUnknown = (masterKey: MasterKey): masterKey is UnknownKey => 'entry' in masterKey;
