/** What three versions of a file have in one place. */
export interface Three<T> {
  /** That of the common ancestor. */
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** Whose version stands where both sides changed the same in different ways. */
export type Pick = 'base' | 'ours' | 'theirs';

/** The version of one of them. */
export const picked = <T>(three: Three<T>, pick: Pick): T => three[pick];

/** The same of each of three versions. */
export const eachOf = <T, U>({ base, ours, theirs }: Three<T>, of: (version: T) => U): Three<U> => ({
  base: of(base),
  ours: of(ours),
  theirs: of(theirs),
});

/** The side whose version stands where not both changed the same in different ways; without a base that is known, where both are the same. */
export function undisputed<T>(
  { base, ours, theirs }: Three<T>,
  same: (one: T, other: T) => boolean,
  isBaseKnown: boolean,
): 'ours' | 'theirs' | undefined {
  if (same(ours, theirs)) return 'ours';
  if (!isBaseKnown) return undefined;
  if (same(base, ours)) return 'theirs';
  return same(base, theirs) ? 'ours' : undefined;
}
