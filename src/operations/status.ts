import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { readSealed } from './open-file.ts';
import type { Services } from './operation.ts';

/**
 * Whether a file has sops metadata with a version and a MAC; needs no key (`cmd/sops/subcommand/filestatus`).
 * Throws `MALFORMED_METADATA`, `MALFORMED_DOCUMENT`.
 */
export function status(source: Uint8Array, format: Format, services: Pick<Services, 'keySources'>): { readonly encrypted: boolean } {
  try {
    const { metadata } = readSealed(source, format, services);
    return { encrypted: metadata.version !== '' && metadata.mac !== '' };
  } catch (error) {
    if (error instanceof SopsError && error.code === 'METADATA_NOT_FOUND') return { encrypted: false };
    throw error;
  }
}
