// Random versions, encrypted and put together: real sops decrypts each with a valid MAC to what its values must come to.
import { afterAll, describe, expect, test } from 'vitest';
import { formatOf } from '../../interop/library.ts';
import { lacks } from '../../support/peers.ts';
import { seeded } from '../../support/random.ts';
import { RealSops } from '../bench.ts';
import { changed, expected, randomText, structured, valuesOf } from './material.ts';
import { ciphertexts, starting, text, versions } from './versions.ts';

const runs = Number(process.env['MERGE_RUNS'] ?? 10);
const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number => (one < other ? -1 : 1);

describe.skipIf(lacks('sops')).each(structured)('random encrypted versions of %s', (name) => {
  const sops = new RealSops();
  afterAll(() => {
    sops.remove();
  });
  const values = (plain: string): ReadonlyMap<string, string> => valuesOf(formatOf(name).parse(plain).branches);

  test('are what real sops decrypts, and no ciphertext stands there twice', async () => {
    let [clean, seed] = [0, 0];
    while (clean < runs) {
      const random = seeded(++seed * 6151);
      const base = randomText(random, name);
      const change = (plain: string): string => changed(random, name, changed(random, name, changed(random, name, plain)));
      const texts = [base, change(base), change(base)] as const;
      const sealed = await versions(name, ...texts);
      const merge = await starting(name, sealed);
      if (merge.conflicts.length > 0) continue;
      clean++;
      const result = text(await merge.settled('ours'));
      const [old, ours, theirs] = [values(texts[0]), values(texts[1]), values(texts[2])];
      const wanted = expected(old, ours, theirs) ?? new Map<string, string>();
      expect({ seed, texts, is: [...values(sops.decrypt(name, result))].toSorted(byName) }).toEqual({
        seed,
        texts,
        is: [...wanted].toSorted(byName),
      });
      const tokens = ciphertexts(result);
      const sides = new Set(sealed.flatMap(ciphertexts));
      expect(new Set(tokens).size).toBe(tokens.length);
      // All but the MAC and the layout entry are those of a side.
      expect(tokens.filter((one) => !sides.has(one)).length).toBeLessThanOrEqual(2);
    }
  });
});
