import type { Content, Held, Parts, Secret } from '../destinations/destination.ts';
import type { Entry, Leaf, Mapping, Node } from '../document/tree.ts';
import type { Format } from '../formats/format.ts';
import type { MadeSecret } from './secrets-of-file.ts';

export type Change = 'added' | 'changed' | 'removed' | 'unchanged';

/** What becomes of a key of a file; never a value. */
export interface KeyChange {
  readonly key: string;
  readonly change: Change;
}

/** A secret beside what is there. */
export interface Compared {
  readonly made: MadeSecret;
  readonly held: Held | undefined;
  readonly changes: readonly KeyChange[];
  readonly parts: Parts;
}

/** Compares a secret with what is there, key by key: the order of keys, and numbers that are the same, make no difference. */
export function compareSecret(made: MadeSecret, held: Held | undefined, json: Format): Compared {
  const changes = changesOf(made, held, json);
  const content = held?.deleted === true || held?.content === undefined || changes.some(({ change }) => change !== 'unchanged');
  return { made, held, changes, parts: { content, beside: held === undefined || !isBeside(made.secret, held) } };
}

function changesOf({ key, secret: { content } }: MadeSecret, held: Held | undefined, json: Format): readonly KeyChange[] {
  const there = held?.deleted === true ? undefined : held?.content;
  const wanted = content.kind === 'map' && key === undefined ? mapIn(content.json, json) : undefined;
  if (wanted !== undefined) return changesByKey(wanted, { now: mapThere(there, json), isThere: there !== undefined });
  return [{ key: key ?? 'data', change: there === undefined ? 'added' : isContent(content, there, json) ? 'unchanged' : 'changed' }];
}

function isContent(content: Content, there: string | Uint8Array, json: Format): boolean {
  if (content.kind === 'bytes') return there instanceof Uint8Array && sameBytes(there, content.bytes);
  if (content.kind === 'text') return there === content.text;
  const [wanted, now] = [mapIn(content.json, json), mapThere(there, json)];
  return wanted !== undefined && now !== undefined ? isSame(wanted, now) : there === content.json;
}

const mapThere = (there: string | Uint8Array | undefined, json: Format): Mapping | undefined =>
  typeof there === 'string' ? mapIn(there, json) : undefined;

function changesByKey(
  wanted: Mapping,
  { now, isThere }: { readonly now: Mapping | undefined; readonly isThere: boolean },
): readonly KeyChange[] {
  const values = valuesIn(now ?? { kind: 'mapping', items: [] });
  const changes = [...valuesIn(wanted)].map(([key, value]): KeyChange => {
    const other = values.get(key);
    if (other === undefined) return { key, change: isThere && now === undefined ? 'changed' : 'added' };
    return { key, change: isSame(value, other) ? 'unchanged' : 'changed' };
  });
  const keys = new Set(changes.map(({ key }) => key));
  const removed = [...values.keys()].filter((key) => !keys.has(key)).map((key): KeyChange => ({ key, change: 'removed' }));
  return [...changes, ...removed];
}

/** Undefined for a text that is no map in JSON. */
function mapIn(text: string, json: Format): Mapping | undefined {
  try {
    return json.parse(text).branches[0];
  } catch {
    return undefined;
  }
}

const valuesIn = ({ items }: Mapping): ReadonlyMap<string, Node> =>
  new Map(items.flatMap((item): (readonly [string, Node])[] => (item.kind === 'entry' ? [[item.key, item.value]] : [])));

function isSame(one: Node, other: Node): boolean {
  if (one.kind === 'mapping' && other.kind === 'mapping') return sameMaps(entriesOf(one), valuesIn(other));
  if (one.kind === 'sequence' && other.kind === 'sequence') return sameLists(nodesOf(one.items), nodesOf(other.items));
  if (one.kind === 'leaf' && other.kind === 'leaf') return isSameLeaf(one, other);
  return one.kind === 'null' && other.kind === 'null';
}

const entriesOf = ({ items }: Mapping): readonly Entry[] => items.filter((item) => item.kind === 'entry');
const nodesOf = (items: Extract<Node, { kind: 'sequence' }>['items']): readonly Node[] => items.filter((item) => item.kind !== 'comment');

const sameMaps = (one: readonly Entry[], other: ReadonlyMap<string, Node>): boolean =>
  one.length === other.size &&
  one.every(({ key, value }) => {
    const same = other.get(key);
    return same !== undefined && isSame(value, same);
  });

const sameLists = (one: readonly Node[], other: readonly Node[]): boolean =>
  one.length === other.length &&
  one.every((node, at) => {
    const same = other[at];
    return same !== undefined && isSame(node, same);
  });

/** Numbers are the same where JavaScript knows both exactly; beyond that their digits count. */
function isSameLeaf(one: Leaf, other: Leaf): boolean {
  if (isNumber(one) && isNumber(other)) {
    const [first, second] = [Number(one.text), Number(other.text)];
    return one.text === other.text || (first === second && (!Number.isInteger(first) || Number.isSafeInteger(first)));
  }
  return one.type === other.type && one.text === other.text;
}

const isNumber = ({ type }: Leaf): boolean => type === 'int' || type === 'float';

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/** Whether tags, description and mark are there. Tags of others stay. */
function isBeside({ tags, description, mark }: Secret, held: Held): boolean {
  if (held.deleted === true) return false;
  const same = mark === undefined || (mark.rule === held.mark?.rule && mark.file === held.mark.file);
  return (
    same &&
    Object.entries(tags).every(([name, value]) => held.tags[name] === value) &&
    (held.description === undefined || description === '' || held.description === description)
  );
}
