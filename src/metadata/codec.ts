import type { Entry, Leaf, Mapping, Node } from '../document/tree.ts';
import type { KeySource } from '../keysources/keysource.ts';
import { boolOf, entriesOf, fieldOf, integerOf, listOf, malformed, mappingOf, textOf } from './fields.ts';
import { readKey, readUnknownKeys, sorted, text, unknownEntry, writeKey } from './key-entry.ts';
import { defaultSelection, type KeyGroup, type Metadata, type Selection, type WrappedKey, patternRules, suffixRules } from './metadata.ts';
import { selectionsFrom } from './selection.ts';
import { parseTime } from './time.ts';

const fields: readonly string[] = [
  ...suffixRules,
  ...patternRules,
  'shamir_threshold',
  'key_groups',
  'lastmodified',
  'mac',
  'mac_only_encrypted',
  'version',
  'layout',
];

/** Lists that sops writes into a key group even when they are empty. */
const alwaysInGroups: readonly string[] = ['age', 'hc_vault'];

/**
 * The `sops` record, nested, as metadata (`stores/metadata.go`, `stores/stores.go`: ToInternal). Types are weak, as there: `"2"`, `2` and `2.0` are the same number.
 * Throws `MALFORMED_METADATA`, naming the field.
 */
export function readMetadata(record: Mapping, keySources: readonly KeySource[]): Metadata {
  const lastModified = parseTime(textOf(fieldOf(record, 'lastmodified'), 'lastmodified'));
  if (!lastModified) throw malformed('lastmodified', 'is not a time such as 2006-01-02T15:04:05Z');
  const { groups, unknown } = readGroups(record, keySources);
  const layout = textOf(fieldOf(record, 'layout'), 'layout');
  return {
    version: textOf(fieldOf(record, 'version'), 'version'),
    lastModified: lastModified.text,
    mac: textOf(fieldOf(record, 'mac'), 'mac'),
    macOnlyEncrypted: boolOf(fieldOf(record, 'mac_only_encrypted'), 'mac_only_encrypted'),
    selection: readSelection(record),
    shamirThreshold: integerOf(fieldOf(record, 'shamir_threshold'), 'shamir_threshold'),
    keyGroups: groups,
    ...(layout === '' ? {} : { layout }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

function readSelection(record: Mapping): Selection {
  const [rule = defaultSelection, other] = selectionsFrom((by) => textOf(fieldOf(record, by), by));
  if (other) throw malformed(other.by, `stands beside ${rule.by}: a file can have one rule only`);
  return rule;
}

interface Groups {
  readonly groups: readonly KeyGroup[];
  readonly unknown: readonly Entry[];
}

/** Keys at the top are one group, and then `key_groups` counts for nothing. */
function readGroups(record: Mapping, keySources: readonly KeySource[]): Groups {
  const known = readGroup(record, keySources, '');
  const nested = known.length > 0 ? [] : listOf(fieldOf(record, 'key_groups'));
  const groups = nested.map((node, at) => readNestedGroup(node, keySources, `key_groups[${at}]`));
  const foreign = readForeign(record, keySources);
  if (groups.length > 0) return { groups, unknown: [...foreign.lists, ...foreign.rest] };
  const group = [...known, ...foreign.keys];
  if (group.length === 0) throw malformed('sops', 'has no master keys (no keys found in file)');
  return { groups: [group], unknown: foreign.rest };
}

function readNestedGroup(node: Node, keySources: readonly KeySource[], where: string): KeyGroup {
  const group = mappingOf(node, where);
  return [...readGroup(group, keySources, `${where}.`), ...readForeign(group, keySources).keys];
}

function readGroup(group: Mapping, keySources: readonly KeySource[], where: string): readonly WrappedKey[] {
  return keySources.flatMap((source) =>
    listOf(fieldOf(group, source.list)).map((node, at) => readKey(node, source, `${where}${source.list}[${at}]`)),
  );
}

interface Foreign {
  readonly keys: readonly WrappedKey[];
  /** The entries that `keys` were read from. */
  readonly lists: readonly Entry[];
  readonly rest: readonly Entry[];
}

/** A list without master keys, which old versions of sops wrote for each kind. */
const isEmpty = (value: Node): boolean => value.kind === 'null' || (value.kind === 'sequence' && value.items.length === 0);

/** What a newer program, or one of old, wrote into a record or a key group: master keys of kinds to come, empty lists, and all else. */
function readForeign(mapping: Mapping, keySources: readonly KeySource[]): Foreign {
  const ownLists = new Set(keySources.map(({ list }) => list));
  const known = new Set([...fields, ...ownLists]);
  const keys: WrappedKey[] = [];
  const lists: Entry[] = [];
  const rest: Entry[] = [];
  for (const entry of entriesOf(mapping)) {
    if (ownLists.has(entry.key) && isEmpty(entry.value)) rest.push(entry);
    if (known.has(entry.key.toLowerCase())) continue;
    const found = readUnknownKeys(entry.key, entry.value);
    (found ? lists : rest).push(entry);
    keys.push(...(found ?? []));
  }
  return { keys, lists, rest };
}

/** Metadata as the nested `sops` record: the fields of sops 3.13.3, sorted by name, then what newer programs added, in its place. */
export function writeMetadata(metadata: Metadata, keySources: readonly KeySource[]): Mapping {
  const own = new Map<string, Node>([
    ['lastmodified', text(metadata.lastModified)],
    ['mac', text(metadata.mac)],
    ['version', text(metadata.version)],
    ...writeGroups(metadata.keyGroups, keySources),
    ...writeRules(metadata),
  ]);
  if (metadata.layout !== undefined) own.set('layout', text(metadata.layout));
  for (const { key, value } of metadata.unknown ?? []) if (!own.has(key)) own.set(key, value);
  return mappingFrom(own);
}

/** What sops leaves out where it says nothing. */
function writeRules({ selection, shamirThreshold, macOnlyEncrypted }: Metadata): ReadonlyMap<string, Node> {
  const rules = new Map<string, Node>();
  const rule = 'suffix' in selection ? selection.suffix : selection.pattern;
  if (rule !== '') rules.set(selection.by, text(rule));
  if (shamirThreshold !== 0) rules.set('shamir_threshold', integer(shamirThreshold));
  if (macOnlyEncrypted) rules.set('mac_only_encrypted', { kind: 'leaf', type: 'bool', text: 'True' });
  return rules;
}

const integer = (value: number): Leaf => ({ kind: 'leaf', type: 'int', text: String(value) });

const mappingFrom = (nodes: Iterable<readonly [string, Node]>): Mapping =>
  sorted([...nodes].map(([key, value]) => ({ kind: 'entry', key, value })));

/** One group is written at the top. */
function writeGroups(groups: readonly KeyGroup[], keySources: readonly KeySource[]): ReadonlyMap<string, Node> {
  const [only, second] = groups;
  if (only && !second) return writeGroup(only, keySources, []);
  if (!only) return new Map();
  return new Map([
    ['key_groups', { kind: 'sequence', items: groups.map((group) => mappingFrom(writeGroup(group, keySources, alwaysInGroups))) }],
  ]);
}

function writeGroup(group: KeyGroup, keySources: readonly KeySource[], always: readonly string[]): ReadonlyMap<string, Node> {
  const lists = new Map<string, Mapping[]>(always.map((list) => [list, []]));
  for (const wrapped of group) {
    const source = keySources.find(({ kind }) => kind === wrapped.masterKey.kind);
    const entry = source ? writeKey(wrapped, source) : unknownEntry(wrapped.masterKey);
    if (!entry) throw new TypeError(`no key source writes master keys of the kind ${wrapped.masterKey.kind}`);
    const list = source?.list ?? wrapped.masterKey.kind;
    const items = lists.get(list);
    if (items) items.push(entry);
    else lists.set(list, [entry]);
  }
  return new Map([...lists].map(([list, items]) => [list, { kind: 'sequence', items }]));
}
