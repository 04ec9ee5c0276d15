// What a command writes, with values masked, however its writes are cut.
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { StreamMasker } from '../../src/node/stream-masker.ts';

function maskedIn(parts: readonly Uint8Array[], texts: readonly string[]): Buffer {
  const masker = new StreamMasker(texts);
  return Buffer.concat([...parts.map((part) => masker.push(part)), masker.end()]);
}

/** Texts of few characters, so that they meet and overlap. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n'), minLength: 1, maxLength: 5 });

describe('the masker', () => {
  test('says the same however the stream is cut, and never holds what is no beginning', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), fc.array(word, { maxLength: 12 }), (texts, parts) => {
        const whole = Buffer.from(parts.join(''));
        const byByte = Array.from(whole, (byte) => Uint8Array.of(byte));
        expect(maskedIn(byByte, texts).toString()).toBe(maskedIn([whole], texts).toString());
        const masker = new StreamMasker(texts);
        const shown = Buffer.from(masker.push(whole)).toString('latin1');
        const held = Buffer.from(masker.end()).toString('latin1');
        expect(texts.length === 0 ? held : '').toBe('');
        expect(shown.length + held.length).toBe(maskedIn([whole], texts).length);
      }),
    );
  });

  test('leaves none of the texts, and all else as it was', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.array(word, { maxLength: 12 }), (texts, parts) => {
        const text = parts.join('');
        const masked = maskedIn([Buffer.from(text)], texts).toString();
        for (const one of texts) expect(masked).not.toContain(one);
        const kept = masked.split('***');
        let at = 0;
        for (const part of kept) {
          const found = text.indexOf(part, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + part.length;
        }
      }),
    );
  });

  it('masks both of two that overlap, and bytes that are no text', () => {
    expect(maskedIn([Buffer.from('xabcdx')], ['abc', 'bcd']).toString()).toBe('x***x');
    expect(maskedIn([Uint8Array.of(0xff, 0x61, 0xfe)], ['a'])).toEqual(Buffer.from([0xff, 0x2a, 0x2a, 0x2a, 0xfe]));
  });

  it('gives out at once what cannot be the beginning of a text', () => {
    const masker = new StreamMasker(['secret']);
    expect(Buffer.from(masker.push(Buffer.from('Password: '))).toString()).toBe('Password: ');
    expect(Buffer.from(masker.push(Buffer.from('se'))).toString()).toBe('');
    expect(Buffer.from(masker.push(Buffer.from('t\n'))).toString()).toBe('set\n');
  });
});
