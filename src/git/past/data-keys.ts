import type { SealedVersion } from './sealed-versions.ts';

/**
 * Tells without any key which versions of files share a data key: they have a wrapped key, a ciphertext or a MAC in common, themselves or through others. Each of these is random, so
 * that two data keys never have one in common.
 *
 * Two versions that share nothing may still have one data key: where real sops wrapped it anew and every value changed at once.
 */
export class DataKeys {
  /** For each class of versions the one that it was joined to, itself where it was not. */
  readonly #joined: number[] = [];
  readonly #byEvidence = new Map<string, number>();
  readonly #byVersion = new Map<SealedVersion, number>();

  /** Takes notice of a version. */
  add(version: SealedVersion): void {
    if (this.#byVersion.has(version)) return;
    const own = this.#joined.push(this.#joined.length) - 1;
    this.#byVersion.set(version, own);
    for (const text of evidenceOf(version)) {
      const other = this.#byEvidence.get(text);
      if (other === undefined) this.#byEvidence.set(text, own);
      else this.#join(own, other);
    }
  }

  /** What stands for the data key of a version: the same for all that share it, once all versions were added. */
  of(version: SealedVersion): number {
    return this.#root(this.#byVersion.get(version) ?? -1);
  }

  #join(one: number, other: number): void {
    this.#joined[this.#root(one)] = this.#root(other);
  }

  #root(start: number): number {
    let root = start;
    while ((this.#joined[root] ?? root) !== root) root = this.#joined[root] ?? root;
    // The way is made short for the next that goes it.
    for (let at = start; at !== root;) {
      const next = this.#joined[at] ?? root;
      this.#joined[at] = root;
      at = next;
    }
    return root;
  }
}

function* evidenceOf({ metadata, values }: SealedVersion): Generator<string> {
  for (const { wrapped } of metadata.keyGroups.flat()) if (wrapped.trim() !== '') yield wrapped.trim();
  if (metadata.mac !== '') yield metadata.mac;
  for (const { text, sealed } of values.values()) if (sealed) yield text;
}
