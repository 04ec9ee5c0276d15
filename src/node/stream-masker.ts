const mask = '***';

const latin1 = (text: string): string => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Masks texts in a stream of bytes, wherever its parts are cut. It gives out all but what may be the beginning of one of them; where two overlap, both are masked.
 * Bytes are held as characters up to U+00FF, so that texts may be cut within a character and streams need not be UTF-8.
 */
export class StreamMasker {
  readonly #texts: readonly string[];
  readonly #longest: number;
  #held = '';

  constructor(texts: Iterable<string>) {
    this.#texts = [...new Set(texts)].filter((text) => text !== '').map(latin1);
    this.#longest = Math.max(0, ...this.#texts.map(({ length }) => length));
  }

  /** What can be given out, now that these bytes came. */
  push(bytes: Uint8Array): Uint8Array {
    const all = this.#held + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const ranges = this.#rangesIn(all);
    const open = this.#openEnd(all);
    const cut = ranges.find(({ start, end }) => start < open && end > open)?.start ?? open;
    this.#held = all.slice(cut);
    return masked(all.slice(0, cut), ranges);
  }

  /** What was held, now that nothing more comes. */
  end(): Uint8Array {
    const all = this.#held;
    this.#held = '';
    return masked(all, this.#rangesIn(all));
  }

  /** Where the texts are, what overlaps or touches joined. */
  #rangesIn(all: string): readonly Range[] {
    const found: Range[] = [];
    for (const text of this.#texts)
      for (let start = all.indexOf(text); start !== -1; start = all.indexOf(text, start + 1))
        found.push({ start, end: start + text.length });
    const joined: Range[] = [];
    for (const range of found.toSorted((one, other) => one.start - other.start)) {
      const last = joined.at(-1);
      if (last !== undefined && range.start < last.end) joined.splice(-1, 1, { start: last.start, end: Math.max(last.end, range.end) });
      else joined.push(range);
    }
    return joined;
  }

  /** Where the longest end begins that may be the beginning of a text. */
  #openEnd(all: string): number {
    for (let at = Math.max(0, all.length - this.#longest + 1); at < all.length; at++) {
      const end = all.slice(at);
      if (this.#texts.some((text) => text.length > end.length && text.startsWith(end))) return at;
    }
    return all.length;
  }
}

function masked(text: string, ranges: readonly Range[]): Uint8Array {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    if (end > text.length) break;
    parts.push(text.slice(at, start), mask);
    at = end;
  }
  parts.push(text.slice(at));
  return Buffer.from(parts.join(''), 'latin1');
}
