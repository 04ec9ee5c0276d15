import { nonceLength } from './value.ts';

/** Nonces are drawn this many at a time: a call for random bytes costs as much as sealing a value. */
const batch = 128;

/** A supply of fresh nonces of 32 random bytes, each given out once. */
export class Nonces {
  readonly #random: (length: number) => Uint8Array;
  #drawn: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** @param random cryptographically strong random bytes */
  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  /** A nonce that was never given out before. */
  next(): Uint8Array {
    if (this.#at + nonceLength > this.#drawn.length) {
      this.#drawn = this.#random(nonceLength * batch);
      this.#at = 0;
    }
    this.#at += nonceLength;
    return this.#drawn.subarray(this.#at - nonceLength, this.#at);
  }
}
