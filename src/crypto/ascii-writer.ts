const alphabet = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (digit) => digit.charCodeAt(0));
const padding = 0x3d;
const decoder = new TextDecoder('latin1');
/** Short texts, one at a time, are built here: an array for each would cost more than the building. */
const desk = new Uint8Array(1024);

/** Length of some bytes in padded base64. */
export const base64Length = (bytes: Uint8Array): number => Math.ceil(bytes.length / 3) * 4;

/** Builds a text of ASCII characters byte by byte: for many short pieces this is several times faster than joining strings. */
export class AsciiWriter {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @param capacity more bytes than this are lost; a short text must be done before the next is begun */
  constructor(capacity: number) {
    this.#bytes = capacity <= desk.length ? desk : new Uint8Array(capacity);
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) this.#bytes[this.#at++] = text.charCodeAt(i);
    return this;
  }

  /** Standard base64 with padding. */
  base64(bytes: Uint8Array): this {
    const whole = bytes.length - (bytes.length % 3);
    for (let i = 0; i < whole; i += 3) this.#digits(((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0), 4);
    const rest = bytes.length - whole;
    if (rest > 0) {
      this.#digits(((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8), rest + 1);
      for (let i = rest; i < 3; i++) this.#bytes[this.#at++] = padding;
    }
    return this;
  }

  #digits(bits: number, count: number): void {
    for (let i = 0; i < count; i++) this.#bytes[this.#at++] = alphabet[(bits >> (18 - 6 * i)) & 63] ?? 0;
  }

  done(): string {
    return decoder.decode(this.#bytes.subarray(0, this.#at));
  }
}
