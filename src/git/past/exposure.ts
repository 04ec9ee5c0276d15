import type { Metadata } from '../../metadata/metadata.ts';
import { effectiveThreshold } from '../../operations/data-key.ts';
import type { DataKeys } from './data-keys.ts';
import type { Commit } from '../history.ts';
import { ancestorsOf, type FileVersion, type Lineage } from './lineage.ts';
import { stepBack, type ValueAt } from './origins.ts';
import { type Readable, readableOf, type Reading, standingIn } from './readable.ts';

/** How much of a file a recipient can read. */
export type Access =
  /** It is encrypted for the recipient. */
  | 'recipient'
  /** It no longer is, but its data key is one that the recipient could unwrap. */
  | 'data key'
  /** It was, and has another data key now. */
  | 'former'
  /** Only ever together with other key groups. */
  | 'share';

/** What a recipient knows of a value. */
export type Knowledge =
  /** Could be read as it is now. */
  | 'unchanged'
  /** Set after the recipient was removed, under a data key that it knows. */
  | 'set later'
  /** Could be read under an earlier data key; whether it changed since cannot be told without a key. */
  | 're-encrypted'
  /** The same, and a key showed that it did not change. */
  | 'same'
  /** Could be read, and is another now. */
  | 'changed'
  /** Could be read, and is there no longer. */
  | 'removed';

/** One value that a recipient could read. */
export interface ExposedValue {
  readonly path: string;
  readonly knows: Knowledge;
  /** From which commit on what it knows of the value could be read. */
  readonly since: Commit | undefined;
  /** Of what is re-encrypted: what could be read and may be the same. */
  readonly readable?: readonly ValueAt[];
}

/** What a recipient could read of one file. */
export interface ExposedFile {
  /** As it is called now, or was when it was last encrypted. */
  readonly path: string;
  readonly version: FileVersion;
  readonly access: Access;
  readonly gone: boolean;
  /** The commit that took the recipient out. */
  readonly removedBy: Commit | undefined;
  readonly values: readonly ExposedValue[];
}

/** Whether a master key is one that the recipient holds. */
type IsHeld = (wrapped: Metadata['keyGroups'][number][number]) => boolean;

/**
 * What a recipient could read of the files as they are now, by whom they were ever encrypted for. Whoever unwrapped a data key once reads everything under it, whenever it is written.
 * What was replaced before the commit that the lineage knows as such is left out.
 * @param dataKeys with all versions of the lineage
 */
export function exposure(lineage: Lineage, dataKeys: DataKeys, isHeld: IsHeld): readonly ExposedFile[] {
  const known = new Set(lineage.versions.filter((version) => readsAlone(version, isHeld)).map((version) => dataKeys.of(version)));
  const named = new Map(lineage.versions.map((version) => [version, isNamed(version, isHeld)]));
  const reader: Reader = {
    dataKeys,
    names: (version) => named.get(version) ?? isNamed(version, isHeld),
    knows: (version) => known.has(dataKeys.of(version)),
    counts: (version) => !lineage.replaced.has(version),
  };
  const all = [
    ...[...lineage.files.values()].map((version) => ({ version, gone: false })),
    ...[...lineage.gone.values()].map((version) => ({ version, gone: true })),
  ];
  return all
    .flatMap(({ version, gone }) => exposedFile(version, gone, reader) ?? [])
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

interface Reader extends Reading {
  /** Whether a version is encrypted for the recipient, if not for it alone. */
  readonly names: (version: FileVersion) => boolean;
}

function readsAlone({ metadata: { keyGroups, shamirThreshold } }: FileVersion, isHeld: IsHeld): boolean {
  const needed = keyGroups.length === 1 ? 1 : effectiveThreshold(shamirThreshold, keyGroups.length);
  return keyGroups.filter((group) => group.some(isHeld)).length >= needed;
}

const isNamed = ({ metadata }: FileVersion, isHeld: IsHeld): boolean => metadata.keyGroups.flat().some(isHeld);

function exposedFile(version: FileVersion, gone: boolean, reader: Reader): ExposedFile | undefined {
  const { names, knows, counts } = reader;
  const all = [...ancestorsOf([version])].filter(counts);
  const readable = all.filter(knows);
  if (readable.length === 0 && !all.some(names)) return undefined;
  return {
    path: version.path,
    version,
    access: gone && readable.length > 0 ? 'former' : accessTo(version, readable.length > 0, reader),
    gone,
    removedBy: removalFrom(version, reader),
    values: gone ? valuesBefore(new Map(), readable) : [...valuesNow(version, readable, reader), ...valuesBefore(version.values, readable)],
  };
}

function accessTo(version: FileVersion, everReadable: boolean, { names, knows }: Reader): Access {
  if (!everReadable) return 'share';
  if (!knows(version)) return 'former';
  return names(version) ? 'recipient' : 'data key';
}

/** The commit that took the recipient out for the last time; undefined where it is still there, or never was. */
function removalFrom(version: FileVersion, { names }: Reader): Commit | undefined {
  const seen = new Set<FileVersion>();
  for (let at: FileVersion | undefined = version; at !== undefined && !seen.has(at) && !names(at); at = at.earlier[0]) {
    seen.add(at);
    if (at.earlier.some(names)) return at.commit;
  }
  return undefined;
}

function valuesNow(version: FileVersion, readable: readonly FileVersion[], reader: Reader): readonly ExposedValue[] {
  const standing = standingIn(ancestorsOf([version]));
  return [...version.values].flatMap(([path, { sealed }]): readonly ExposedValue[] => {
    if (!sealed) return [];
    const [first, ...others] = readableOf({ version, path }, standing, reader);
    if (first !== undefined) return [exposedValue(path, [first, ...others], reader)];
    return readable.some(({ values }) => values.get(path)?.sealed) ? [{ path, knows: 'changed', since: undefined }] : [];
  });
}

function exposedValue(path: string, found: readonly [Readable, ...Readable[]], { dataKeys, names }: Reader): ExposedValue {
  const { at, reencrypted } = found.find((one) => !one.reencrypted) ?? found[0];
  const same = [at.version, ...sameBefore(at, dataKeys)];
  const named = same.filter(names);
  const since = (named.at(-1) ?? same.at(-1))?.commit;
  if (reencrypted) return { path, knows: 're-encrypted', since, readable: found.map((one) => one.at) };
  return { path, knows: named.length > 0 ? 'unchanged' : 'set later', since };
}

/** The earlier versions that have the very ciphertext. */
function sameBefore(value: ValueAt, dataKeys: DataKeys): readonly FileVersion[] {
  const found: FileVersion[] = [];
  let step = stepBack(value, dataKeys);
  while (step.kind === 'kept') {
    found.push(step.from.version);
    step = stepBack(step.from, dataKeys);
  }
  return found;
}

/** Values that the file had while it could be read, and has no longer. */
function valuesBefore(now: FileVersion['values'], readable: readonly FileVersion[]): readonly ExposedValue[] {
  const kept = new Set([...now.values()].map(({ text }) => text));
  const gone = new Map<string, ExposedValue>();
  for (const one of readable) {
    for (const [path, { sealed, text }] of one.values) {
      if (sealed && !now.has(path) && !kept.has(text)) gone.set(path, { path, knows: 'removed', since: one.commit });
    }
  }
  return [...gone.values()];
}
