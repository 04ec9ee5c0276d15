/** Longer names are compared by what they begin with. */
const longest = 64;

/** The name closest to one misspelled, where one is close; for suggestions. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const word = name.slice(0, longest);
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = candidates
    .filter(({ length }) => Math.abs(length - word.length) <= limit)
    .map((candidate) => ({ candidate, distance: editDistance(Array.from(word), Array.from(candidate)) }));
  const [best] = ranked.filter(({ distance }) => distance <= limit).toSorted((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** How many letters must be put in, taken out or replaced, or change places with the next (optimal string alignment). */
function editDistance(one: readonly string[], other: readonly string[]): number {
  let above: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of one.entries()) {
    const next = [line + 1];
    for (const [column, opposite] of other.entries()) {
      const step = Math.min(at(row, column) + (letter === opposite ? 0 : 1), at(row, column + 1) + 1, at(next, column) + 1);
      const isSwapped = letter === other[column - 1] && one[line - 1] === opposite;
      next.push(isSwapped ? Math.min(step, at(above, column - 1) + 1) : step);
    }
    above = row;
    row = next;
  }
  return at(row, other.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? 0;
