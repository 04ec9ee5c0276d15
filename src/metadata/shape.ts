import type { Entry, Mapping, Node } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import { entriesOf, malformed } from './fields.ts';
import { flatten, unflatten } from './flatten.ts';

/** Where the `sops` record stands: nested under one key, one flat section, or prefixed keys among the others. */
export type RecordShape = 'nested' | 'section' | 'prefixed';

const recordKey = 'sops';
const recordPrefix = 'sops_';

const isRecord = ({ key }: Entry, shape: RecordShape): boolean => (shape === 'prefixed' ? key.startsWith(recordPrefix) : key === recordKey);

/**
 * The record of an encrypted document, nested whatever its shape, or undefined where there is none (`stores/metadata.go`, ExtractMetadata): that of the first branch.
 * Throws `MALFORMED_METADATA` where it is not a mapping, stands there twice, or its flat names make no whole.
 */
export function findRecord(branches: readonly Mapping[], shape: RecordShape): Mapping | undefined {
  const [branch] = branches;
  const found = branch ? entriesOf(branch).filter((entry) => isRecord(entry, shape)) : [];
  if (found.length === 0) return undefined;
  if (shape === 'prefixed') return unflatten(found.map((entry) => ({ ...entry, key: entry.key.slice(recordPrefix.length) })));
  const record = only(found);
  if (entriesOf(record).length === 0) return undefined;
  return shape === 'section' ? unflatten(entriesOf(record)) : record;
}

function only([entry, second]: readonly Entry[]): Mapping {
  if (second) throw malformed(recordKey, 'stands there twice');
  if (entry?.value.kind !== 'mapping') throw malformed(recordKey, 'is not a mapping');
  return entry.value;
}

/** Whether one of the branches holds what a record would take the place of: then the document cannot be encrypted. */
export const hasRecord = (branches: readonly Mapping[], shape: RecordShape): boolean =>
  branches.some((branch) => entriesOf(branch).some((entry) => isRecord(entry, shape)));

/** The branches without the record. */
export function withoutRecord(branches: readonly Mapping[], shape: RecordShape): readonly Mapping[] {
  return branches.map((branch) => {
    const items = branch.items.filter((item) => item.kind === 'comment' || !isRecord(item, shape));
    return items.length === branch.items.length ? branch : { ...branch, items };
  });
}

/** A nested record in the shape a format keeps it in: what `Format.attach` and `Format.amend` take. Throws `UNPRINTABLE_DOCUMENT` where two names become one. */
export function shapeRecord(nested: Mapping, shape: RecordShape): Mapping {
  if (shape === 'nested') return nested;
  const entries = new Map<string, Node>();
  for (const { key, value } of flatten(nested, shape === 'prefixed' ? recordPrefix : '')) {
    if (entries.has(key))
      throw new SopsError('UNPRINTABLE_DOCUMENT', `two entries of the sops metadata would both be called ${key} in this format`);
    entries.set(key, value);
  }
  return { kind: 'mapping', items: [...entries].map(([key, value]) => ({ kind: 'entry', key, value })) };
}
