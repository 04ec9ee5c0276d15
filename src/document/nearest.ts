/** The name closest to one misspelled, where one is close; for suggestions. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const ranked = candidates.map((candidate) => ({ candidate, distance: editDistance(name.slice(0, 64), candidate) }));
  const [best] = ranked.filter(({ distance }) => distance <= limit).toSorted((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** How many letters must be put in, taken out or replaced (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (const [column, opposite] of Array.from(other).entries()) {
      const replaced = (row[column] ?? 0) + (letter === opposite ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
