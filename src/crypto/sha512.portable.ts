import { sha512 as noble } from '@noble/hashes/sha2.js';
import type { Sha512 } from './sha512.ts';

/** {@link Sha512} in JavaScript alone. */
export function sha512(): Sha512 {
  const hash = noble.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}
