/** What each new encryption makes anew: the time, the MAC and the layout entry. */
const fresh = /^(\s*"?(?:sops_)?(?:lastmodified|mac|layout)"?\s*[:=]\s*["']?)(?:ENC\[[^\]]*\]|[-\dT:]+Z)/gmu;

/** A sealed text without what each new encryption makes anew. */
export const withoutFresh = (sealed: string): string => sealed.replaceAll(fresh, '$1…');

const linesOf = (text: string): readonly string[] => text.split('\n');

/** The lines that differ between two texts of as many lines, as they were and as they are. */
export function changedLines(before: string, after: string): readonly (readonly [string, string])[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  if (old.length !== now.length) throw new Error(`there were ${old.length} lines and are ${now.length}:\n${after}`);
  return old.flatMap((line, at): (readonly [string, string])[] => (line === now[at] ? [] : [[line, now[at] ?? '']]));
}

/** What the changed lines are of: the keys, or what stands before the ciphertext. */
export const changedKeys = (before: string, after: string): readonly string[] =>
  changedLines(before, after).map(([, line]) => line.replace(/["']?ENC\[.*|\d{4}-.*/u, '').replaceAll(/[\s":=-]/gu, ''));

/** The changed lines but those of the metadata that each new encryption makes anew. */
export const changedValues = (before: string, after: string): readonly string[] => changedKeys(withoutFresh(before), withoutFresh(after));

/** Lines of `before` that are gone, and lines of `after` that are new, behind what both begin and before what both end with. */
export function lineDifference(before: string, after: string): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const [removed, added] = [[...linesOf(before)], [...linesOf(after)]];
  while (removed.length > 0 && removed[0] === added[0]) for (const lines of [removed, added]) lines.shift();
  while (removed.length > 0 && removed.at(-1) === added.at(-1)) for (const lines of [removed, added]) lines.pop();
  return { removed, added };
}

/** Lines of one text that the other has nowhere. */
export const linesOnlyIn = (text: string, other: string): readonly string[] => {
  const known = new Set(linesOf(other));
  return linesOf(text).filter((line) => !known.has(line));
};
