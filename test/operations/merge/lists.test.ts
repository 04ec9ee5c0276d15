// Lists of three versions: what a side added is there, what a side removed is not, and nothing is there twice.
import { describe, expect, test } from 'vitest';
import type { Mapping } from '../../../src/document/tree.ts';
import { formatOf } from '../../interop/library.ts';
import { below, once, type Random, seeded } from '../../support/random.ts';
import { merged } from './material.ts';

const runs = Number(process.env['MERGE_RUNS'] ?? 300);

type Item = readonly [name: string, value: number];

/** Puts in, takes out, moves and changes items. */
function changed(random: Random, items: readonly Item[], fresh: () => string, changes: boolean): readonly Item[] {
  let list = [...items];
  for (let times = below(random, 3) + 1; times > 0; times--) {
    const at = below(random, list.length + 1);
    const there = list[at];
    if (there === undefined || once(random, 3)) list.splice(at, 0, [fresh(), 0]);
    else if (changes && once(random, 2)) list = list.with(at, [there[0], Number(fresh().slice(1))]);
    else if (once(random, 2)) list.splice(at, 1);
    else {
      list.splice(at, 1);
      list.splice(below(random, list.length + 1), 0, there);
    }
  }
  return list;
}

const scalars = (items: readonly Item[]): string =>
  items.length === 0 ? 'l: []\n' : `l:\n${items.map(([name]) => `    - ${name}\n`).join('')}`;
const mappings = (items: readonly Item[]): string =>
  items.length === 0 ? 'l: []\n' : `l:\n${items.map(([name, value]) => `    - name: ${name}\n      v: ${value}\n`).join('')}`;

/** The items of a text's list. */
function itemsOf([branch]: readonly Mapping[]): readonly string[] {
  const [entry] = branch?.items ?? [];
  const list = entry?.kind === 'entry' && entry.value.kind === 'sequence' ? entry.value.items : [];
  return list.map((item) => {
    if (item.kind === 'leaf') return item.text;
    return item.kind === 'mapping'
      ? item.items.map((one) => (one.kind === 'entry' && one.value.kind === 'leaf' ? one.value.text : '')).join('=')
      : '';
  });
}

/** What an item must come to: as of the side that changed it. Undefined where both did, in different ways. */
function expected(
  base: string | undefined,
  ours: string | undefined,
  theirs: string | undefined,
): { readonly item: string | undefined } | undefined {
  if (ours === theirs || theirs === base) return { item: ours };
  return ours === base ? { item: theirs } : undefined;
}

describe.each([
  ['values', scalars, false],
  ['mappings with names', mappings, true],
] as const)('lists of %s', (_, print, changes) => {
  test('come to what each item must be, or are told to conflict', () => {
    let clean = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const random = seeded(seed * 31);
      let count = 0;
      const fresh = (): string => `n${++count}`;
      const base: readonly Item[] = Array.from({ length: below(random, 6) }, () => [fresh(), 0]);
      const [ours, theirs] = [changed(random, base, fresh, changes), changed(random, base, fresh, changes)];
      const texts = [base, ours, theirs].map(print);
      const { conflicts, picking } = merged('yaml', texts[0] ?? '', texts[1] ?? '', texts[2] ?? '');
      const [old, mine, others] = texts.map(
        (text) => new Map(itemsOf(formatOf('yaml').parse(text).branches).map((item) => [item.split('=')[0], item])),
      );
      const names = [...new Set([...(old?.keys() ?? []), ...(mine?.keys() ?? []), ...(others?.keys() ?? [])])];
      const wanted = names.map((name) => expected(old?.get(name), mine?.get(name), others?.get(name)));
      const disputed = wanted.includes(undefined);
      const result = itemsOf(picking('ours')?.branches ?? []).toSorted((a, b) => (a < b ? -1 : 1));
      const right = wanted.flatMap((one) => one?.item ?? []).toSorted((a, b) => (a < b ? -1 : 1));
      const isClean = conflicts.length === 0;
      clean += Number(isClean);
      expect({ seed, texts: texts.join('~'), is: isClean ? (disputed ? 'a conflict untold' : result) : right }).toEqual({
        seed,
        texts: texts.join('~'),
        is: right,
      });
    }
    expect(clean).toBeGreaterThan(runs / 4);
  });
});
