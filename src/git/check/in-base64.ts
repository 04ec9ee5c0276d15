import { fromBase64 } from '../../crypto/bytes.ts';

/** A place in base64, and what stands there and behind it in clear. */
interface Decoded {
  readonly at: number;
  readonly decoded: string;
}

/** So many digits are decoded: they hold the longest header, and the beginning of a key. */
const most = 300;

/** Where a word of ASCII stands in base64 in a text: in the base64 of a whole file it may stand anywhere. Takes linear time. */
export function* inBase64(word: string, text: string): Generator<Decoded> {
  for (const before of [0, 1, 2]) {
    // Digits that hold bits of the neighbours as well are left out.
    const first = Math.ceil((before * 8) / 6);
    const digits = btoa(`${'\0'.repeat(before)}${word}`).slice(first, Math.floor(((before + word.length) * 8) / 6));
    // The next whole group of four digits, and what of the word stands before it.
    const group = before === 0 ? 0 : 4 - first;
    const missing = word.slice(0, (3 - before) % 3);
    for (let at = text.indexOf(digits); at >= 0; at = text.indexOf(digits, at + 1))
      yield { at, decoded: missing + decodedFrom(text.slice(at + group, at + group + most)) };
  }
}

/** Decodes the base64 that a text begins with, over several lines or in one. */
function decodedFrom(text: string): string {
  const digits = (/^[A-Za-z0-9+/\s]*/.exec(text)?.[0] ?? '').replaceAll(/\s/g, '');
  const bytes = fromBase64(digits.padEnd(Math.ceil(digits.length / 4) * 4, '=')) ?? fromBase64(digits.slice(0, digits.length & ~3));
  return String.fromCharCode(...(bytes ?? []));
}
