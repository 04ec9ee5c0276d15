import type { MasterKey } from '../../metadata/metadata.ts';

/** A key of Google Cloud KMS. */
export interface GcpKmsKey extends MasterKey {
  readonly kind: 'gcp_kms';
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`. */
  readonly resourceId: string;
}

/** A resource ID. */
export const gcpKmsName: RegExp = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;
