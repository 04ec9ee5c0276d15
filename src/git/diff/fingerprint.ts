import { sha512 } from '#sha512';
import { hex, utf8 } from '../../crypto/bytes.ts';

/** Eight digits that stand for something long, so that a reader sees whether it changed. */
export function fingerprint(content: Uint8Array | string): string {
  const hash = sha512();
  hash.update(typeof content === 'string' ? utf8(content) : content);
  return hex(hash.digest().subarray(0, 4)).toLowerCase();
}

const ciphertext = /ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]*,tag:[A-Za-z0-9+/=]*,type:(\w+)\]/g;

/** A text with each ciphertext cut down to its type and fingerprint: `ENC[str 3f9a2c1d]`. */
export const withFingerprints = (text: string): string =>
  text.replaceAll(ciphertext, (whole, type: string) => `ENC[${type} ${fingerprint(whole)}]`);
