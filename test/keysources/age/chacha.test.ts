import { createCipheriv } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openChacha, sealChacha } from '../../../src/keysources/age/chacha.ts';

/** The same on OpenSSL. */
function reference(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const sealing = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  return new Uint8Array(Buffer.concat([sealing.update(plaintext), sealing.final(), sealing.getAuthTag()]));
}

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
/** Bytes that are often all ones, where carries run furthest. */
const edgy = (length: number): fc.Arbitrary<Uint8Array> => fc.oneof(bytes(length), fc.constant(new Uint8Array(length).fill(255)));

describe('ChaCha20-Poly1305 in TypeScript', () => {
  it('seals as OpenSSL does', () => {
    const sealing = fc.property(edgy(32), edgy(12), fc.oneof(fc.uint8Array({ maxLength: 300 }), edgy(160)), (key, nonce, plaintext) => {
      const sealed = sealChacha(key, nonce, plaintext);
      expect(sealed).toEqual(reference(key, nonce, plaintext));
      expect(openChacha(key, nonce, sealed)).toEqual(plaintext);
    });
    fc.assert(sealing, { numRuns: 500 });
  });

  it('opens nothing that was changed or cut off', () => {
    const change = fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });
    const opening = fc.property(bytes(32), bytes(12), fc.uint8Array({ maxLength: 80 }), change, (key, nonce, plaintext, { at, bit }) => {
      const sealed = sealChacha(key, nonce, plaintext);
      expect(openChacha(key, nonce, sealed.subarray(0, -1))).toBeUndefined();
      expect(openChacha(key, nonce, sealed.subarray(0, 15))).toBeUndefined();
      const index = at % sealed.length;
      sealed[index] = (sealed[index] ?? 0) ^ (1 << bit);
      expect(openChacha(key, nonce, sealed)).toBeUndefined();
    });
    fc.assert(opening, { numRuns: 500 });
  });
});
