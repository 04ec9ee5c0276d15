import type { GroupItem, KeyFields, KeyOptions, KeySource } from '../keysources/keysource.ts';
import { SopsError } from '../errors.ts';
import type { MasterKey } from '../metadata/metadata.ts';
import { type ConfigReader, spelled, type Value } from './reader.ts';

/** Sources whose keys sops takes first, being local (`config/config.go`, extractMasterKeys). */
const firstKinds: readonly string[] = ['age', 'pgp'];

/** Key sources in the order in which their keys are taken from a rule or a group. */
export const inConfigOrder = (keySources: readonly KeySource[]): readonly KeySource[] => [
  ...firstKinds.flatMap((kind) => keySources.filter((source) => source.kind === kind)),
  ...keySources.filter(({ kind }) => !firstKinds.includes(kind)),
];

/** The master keys that stand in a rule itself, as comma-separated texts or lists of them. Throws `MALFORMED_CONFIG`. */
export function ruleKeys(
  fields: ReadonlyMap<string, Value>,
  keySources: readonly KeySource[],
  reader: ConfigReader,
  options: KeyOptions,
): readonly MasterKey[] {
  return inConfigOrder(keySources).flatMap((source) => {
    const value = fields.get(source.config.rule);
    return value ? parsed(() => source.parse(joined(value, reader), options), value, reader) : [];
  });
}

/** A text as it is, a list of texts as one text; sops refuses numbers and the like here. */
function joined(value: Value, reader: ConfigReader): string {
  const { node, offset, name } = value;
  if (node.kind === 'null') return '';
  if (node.kind === 'leaf' && node.type === 'str') return node.text;
  if (node.kind !== 'sequence' || node.items.some((item) => item.kind === 'null'))
    throw reader.malformed(offset, `${name} is neither a text nor a list of texts`);
  return reader
    .list(value, `an item of ${name}`)
    .map((item) => {
      if (item.node.kind !== 'leaf' || item.node.type !== 'str') throw reader.malformed(item.offset, `${item.name} is not a text`);
      return item.node.text;
    })
    .join(',');
}

/** Calls a key source, and says where in the file stands what it refused. */
function parsed<T>(parse: () => T, { offset, name }: Value, reader: ConfigReader): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'MALFORMED_KEY') throw error;
    throw reader.malformed(offset, `${name}: ${error.message}`, error);
  }
}

/** Reads key groups, each once however often it is merged. */
export class GroupReader {
  readonly #known = new Map<Value['node'], readonly MasterKey[]>();
  readonly #keySources: readonly KeySource[];
  readonly #reader: ConfigReader;

  constructor(keySources: readonly KeySource[], reader: ConfigReader) {
    this.#keySources = inConfigOrder(keySources);
    this.#reader = reader;
  }

  /** The kinds of key that a group itself names. */
  kinds(group: Value): readonly string[] {
    const fields = this.#reader.fields(group);
    return this.#keySources.filter(({ config }) => this.#items(fields, config.group).length > 0).map(({ kind }) => kind);
  }

  /** The master keys of a group: those of merged groups, then its own, without repetitions. Throws `MALFORMED_CONFIG`. */
  keys(group: Value): readonly MasterKey[] {
    const known = this.#known.get(group.node);
    if (known) return known;
    const fields = this.#reader.fields(group);
    const distinct = new Map<string, MasterKey>();
    const add = (key: MasterKey): void => {
      const name = this.#nameOf(key);
      if (!distinct.has(name)) distinct.set(name, key);
    };
    for (const inner of this.#items(fields, 'merge')) this.keys(inner).forEach(add);
    for (const source of this.#keySources) {
      for (const item of this.#items(fields, source.config.group))
        parsed(() => source.fromGroup(groupItem(item, this.#reader)), item, this.#reader).forEach(add);
    }
    const keys = [...distinct.values()];
    this.#known.set(group.node, keys);
    return keys;
  }

  #items(fields: ReadonlyMap<string, Value>, name: string): readonly Value[] {
    const value = fields.get(name);
    return value ? this.#reader.list(value, `an item of ${value.name}`) : [];
  }

  #nameOf(key: MasterKey): string {
    return `${key.kind}/${this.#keySources.find(({ kind }) => kind === key.kind)?.describe(key) ?? ''}`;
  }
}

function groupItem(item: Value, reader: ConfigReader): GroupItem {
  if (item.node.kind === 'leaf' || item.node.kind === 'null') return reader.text(item);
  return Object.fromEntries([...reader.fields(item)].flatMap(([name, value]) => itemFields(name, value, reader)));
}

function itemFields(name: string, value: Value, reader: ConfigReader): readonly [string, KeyFields[string]][] {
  const { node } = value;
  if (node.kind === 'null') return [];
  if (node.kind === 'leaf') return [[name, spelled(node)]];
  const entries = [...reader.fields(value)].map(([key, inner]): [string, string | null] => [
    key,
    inner.node.kind === 'null' ? null : reader.text(inner),
  ]);
  return [[name, Object.fromEntries(entries)]];
}
