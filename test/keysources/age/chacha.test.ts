import { createCipheriv } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
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
  test.prop([edgy(32), edgy(12), fc.oneof(fc.uint8Array({ maxLength: 300 }), edgy(160))], { numRuns: 2000 })(
    'seals as OpenSSL does',
    (key, nonce, plaintext) => {
      const sealed = sealChacha(key, nonce, plaintext);
      expect(sealed).toEqual(reference(key, nonce, plaintext));
      expect(openChacha(key, nonce, sealed)).toEqual(plaintext);
    },
  );

  test.prop([bytes(32), bytes(12), fc.uint8Array({ maxLength: 80 }), fc.nat(), fc.integer({ min: 0, max: 7 })], { numRuns: 500 })(
    'opens nothing that was changed',
    (key, nonce, plaintext, at, bit) => {
      const sealed = sealChacha(key, nonce, plaintext);
      const index = at % sealed.length;
      sealed[index] = (sealed[index] ?? 0) ^ (1 << bit);
      expect(openChacha(key, nonce, sealed)).toBeUndefined();
      expect(openChacha(key, nonce, sealed.subarray(0, 15))).toBeUndefined();
    },
  );
});
