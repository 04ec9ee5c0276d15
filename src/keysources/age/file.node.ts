import { timingSafeEqual } from 'node:crypto';
import { armor, dearmor } from './armor.node.ts';
import { type Header, malformed, parseHeader, printHeader } from './header.node.ts';
import { openPayload, sealPayload } from './payload.node.ts';
import { hkdf, hmac, nothing } from './primitives.node.ts';
import { bareBase64, type Stanza } from './stanza.node.ts';

/** Length of a file key in bytes. */
export const fileKeyLength = 16;

/**
 * Encrypts into an armored age v1 file.
 * @param stanzas the file key, wrapped for each recipient
 * @param nonce 16 random bytes
 */
export function sealFile(plaintext: Uint8Array, fileKey: Uint8Array, stanzas: readonly Stanza[], nonce: Uint8Array): string {
  const covered = Buffer.from(printHeader(stanzas), 'latin1');
  const mac = hmac(hkdf(fileKey, nothing, 'header'), covered);
  const payload = sealPayload(hkdf(fileKey, nonce, 'payload'), plaintext);
  return armor(Buffer.concat([covered, Buffer.from(` ${bareBase64(mac)}\n`), nonce, payload]));
}

/** Reads an armored age v1 file as far as that needs no key. Throws `MALFORMED_METADATA`. */
export function readFile(armored: string): Header {
  const header = parseHeader(dearmor(armored));
  if (header.stanzas.length > 1 && header.stanzas.some(({ type }) => type === 'scrypt')) {
    throw malformed('a passphrase stands beside other stanzas');
  }
  return header;
}

/** Decrypts with the file key that one of the stanzas holds. Throws `MALFORMED_METADATA` where the file was tampered with. */
export function openFile({ covered, mac, payload }: Header, fileKey: Uint8Array): Uint8Array {
  if (!timingSafeEqual(hmac(hkdf(fileKey, nothing, 'header'), covered), mac)) throw malformed('its header was tampered with');
  if (payload.length < 16) throw malformed('its payload was tampered with or cut off');
  return openPayload(hkdf(fileKey, payload.subarray(0, 16), 'payload'), payload.subarray(16));
}
