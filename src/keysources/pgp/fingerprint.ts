import type { MasterKey } from '../../metadata/metadata.ts';

/** A PGP key, named by its fingerprint, or by whatever else gpg takes for a key. */
export interface PgpKey extends MasterKey {
  readonly kind: 'pgp';
  readonly fingerprint: string;
}

/** The key of a fingerprint in any spacing. */
export const pgpKey = (fingerprint: string): PgpKey => ({ kind: 'pgp', fingerprint: fingerprint.replaceAll(' ', '') });
