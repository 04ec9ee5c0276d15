import type { Payload } from '../crypto/value.ts';

/** Lengths in front, so that no key or value, whatever it holds, can be taken for another. */
const keyOf = (additionalData: string, type: string, text: string): string =>
  `${additionalData.length}:${type.length}:${additionalData}${type}${text}`;

/** How a ciphertext stood in the text, and what it was shown as when it was opened. */
interface Token {
  readonly written: string;
  readonly shown: string;
}

/**
 * The ciphertexts met under one data key, so that what did not change keeps its own (`aes/cipher.go`, stash): a ciphertext is given out again only for
 * the same path, type and payload, in the order it was met.
 */
export class CiphertextMemory {
  readonly #byPayload = new Map<string, string[]>();
  readonly #tokens = new Map<string, Token>();

  /** @param text the payload as text */
  remember(ciphertext: string, additionalData: string, text: string, { type }: Pick<Payload, 'type'>): void {
    const key = keyOf(additionalData, type, text);
    const known = this.#byPayload.get(key);
    if (known) known.push(ciphertext);
    else this.#byPayload.set(key, [ciphertext]);
  }

  /** A ciphertext for the payload that has not been given out yet. */
  recall(additionalData: string, type: string, text: string): string | undefined {
    return this.#byPayload.size === 0 ? undefined : this.#byPayload.get(keyOf(additionalData, type, text))?.shift();
  }

  /** Notes how a ciphertext is written, quotes and all, and what took its place in the plaintext. */
  noteToken(ciphertext: string, token: Token): void {
    this.#tokens.set(ciphertext, token);
  }

  /** How to write a ciphertext that was met before, if its value is still spelled as it was shown. */
  tokenFor(ciphertext: string, spelled: string): string | undefined {
    const token = this.#tokens.size === 0 ? undefined : this.#tokens.get(ciphertext);
    return token?.shown === spelled ? token.written : undefined;
  }

  /** An independent copy: what is given out of one is still there in the other. */
  copy(): CiphertextMemory {
    const copy = new CiphertextMemory();
    for (const [key, ciphertexts] of this.#byPayload) copy.#byPayload.set(key, [...ciphertexts]);
    for (const [ciphertext, token] of this.#tokens) copy.#tokens.set(ciphertext, token);
    return copy;
  }
}
