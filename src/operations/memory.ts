import type { Payload } from '../crypto/value.ts';

/** Lengths in front, so that no key or value, whatever it holds, can be taken for another. */
const keyOf = (additionalData: string, type: string, text: string): string =>
  `${additionalData.length}:${type.length}:${additionalData}${type}${text}`;

/** How a ciphertext stood in the text, and what it was shown as when it was opened. */
interface Token {
  readonly written: string;
  readonly shown: string;
}

/** A ciphertext, and how many were met before it. */
interface Met {
  readonly ciphertext: string;
  readonly at: number;
}

/** A payload that is going to be recalled. */
export interface Wanted {
  readonly under: string;
  readonly type: string;
  readonly text: string;
}

/**
 * The ciphertexts met under one data key, so that what did not change keeps its own (`aes/cipher.go`, stash): a ciphertext is given out again only for
 * the same path, type and payload, in the order it was met or as {@link align} says.
 */
export class CiphertextMemory {
  readonly #byPayload = new Map<string, (Met | undefined)[]>();
  readonly #tokens = new Map<string, Token>();
  #count = 0;
  #repeats = false;
  #recalled = 0;
  #missed = 0;

  /** How many values were recalled; comments are not counted. */
  get recalled(): number {
    return this.#recalled;
  }

  /** How many values and comments were to be recalled and are not known. */
  get missed(): number {
    return this.#missed;
  }

  /** @param text the payload as text */
  remember(ciphertext: string, additionalData: string, text: string, { type }: Pick<Payload, 'type'>): void {
    const key = keyOf(additionalData, type, text);
    const known = this.#byPayload.get(key);
    const met = { ciphertext, at: this.#count++ };
    if (known) {
      known.push(met);
      this.#repeats = true;
    } else this.#byPayload.set(key, [met]);
  }

  /**
   * Where a payload repeats under its path, as in lists and in several documents, matches what was met with what will be recalled, from the beginning and
   * from the end, so that a change of one does not move the ciphertexts of the others.
   * @param wanted all that will be recalled, in that order
   */
  align(wanted: () => readonly Wanted[]): void {
    if (!this.#repeats) return;
    const old = [...this.#byPayload]
      .flatMap(([key, queue]) => queue.flatMap((met) => (met ? [{ key, met }] : [])))
      .toSorted((one, other) => one.met.at - other.met.at);
    const keys = wanted().map(({ under, type, text }) => keyOf(under, type, text));
    const matched = match(old, keys);
    const taken = new Set(matched);
    const rest = new Map<string, (Met | undefined)[]>();
    for (const [key, queue] of this.#byPayload) {
      if (queue.length < 2) continue;
      rest.set(
        key,
        queue.filter((met) => !taken.has(met)),
      );
      this.#byPayload.set(key, []);
    }
    for (const [at, key] of keys.entries()) {
      const left = rest.get(key);
      if (left) this.#byPayload.get(key)?.push(matched[at] ?? left.shift());
    }
  }

  /** A ciphertext for the payload that has not been given out yet. */
  recall(additionalData: string, type: string, text: string): string | undefined {
    const met = this.#byPayload.size === 0 ? undefined : this.#byPayload.get(keyOf(additionalData, type, text))?.shift();
    if (met === undefined) this.#missed++;
    else if (type !== 'comment') this.#recalled++;
    return met?.ciphertext;
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

  /** A memory of two files under one data key: all of this one, and what the other has more of. */
  joined(other: CiphertextMemory): CiphertextMemory {
    const joined = this.copy();
    const known = new Set([...this.#byPayload.values()].flatMap((queue) => queue.map((met) => met?.ciphertext)));
    for (const [key, theirs] of other.#byPayload) {
      const ours = joined.#byPayload.get(key) ?? [];
      const fresh = theirs.filter((met) => met !== undefined && !known.has(met.ciphertext));
      const more = fresh.slice(0, Math.max(0, theirs.length - ours.length));
      const queue = [...ours, ...more.flatMap((met) => (met === undefined ? [] : [{ ...met, at: joined.#count++ }]))];
      joined.#byPayload.set(key, queue);
      if (queue.length > 1) joined.#repeats = true;
    }
    for (const [ciphertext, token] of other.#tokens) if (!joined.#tokens.has(ciphertext)) joined.#tokens.set(ciphertext, token);
    return joined;
  }

  /** An independent copy: what is given out of one is still there in the other. */
  copy(): CiphertextMemory {
    const copy = new CiphertextMemory();
    for (const [key, ciphertexts] of this.#byPayload) copy.#byPayload.set(key, [...ciphertexts]);
    copy.#count = this.#count;
    copy.#repeats = this.#repeats;
    for (const [ciphertext, token] of this.#tokens) copy.#tokens.set(ciphertext, token);
    return copy;
  }
}

/** For each of the keys what was met in its place, counted from the beginning or from the end. */
function match(old: readonly { readonly key: string; readonly met: Met }[], keys: readonly string[]): readonly (Met | undefined)[] {
  const matched: (Met | undefined)[] = keys.map(() => undefined);
  const shorter = Math.min(old.length, keys.length);
  let front = 0;
  for (; front < shorter && old[front]?.key === keys[front]; front++) matched[front] = old[front]?.met;
  for (let back = 1; back <= shorter - front && old.at(-back)?.key === keys.at(-back); back++)
    matched[keys.length - back] = old.at(-back)?.met;
  return matched;
}
