const rounds = 16;
const subkeys = rounds + 2;
const boxes = 4 * 256;

/** Blowfish begins with the bits of π behind the point: its subkeys first, then its four boxes. */
let beginning: Int32Array | undefined;

/** The first words of 32 bits of the fraction of π, by Machin's formula. */
function fractionOfPi(words: number): Int32Array {
  // What the divisions cut off stays within the bits beyond.
  const beyond = 64n;
  const bits = BigInt(words * 32);
  const one = 1n << (bits + beyond);
  const arctangentOfInverse = (x: bigint): bigint => {
    let sum = 0n;
    for (let power = one / x, n = 1n; power !== 0n; power /= -x * x, n += 2n) sum += power / n;
    return sum;
  };
  const pi = (16n * arctangentOfInverse(5n) - 4n * arctangentOfInverse(239n)) >> beyond;
  const digits = (pi & ((1n << bits) - 1n)).toString(16).padStart(words * 8, '0');
  return Int32Array.from({ length: words }, (_, at) => Number.parseInt(digits.slice(at * 8, at * 8 + 8), 16) | 0);
}

/** Blowfish, as bcrypt uses it: its state is stirred with keys of 64 bytes, taken as 16 words of 32 bits, the first byte highest. */
export class Blowfish {
  readonly #p: Int32Array;
  readonly #s: Int32Array;
  #left = 0;
  #right = 0;

  constructor() {
    beginning ??= fractionOfPi(subkeys + boxes);
    this.#p = beginning.slice(0, subkeys);
    this.#s = beginning.slice(subkeys);
  }

  /** Expands a key into the state, salted where a salt is given. */
  expand(key: Int32Array, salt?: Int32Array): void {
    const p = this.#p;
    for (let at = 0; at < subkeys; at++) p[at] = (p[at] ?? 0) ^ (key[at & 15] ?? 0);
    this.#left = 0;
    this.#right = 0;
    const salted = this.#replace(p, salt, 0);
    this.#replace(this.#s, salt, salted);
  }

  /** Encrypts words in place, two at a time. */
  encrypt(words: Int32Array): void {
    for (let at = 0; at < words.length; at += 2) {
      this.#left = words[at] ?? 0;
      this.#right = words[at + 1] ?? 0;
      this.#round();
      words[at] = this.#left;
      words[at + 1] = this.#right;
    }
  }

  /** Replaces all words of a part of the state; answers how many words of salt were used. */
  #replace(words: Int32Array, salt: Int32Array | undefined, start: number): number {
    let used = start;
    for (let at = 0; at < words.length; at += 2) {
      if (salt !== undefined) {
        this.#left ^= salt[used++ & 15] ?? 0;
        this.#right ^= salt[used++ & 15] ?? 0;
      }
      this.#round();
      words[at] = this.#left;
      words[at + 1] = this.#right;
    }
    return used;
  }

  /** Encrypts the two words held. */
  #round(): void {
    const p = this.#p;
    const s = this.#s;
    let left = this.#left;
    let right = this.#right;
    for (let at = 0; at < rounds; at += 2) {
      left ^= p[at] ?? 0;
      right ^= mixed(s, left) ^ (p[at + 1] ?? 0);
      left ^= mixed(s, right);
    }
    this.#left = right ^ (p[rounds + 1] ?? 0);
    this.#right = left ^ (p[rounds] ?? 0);
  }
}

/** One word from each box, put together. */
function mixed(s: Int32Array, word: number): number {
  const [a, b, c, d] = [s[word >>> 24], s[256 + ((word >>> 16) & 255)], s[512 + ((word >>> 8) & 255)], s[768 + (word & 255)]];
  return (((a ?? 0) + (b ?? 0)) ^ (c ?? 0)) + (d ?? 0);
}
