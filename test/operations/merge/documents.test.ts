// Plaintexts of three versions, put together: nothing of either side is lost, nothing that a side removed comes back.
import { describe, expect, test } from 'vitest';
import type { FormatName } from '../../../src/formats/format.ts';
import { formatOf } from '../../interop/library.ts';
import { once, seeded } from '../../support/random.ts';
import { changed, commentsOf, decorated, expected, merged, randomText, structured, valuesOf } from './material.ts';

const runs = Number(process.env['MERGE_RUNS'] ?? 80);
const firstSeed = Number(process.env['MERGE_SEED'] ?? 1);
const seeds = Array.from({ length: runs }, (_, at) => firstSeed + at);

const sorted = (values: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
  [...values].toSorted(([one], [other]) => (one < other ? -1 : 1));
const values = (name: FormatName, text: string): ReadonlyMap<string, string> => valuesOf(formatOf(name).parse(text).branches);

const comments =
  (name: FormatName) =>
  (one: string): readonly string[] =>
    commentsOf(formatOf(name).parse(one).branches);

/** Runs a property for each seed; what fails names the seed and the three texts. */
function property(name: FormatName, holds: (seed: number) => { readonly texts: readonly string[]; readonly check: () => void }): void {
  for (const seed of seeds) {
    const { texts, check } = holds(seed);
    try {
      check();
    } catch (error) {
      throw new Error(`${name}, seed ${seed}\n${texts.join('\n~~~~\n')}\n${error instanceof Error ? error.message : ''}`, { cause: error });
    }
  }
}

describe.each(structured)('random versions of %s', (name) => {
  test('changed in different places come to both changes, comments and all', () => {
    property(name, (seed) => {
      const random = seeded(seed);
      const base = randomText(random, name);
      let [ours, theirs] = [base, base];
      for (let times = 0; times < 3; times++) {
        ours = changed(random, name, ours, ['alpha', 'beta', 'gamma', 'delta']);
        theirs = changed(random, name, theirs, ['eps', 'zeta', 'eta', 'theta']);
      }
      return {
        texts: [base, ours, theirs],
        check: () => {
          const { conflicts, picking } = merged(name, base, ours, theirs);
          const text = picking('ours')?.source ?? '';
          const wanted = expected(values(name, base), values(name, ours), values(name, theirs));
          expect(conflicts).toEqual([]);
          expect(sorted(values(name, text))).toEqual(sorted(wanted ?? new Map()));
        },
      };
    });
  });

  test('changed anywhere come to what each value must be, or are told to conflict', () => {
    let clean = 0;
    property(name, (seed) => {
      const random = seeded(seed * 7919);
      const base = randomText(random, name);
      const change = (text: string): string => {
        let result = text;
        for (let times = 0; times < 3; times++) result = once(random, 4) ? decorated(random, name, result) : changed(random, name, result);
        return result;
      };
      const [ours, theirs] = [change(base), change(base)];
      return {
        texts: [base, ours, theirs],
        check: () => {
          const { conflicts, picking } = merged(name, base, ours, theirs);
          const wanted = expected(values(name, base), values(name, ours), values(name, theirs));
          const mirrored = merged(name, base, theirs, ours);
          expect(mirrored.conflicts.length > 0).toBe(conflicts.length > 0);
          expect([conflicts.length > 0, wanted !== undefined]).toContain(true);
          const texts = (['ours', 'theirs'] as const).map((side) => picking(side)?.source);
          expect(texts).not.toContain(undefined);
          const [text = ''] = texts;
          if (conflicts.length > 0 || wanted === undefined) return;
          clean++;
          expect([sorted(values(name, text)), sorted(values(name, mirrored.picking('ours')?.source ?? ''))]).toEqual([
            sorted(wanted),
            sorted(wanted),
          ]);
          const [old, mine, others, both] = [base, ours, theirs, text].map(comments(name));
          const added = [...(mine ?? []), ...(others ?? [])].filter((comment) => old?.includes(comment) !== true);
          expect(both).toEqual(expect.arrayContaining(added));
        },
      };
    });
    expect(clean).toBeGreaterThan(runs / 10);
  });

  test('of which one is the common version are the other, byte for byte', () => {
    property(name, (seed) => {
      const random = seeded(seed * 104729);
      const base = randomText(random, name);
      const side = decorated(random, name, changed(random, name, changed(random, name, base)));
      return {
        texts: [base, side],
        check: () => {
          for (const [ours, theirs] of [
            [side, base],
            [base, side],
            [side, side],
          ] as const) {
            const { conflicts, picking } = merged(name, base, ours, theirs);
            expect(conflicts).toEqual([]);
            expect(picking('ours')?.source).toBe(side);
          }
        },
      };
    });
  });
});
