import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';

const longest = 4096;

/** Random bytes as base64url without padding. Throws `USAGE` for a length that is none. */
export function randomBytesAsText(length: number, random: Context['random']): string {
  checkLength(length);
  const characters = Array.from(random(length), (byte) => String.fromCharCode(byte));
  return btoa(characters.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Characters of an alphabet, each as likely as any other: a byte that would prefer some is drawn anew. Throws `USAGE` for a length that is none, and for an alphabet of fewer than two
 * characters, of more than 256, or with one twice.
 */
export function randomText(length: number, alphabet: string, random: Context['random']): string {
  checkLength(length);
  const characters = Array.from(alphabet);
  if (characters.length < 2 || characters.length > 256 || new Set(characters).size < characters.length)
    throw new SopsError('USAGE', 'an alphabet has from 2 to 256 characters, each once');
  const fair = 256 - (256 % characters.length);
  let text = '';
  for (let left = length; left > 0;) {
    for (const byte of random(left)) {
      if (byte >= fair) continue;
      text += characters[byte % characters.length] ?? '';
      left -= 1;
    }
  }
  return text;
}

function checkLength(length: number): void {
  if (length < 1 || length > longest) throw new SopsError('USAGE', `a length is a number from 1 to ${longest}`);
}
