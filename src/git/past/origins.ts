import type { DataKeys } from './data-keys.ts';
import type { FileVersion } from './lineage.ts';
import { type StandingValue, surelyDiffer } from './sealed-versions.ts';

/** A value in one version of its file. */
export interface ValueAt {
  readonly version: FileVersion;
  readonly path: string;
}

/** Where a value came from, one version earlier. */
export type Step =
  /** It stands there as it is, if in another place of a list. */
  | { readonly kind: 'kept'; readonly from: ValueAt }
  /** It stands there under another data key, and may be the same or not. */
  | { readonly kind: 're-encrypted'; readonly from: readonly ValueAt[] }
  | { readonly kind: 'changed' }
  | { readonly kind: 'added' };

/** Looks one version back. Within one data key, a value that did not change keeps its ciphertext: sops and sopsmith both see to that. */
export function stepBack({ version, path }: ValueAt, dataKeys: DataKeys): Step {
  const value = version.values.get(path);
  if (value === undefined) return { kind: 'added' };
  for (const earlier of version.earlier) {
    const place = placeOf(value, path, earlier);
    if (place !== undefined) return { kind: 'kept', from: { version: earlier, path: place } };
  }
  const before = version.earlier.filter(({ values }) => values.has(path));
  const own = dataKeys.of(version);
  const maySame = before.filter((earlier) => {
    const old = earlier.values.get(path);
    return old?.sealed === true && value.sealed && dataKeys.of(earlier) !== own && !surelyDiffer(old.text, value.text);
  });
  if (maySame.length > 0) return { kind: 're-encrypted', from: maySame.map((earlier) => ({ version: earlier, path })) };
  return { kind: before.length > 0 ? 'changed' : 'added' };
}

const places = new WeakMap<FileVersion, ReadonlyMap<string, string>>();

/** Where a value stands in an earlier version: in its place, or as ciphertext anywhere. */
function placeOf(value: StandingValue, path: string, earlier: FileVersion): string | undefined {
  const there = earlier.values.get(path);
  if (there?.sealed === value.sealed && there.text === value.text) return path;
  if (!value.sealed) return undefined;
  const known = places.get(earlier) ?? new Map([...earlier.values].flatMap(([place, { sealed, text }]) => (sealed ? [[text, place]] : [])));
  places.set(earlier, known);
  return known.get(value.text);
}
