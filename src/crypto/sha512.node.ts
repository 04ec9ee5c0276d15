import { createHash } from 'node:crypto';
import type { Sha512 } from './sha512.ts';

/** {@link Sha512} on `node:crypto`. */
export function sha512(): Sha512 {
  const hash = createHash('sha512');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}
