import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { randomBytesAsText, randomText } from '../../src/operations/generate.ts';

/** Bytes from 0 to 255 again and again: each as often as any other. */
function counter(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => next++ % 256);
}

describe('random texts', () => {
  it('hold all bytes that were drawn', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const text = randomBytesAsText(bytes.length, () => bytes);
        expect(text).toMatch(/^[\w-]+$/);
        expect(Buffer.from(text, 'base64url')).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('prefer no character of any alphabet', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 100 }), (size) => {
        const alphabet = Array.from({ length: size }, (_, at) => String.fromCharCode(0x4e00 + at)).join('');
        const rounds = Math.floor(256 / size);
        const text = randomText(size * rounds, alphabet, counter());
        const counts = Array.from(alphabet, (one) => text.split(one).length - 1);
        expect(new Set(counts)).toEqual(new Set([rounds]));
      }),
    );
  });

  it('are of whole characters', () => {
    expect(Array.from(randomText(10, '😀é', counter()))).toHaveLength(10);
  });
});
