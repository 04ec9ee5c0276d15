import type { Entry, Mapping, Node } from '../document/tree.ts';
import { entriesOf, malformed } from './fields.ts';

/** What stands in a flat name before a key of a nested map, and before an index of a list (`stores/flatten.go`). */
const mapMark = '__map_';
const listMark = '__list_';

/** No record of sops is nested as deep as this. */
const maxDepth = 100;

/** The leaves of a record under flat names: `age__list_0__map_enc`. Comments and empty collections have none. */
export function flatten(record: Mapping, prefix: string): readonly Entry[] {
  return entriesOf(record).flatMap(({ key, value }) => flattenNode(value, prefix + key));
}

function flattenNode(node: Node, name: string): readonly Entry[] {
  if (node.kind === 'mapping') return flatten(node, name + mapMark);
  if (node.kind === 'sequence')
    return node.items.filter((item) => item.kind !== 'comment').flatMap((item, at) => flattenNode(item, `${name}${listMark}${at}`));
  return [{ kind: 'entry', key: name, value: node }];
}

/** A place of the record to be: a value, a map, a list, or by mistake several of them. */
interface Place {
  value?: Node;
  readonly keys: Map<string, Place>;
  readonly indices: Map<number, Place>;
}

const emptyPlace = (): Place => ({ keys: new Map(), indices: new Map() });

/** The record that flat names make, its maps sorted by key. Throws `MALFORMED_METADATA`: a list with holes, a name that is a value and a map, a name given twice. */
export function unflatten(entries: readonly Entry[]): Mapping {
  const root = emptyPlace();
  for (const { key, value } of entries) {
    const place = placeAt(root, key);
    if (place.value) throw malformed(key, 'stands there twice');
    place.value = value;
  }
  return mappingAt(root, '');
}

function placeAt(root: Place, name: string): Place {
  const marks = [...name.matchAll(/__map_|__list_/g)];
  if (marks.length > maxDepth) throw malformed(`${name.slice(0, 80)}…`, 'is nested too deep');
  let place = nextAt(root.keys, name.slice(0, marks[0]?.index ?? name.length));
  for (const [at, { 0: mark, index }] of marks.entries()) {
    const step = name.slice(index + mark.length, marks[at + 1]?.index ?? name.length);
    place = mark === listMark ? nextAt(place.indices, indexOf(step)) : nextAt(place.keys, step);
  }
  return place;
}

function nextAt<K>(places: Map<K, Place>, step: K): Place {
  const next = places.get(step) ?? emptyPlace();
  places.set(step, next);
  return next;
}

/** As Go's `Atoi` with its error overlooked. */
const indexOf = (digits: string): number => (/^[+-]?\d+$/.test(digits) ? Number(digits) : 0);

function nodeAt(place: Place, name: string): Node {
  const { value, keys, indices } = place;
  if ([value !== undefined, keys.size > 0, indices.size > 0].filter(Boolean).length > 1)
    throw malformed(name, 'is more than one of a value, a map and a list');
  if (value) return value;
  if (indices.size === 0) return mappingAt(place, name);
  const items = Array.from({ length: indices.size }, (_, at) => {
    const item = indices.get(at);
    if (!item) throw malformed(name, `is a list that lacks the item ${at}`);
    return nodeAt(item, `${name}[${at}]`);
  });
  return { kind: 'sequence', items };
}

function mappingAt({ keys }: Place, name: string): Mapping {
  const items = [...keys.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, place]): Entry => ({ kind: 'entry', key, value: nodeAt(place, name === '' ? key : `${name}.${key}`) }));
  return { kind: 'mapping', items };
}
