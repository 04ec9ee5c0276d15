import { randomBytes } from 'node:crypto';
import { assert, constant, integer, nat, property, record, shuffledSubarray, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineShares, splitSecret } from '../../src/crypto/shamir.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** What `shamir.Split` of sops 3.13.3 made. */
const written = [
  {
    secret: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    threshold: 2,
    parts: [
      '68ae711b144be13ee2ee3b17236cb0cb6f34e0dd3fb1a254cd11791e12ac7dea01',
      'd044e4332499d375c7dc683352cf699cee5bed9442466591a909dc110064d8ee02',
      'b8eb972b34d7344c2d3b592f7daed758917e1f5a69e2d1d27c01bf140ed5bb1b03',
    ],
  },
  {
    secret: 'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0',
    threshold: 4,
    parts: [
      'cc811318e105d52d6f43a1da5a095f96c75886b3a85aeab4ad88dde2e26b8bdc01',
      '1c7a65006328d543ab86980f77c89cd6eeaf6501a1e86ed82b714d28096c080a02',
      '073202dd18263e80d9b12b78d3c937b099b74577f192f98ec0fc3d80dd9c1d7f03',
      '169febfa83f99f9e2fd4552b1d0bc73952346e7805002b1653f734ca27e18a9204',
      'd5521e88c416173ffd4065c89ada775fa34ba4d12c3a7d76f2e5a705ee65f90305',
    ],
  },
] as const;

/** A secret, a sharing of it, and which of the shares are at hand, in any order. */
const sharings = record({ secret: uint8Array({ minLength: 1, maxLength: 40 }), shares: integer({ min: 2, max: 12 }) }).chain(
  ({ secret, shares }) =>
    record({
      secret: constant(secret),
      shares: constant(shares),
      threshold: integer({ min: 2, max: shares }),
      order: shuffledSubarray(
        Array.from({ length: shares }, (_, at) => at),
        { minLength: shares, maxLength: shares },
      ),
    }),
);

/** Undefined where the shares are refused. */
function combined(shares: readonly Uint8Array[]): Uint8Array | undefined {
  try {
    return combineShares(shares);
  } catch {
    return undefined;
  }
}

describe("Shamir's secret sharing", () => {
  test('any shares that reach the threshold give the secret back', () => {
    assert(
      property(sharings, nat(), ({ secret, shares, threshold, order }, more) => {
        const parts = splitSecret(secret, { shares, threshold }, random);
        const atHand = order.slice(0, threshold + (more % (shares - threshold + 1))).map((at) => parts[at] ?? new Uint8Array());
        expect(combineShares(atHand)).toEqual(secret);
      }),
      { numRuns: 200 },
    );
  });

  test('one share less tells nothing: it gives other bytes, or is refused', () => {
    assert(
      property(sharings, ({ shares, threshold, order }) => {
        const secret = random(32);
        const parts = splitSecret(secret, { shares, threshold }, random);
        const atHand = order.slice(0, threshold - 1).map((at) => parts[at] ?? new Uint8Array());
        expect(combined(atHand)).not.toEqual(secret);
      }),
      { numRuns: 200 },
    );
  });

  test('each share is the values at its x, and then x', () => {
    const parts = splitSecret(random(32), { shares: 10, threshold: 10 }, random);
    expect(parts.map((part) => [part.length, part.at(-1)])).toEqual(Array.from({ length: 10 }, (_, at) => [33, at + 1]));
  });

  test('takes fresh randomness for every coefficient, and wipes it', () => {
    const given: Uint8Array[] = [];
    const secret = random(32);
    splitSecret(secret, { shares: 5, threshold: 4 }, (length) => {
      const bytes = random(length);
      given.push(bytes);
      return bytes;
    });
    expect(given.map((bytes) => [bytes.length, bytes.every((byte) => byte === 0)])).toEqual([[3 * 32, true]]);
  });

  test('combines what the package of sops split', () => {
    for (const { secret, threshold, parts } of written) {
      const shares = parts.map(fromHex);
      expect(combineShares(shares.slice(0, threshold))).toEqual(fromHex(secret));
      expect(combineShares(shares.slice(-threshold).toReversed())).toEqual(fromHex(secret));
    }
  });

  test('refuses sharings that there are not, in the words of sops', () => {
    const split = (shares: number, threshold: number): unknown => splitSecret(random(32), { shares, threshold }, random);
    expect(() => split(2, 1)).toThrow('threshold must be at least 2');
    expect(() => split(2, -1)).toThrow('threshold must be at least 2');
    expect(() => split(2, 3)).toThrow('parts cannot be less than threshold');
    expect(() => split(256, 2)).toThrow('parts cannot exceed 255');
    expect(() => splitSecret(new Uint8Array(), { shares: 2, threshold: 2 }, random)).toThrow('cannot split an empty secret');
    expect(() => splitSecret(random(32), { shares: 2, threshold: 2 }, () => new Uint8Array(1))).toThrow('randomness');
  });

  test('refuses shares that are not of one split, in the words of sops', () => {
    const [one = new Uint8Array(), two = new Uint8Array()] = splitSecret(random(32), { shares: 2, threshold: 2 }, random);
    expect(() => combineShares([])).toThrow('less than two parts');
    expect(() => combineShares([one])).toThrow('less than two parts');
    expect(() => combineShares([one, two, one])).toThrow('duplicate part detected');
    expect(() => combineShares([one, two.slice(1)])).toThrow('all parts must be the same length');
    expect(() => combineShares([one.slice(0, 1), two.slice(0, 1)])).toThrow('parts must be at least two bytes');
    expect(() => combineShares([one, Uint8Array.from([...two.slice(0, -1), 0])])).toThrow('x = 0');
  });
});
