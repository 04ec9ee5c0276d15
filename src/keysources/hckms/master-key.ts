import { SopsError } from '../../errors.ts';
import type { MasterKey } from '../../metadata/metadata.ts';

/** A key of HuaweiCloud KMS. */
export interface HcKmsKey extends MasterKey {
  readonly kind: 'hckms';
  /** `REGION:KEY-UUID`. */
  readonly keyId: string;
}

/** Reads `REGION:KEY-UUID`; throws `MALFORMED_KEY`. */
export function hcKmsKey(keyId: string): HcKmsKey {
  const separator = keyId.indexOf(':');
  if (separator < 0 || keyId.slice(0, separator).trim() === '' || keyId.slice(separator + 1).trim() === '') {
    throw new SopsError('MALFORMED_KEY', `'${keyId}' is not a key of HuaweiCloud KMS: expected REGION:KEY-UUID`);
  }
  return { kind: 'hckms', keyId };
}
