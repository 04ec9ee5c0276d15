import type { Opening, Payload } from '../crypto/value.ts';

/** A sealed value, as it was sealed or opened before. */
interface Remembered {
  readonly additionalData: string;
  readonly payload: Payload;
}

const keyOf = (additionalData: string, type: string, text: string): string => `${additionalData}\0${type}\0${text}`;

/**
 * The ciphertexts met under one data key, so that what did not change keeps its own (`aes/cipher.go`, stash): a ciphertext is given out again only for
 * the same path, type and payload, in the order it was met.
 */
export class CiphertextMemory {
  readonly #byPayload = new Map<string, string[]>();
  readonly #byCiphertext = new Map<string, Remembered>();

  /** @param text the payload as text; its bytes are in `payload` */
  remember(ciphertext: string, additionalData: string, text: string, payload: Payload): void {
    const key = keyOf(additionalData, payload.type, text);
    const known = this.#byPayload.get(key);
    if (known) known.push(ciphertext);
    else this.#byPayload.set(key, [ciphertext]);
    this.note(ciphertext, additionalData, payload);
  }

  /** Notes what a fresh ciphertext holds, so that it can be opened without deciphering; it is not given out again. */
  note(ciphertext: string, additionalData: string, payload: Payload): void {
    this.#byCiphertext.set(ciphertext, { additionalData, payload });
  }

  /** A ciphertext for the payload that has not been given out yet. */
  recall(additionalData: string, type: string, text: string): string | undefined {
    return this.#byPayload.get(keyOf(additionalData, type, text))?.shift();
  }

  /** What a ciphertext holds, if it was met under this very path. */
  open(ciphertext: string, additionalData: string): Opening | undefined {
    const known = this.#byCiphertext.get(ciphertext);
    return known?.additionalData === additionalData ? { payload: known.payload } : undefined;
  }

  /** An independent copy: what is given out of one is still there in the other. */
  copy(): CiphertextMemory {
    const copy = new CiphertextMemory();
    for (const [key, ciphertexts] of this.#byPayload) copy.#byPayload.set(key, [...ciphertexts]);
    for (const [ciphertext, known] of this.#byCiphertext) copy.#byCiphertext.set(ciphertext, known);
    return copy;
  }
}
