/** Code points from the first to the second, both among them. */
export type Range = readonly [number, number];

export const lastCodePoint = 0x10_ff_ff;

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

/** Code points from one character to another. */
export const range = (from: string, to: string): Range => [codeOf(from), codeOf(to)];

const classes: Readonly<Record<string, readonly Range[]>> = {
  d: [range('0', '9')],
  w: [range('0', '9'), range('A', 'Z'), range('_', '_'), range('a', 'z')],
  s: [range('\t', '\n'), range('\f', '\r'), range(' ', ' ')],
};

/** What `\d`, `\w` and `\s` stand for in Go: ASCII only, and `\s` without the vertical tab. */
export const classOf = (letter: string): readonly Range[] | undefined => (Object.hasOwn(classes, letter) ? classes[letter] : undefined);

/** All other code points. */
export function negated(ranges: readonly Range[]): readonly Range[] {
  const rest: Range[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) rest.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  return from > lastCodePoint ? rest : [...rest, [from, lastCodePoint]];
}

/** Letters beyond ASCII that differ only in case from one within. */
const distant = new Map([
  ['k', '\u212A'],
  ['s', '\u017F'],
]);

/** With every letter in both cases; undefined where something is not ASCII. */
export function folded(ranges: readonly Range[]): readonly Range[] | undefined {
  if (ranges.some(([, last]) => last > 0x7f)) return undefined;
  const all = [...ranges];
  for (const lower of 'abcdefghijklmnopqrstuvwxyz') {
    const both = [lower, lower.toUpperCase()];
    if (!both.some((letter) => contains(ranges, codeOf(letter)))) continue;
    const cases = distant.has(lower) ? [...both, distant.get(lower) ?? ''] : both;
    all.push(...cases.map((letter) => range(letter, letter)));
  }
  return all;
}

/** Whether a code point is in one of the ranges. */
export function contains(ranges: readonly Range[], code: number): boolean {
  for (const [first, last] of ranges) if (code >= first && code <= last) return true;
  return false;
}
