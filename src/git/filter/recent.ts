import { sha512 } from '#sha512';
import { hex } from '../../crypto/bytes.ts';

/** Where a version was met: on its way into the work tree, or into the repository. */
type Way = 'smudged' | 'cleaned';

/** Encrypted versions are kept up to so many bytes; then the oldest go. */
const most = 64 * 2 ** 20;

/**
 * Encrypted versions that one run of Git has met, by path and digest of their plaintext: what went into the work tree comes back as it was, and what is asked for twice, as in a
 * commit of some paths, which has two indexes, is encrypted once. Holds no plaintext.
 */
export class RecentVersions {
  readonly #versions = new Map<string, Uint8Array>();
  #held = 0;

  remember(way: Way, path: string, plaintext: Uint8Array, sealed: Uint8Array): void {
    const name = nameOf(way, path, plaintext);
    this.#drop(name);
    this.#versions.set(name, sealed);
    this.#held += sealed.length;
    for (const oldest of this.#versions.keys()) {
      if (this.#held <= most || oldest === name) return;
      this.#drop(oldest);
    }
  }

  find(way: Way, path: string, plaintext: Uint8Array): Uint8Array | undefined {
    return this.#versions.size === 0 ? undefined : this.#versions.get(nameOf(way, path, plaintext));
  }

  #drop(name: string): void {
    this.#held -= this.#versions.get(name)?.length ?? 0;
    this.#versions.delete(name);
  }
}

function nameOf(way: Way, path: string, plaintext: Uint8Array): string {
  const hash = sha512();
  hash.update(plaintext);
  return [way, hex(hash.digest()), path].join(' ');
}
