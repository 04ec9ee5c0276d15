import type { DataKeys } from './data-keys.ts';
import type { FileVersion } from './lineage.ts';
import { stepBack, type ValueAt } from './origins.ts';
import { surelyDiffer } from './sealed-versions.ts';

/** What a recipient could read. */
export interface Reading {
  readonly dataKeys: DataKeys;
  /** Whether the recipient could ever unwrap the data key of a version. */
  readonly knows: (version: FileVersion) => boolean;
  /** Whether it was not replaced before the commit from which on is asked. */
  readonly counts: (version: FileVersion) => boolean;
}

/** A value where it could be read, and whether it was encrypted under another data key since. */
export interface Readable {
  readonly at: ValueAt;
  readonly reencrypted: boolean;
}

/** Where each ciphertext stands. */
export type Standing = ReadonlyMap<string, readonly ValueAt[]>;

/** Where each ciphertext stands in some versions. */
export function standingIn(versions: Iterable<FileVersion>): Standing {
  const found = new Map<string, ValueAt[]>();
  for (const version of versions)
    for (const [path, { sealed, text }] of version.values) {
      if (!sealed) continue;
      const there = found.get(text);
      if (there === undefined) found.set(text, [{ version, path }]);
      else there.push({ version, path });
    }
  return found;
}

/** The newest places in which a value could be read that may be the one of now. */
export function readableOf(value: ValueAt, standing: Standing, { dataKeys, knows, counts }: Reading): readonly Readable[] {
  const found: Readable[] = [];
  const waiting: Readable[] = [{ at: value, reencrypted: false }];
  const seen = new Map<FileVersion, Set<string>>();
  const isNew = ({ version, path }: ValueAt): boolean => {
    const paths = seen.get(version) ?? new Set();
    seen.set(version, paths);
    return !paths.has(path) && paths.add(path).has(path);
  };
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    if (!isNew(one.at)) continue;
    if (!knows(one.at.version)) waiting.push(...before(one, standing, dataKeys));
    else if (counts(one.at.version)) found.push(one);
  }
  return found;
}

function before({ at, reencrypted }: Readable, standing: Standing, dataKeys: DataKeys): readonly Readable[] {
  const step = stepBack(at, dataKeys);
  if (step.kind === 'kept') return [{ at: step.from, reencrypted }];
  const moved = movedInList(at, dataKeys).map((from) => ({ at: from, reencrypted: true }));
  if (step.kind === 're-encrypted') return [...step.from.map((from) => ({ at: from, reencrypted: true })), ...moved];
  // What was changed and reverted has its old ciphertext again.
  const reverted = standing.get(at.version.values.get(at.path)?.text ?? '') ?? [];
  return [...reverted.map((from) => ({ at: from, reencrypted })), ...moved];
}

/** Lists of more items are taken to have kept their order: comparing all with all would take too long. */
const longestList = 200;

/** Where a value of a list may have stood under another data key: in any other place of that list. */
function movedInList({ version, path }: ValueAt, dataKeys: DataKeys): readonly ValueAt[] {
  const value = version.values.get(path);
  if (value?.sealed !== true || !isInList(path)) return [];
  return version.earlier
    .filter((earlier) => dataKeys.of(earlier) !== dataKeys.of(version))
    .flatMap((earlier) => {
      const others = listsOf(earlier).get(listOf(path)) ?? [];
      if (others.length > longestList) return [];
      const alike = others.filter((other) => {
        const old = earlier.values.get(other);
        return other !== path && old?.sealed === true && !surelyDiffer(old.text, value.text);
      });
      return alike.map((other) => ({ version: earlier, path: other }));
    });
}

const isInList = (path: string): boolean => path.includes('[');

/** A path without places in lists: the additional data have none either. */
const listOf = (path: string): string => path.replaceAll(/\[\d+\]/g, '[]');

const lists = new WeakMap<FileVersion, ReadonlyMap<string, readonly string[]>>();

/** The paths in a version by the list that they are in. */
function listsOf(version: FileVersion): ReadonlyMap<string, readonly string[]> {
  const known = lists.get(version);
  if (known !== undefined) return known;
  const made = new Map<string, string[]>();
  for (const path of [...version.values.keys()].filter(isInList)) {
    const there = made.get(listOf(path));
    if (there === undefined) made.set(listOf(path), [path]);
    else there.push(path);
  }
  lists.set(version, made);
  return made;
}
