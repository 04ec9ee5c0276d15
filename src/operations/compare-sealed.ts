import { looksSealed } from '../crypto/envelope.ts';
import type { Leaf } from '../document/tree.ts';
import { leavesOf } from './leaf-paths.ts';
import type { SealedFile } from './open-file.ts';

/** How an encrypted file differs from an earlier version of itself: paths only, found without any key. */
export interface SealedDifferences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The fewest values that must have been moved, of those that both have. */
  readonly moved: readonly string[];
  /** Values that are in clear in both, or in one, and differ. */
  readonly changedInClear: readonly string[];
  /** Values that have another ciphertext: changed with the data key, or put back from another version. */
  readonly changedCiphertext: readonly string[];
}

/** Compares two versions of an encrypted file. */
export function compareSealed(before: Pick<SealedFile, 'branches'>, after: Pick<SealedFile, 'branches'>): SealedDifferences {
  const old = leavesOf(before.branches);
  const now = leavesOf(after.branches);
  const both = [...now.keys()].filter((path) => old.has(path));
  const changed = both.filter((path) => !sameLeaf(old.get(path)?.leaf, now.get(path)?.leaf));
  const isSealed = (path: string): boolean => [old, now].every((leaves) => looksSealed(leaves.get(path)?.leaf.text ?? ''));
  return {
    added: [...now.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !now.has(path)),
    moved: movedPaths([...old.keys()], both),
    changedInClear: changed.filter((path) => !isSealed(path)),
    changedCiphertext: changed.filter(isSealed),
  };
}

const sameLeaf = (one: Leaf | undefined, other: Leaf | undefined): boolean =>
  one !== undefined && one.type === other?.type && contentOf(one) === contentOf(other);

/** The style of a text can bring a line break behind it, which makes no other ciphertext. */
const contentOf = ({ text }: Leaf): string => (looksSealed(text) ? text.trimEnd() : text);

/** What is not part of the longest run that kept its order. */
function movedPaths(old: readonly string[], now: readonly string[]): readonly string[] {
  const places = new Map(old.map((path, at) => [path, at]));
  const kept = new Set(longestRise(now.map((path) => places.get(path) ?? 0)));
  return now.filter((_, at) => !kept.has(at));
}

/** The indices of a longest rising subsequence. */
function longestRise(values: readonly number[]): readonly number[] {
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [at, value] of values.entries()) {
    const length = firstNotBelow(ends, value, values);
    before.push(ends[length - 1]);
    ends[length] = at;
  }
  const rise: number[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) rise.push(at);
  return rise.toReversed();
}

function firstNotBelow(ends: readonly number[], value: number, values: readonly number[]): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
