import type { Three } from './three.ts';

/**
 * All keys that any version has, in the order of the side that changed it (ours where both did), each key of the other side behind the one that it follows there.
 * Keys that only the base has come last; they are for the caller to leave out.
 */
export function mergedOrder({ base, ours, theirs }: Three<readonly string[]>): readonly string[] {
  const [first, second] = keeps(base, ours) && !keeps(base, theirs) ? [theirs, ours] : [ours, theirs];
  return woven(woven(first, second), base);
}

/** Whether the keys that both have are in the same order. */
function keeps(base: readonly string[], other: readonly string[]): boolean {
  const [inBase, inOther] = [new Set(base), new Set(other)];
  return base.filter((key) => inOther.has(key)).join('\0') === other.filter((key) => inBase.has(key)).join('\0');
}

/** The first keys, with those that only the others have put in: each run of them behind the key that it follows, or in front of all. */
function woven(first: readonly string[], second: readonly string[]): readonly string[] {
  const known = new Set(first);
  const behind = new Map<string | undefined, string[]>();
  let last: string | undefined;
  for (const key of second) {
    if (known.has(key)) last = key;
    else {
      const run = behind.get(last);
      if (run) run.push(key);
      else behind.set(last, [key]);
    }
  }
  if (behind.size === 0) return first;
  // What both sides put at the end stands in the order ours, theirs.
  const anchors = new Map([...behind].map(([anchor, run]) => [endOfRun(first, anchor, second), run]));
  return [...(anchors.get(undefined) ?? []), ...first.flatMap((key) => [key, ...(anchors.get(key) ?? [])])];
}

/** The last of the keys behind an anchor that only the first side has. */
function endOfRun(first: readonly string[], anchor: string | undefined, second: readonly string[]): string | undefined {
  const others = new Set(second);
  let end = anchor;
  for (let at = anchor === undefined ? 0 : first.indexOf(anchor) + 1; at < first.length; at++) {
    const key = first[at];
    if (key === undefined || others.has(key)) break;
    end = key;
  }
  return end;
}
