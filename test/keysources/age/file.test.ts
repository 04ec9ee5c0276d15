import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SopsError } from '../../../src/errors.ts';
import { armor, dearmor } from '../../../src/keysources/age/armor.node.ts';
import { sealFile } from '../../../src/keysources/age/file.node.ts';
import { openingOf, sealForX25519 } from '../../../src/keysources/age/native.node.ts';
import { keyPair } from '../../../src/keysources/age/primitives.node.ts';
import { wrapForX25519 } from '../../../src/keysources/age/x25519.node.ts';
import { testContext } from '../context.ts';

const { random } = testContext();
const secret = random(32);
const recipient = keyPair(secret).public;
const chunk = 64 * 1024;

/** What opening answers, or the code it refuses with. */
function opened(file: Uint8Array): Uint8Array | string | undefined {
  try {
    const plaintext = openingOf(armor(file)).withX25519([secret]);
    return plaintext && new Uint8Array(plaintext);
  } catch (error) {
    return error instanceof SopsError ? error.code : String(error);
  }
}

describe('an age file', () => {
  it.each([0, 1, 31, 32, 33, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 7])('of %i bytes comes back', (length) => {
    const plaintext = random(length);
    const fileKey = random(16);
    const stanzas = [keyPair(random(32)).public, recipient].map((to) => wrapForX25519(fileKey, to, random(32)));
    const file = sealFile(plaintext, fileKey, stanzas, random(16));
    expect(Buffer.from(plaintext).equals(openingOf(file).withX25519([random(32), secret]) ?? new Uint8Array(1))).toBe(true);
    expect(openingOf(file).withX25519([random(32)])).toBeUndefined();
    expect(file.split('\n').every((line) => line.length <= 64)).toBe(true);
  });

  it('is refused whatever bit of it was changed', () => {
    const file = dearmor(sealForX25519(random(32), recipient, random));
    const change = fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const changed = Uint8Array.from(file);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      // A changed stanza may look like one for somebody else.
      expect([undefined, 'MALFORMED_METADATA']).toContain(opened(changed));
    });
    fc.assert(change, { numRuns: 1000 });
  });

  it('is refused cut off anywhere or with anything behind it', () => {
    const file = dearmor(sealForX25519(random(chunk + 20), recipient, random));
    for (const length of [0, 20, 100, 150, 184, 200, 216, chunk + 216, chunk + 232, file.length - 1])
      expect(opened(file.subarray(0, length))).toBe('MALFORMED_METADATA');
    expect(opened(Buffer.concat([file, Buffer.from([0])]))).toBe('MALFORMED_METADATA');
  });

  it('is not made for a point of low order', () => {
    expect(() => sealForX25519(random(32), new Uint8Array(32), random)).toThrow('low order');
  });
});
