/** A source of numbers from 0 up to 1. */
export type Random = () => number;

/** A repeatable source: the same seed, the same numbers. */
export function seeded(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of several. */
export function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** An integer from 0 up to and without `limit`. */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** True once in `many`. */
export const once = (random: Random, many: number): boolean => random() * many < 1;
