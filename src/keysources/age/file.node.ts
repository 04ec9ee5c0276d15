import { timingSafeEqual } from 'node:crypto';
import { armor, dearmor, strictBase64 } from './armor.node.ts';
import { bareBase64, malformed, parseHeader, printHeader, type Stanza } from './header.node.ts';
import { openPayload, sealPayload } from './payload.node.ts';
import { hkdf, hmac, type KeyPair, keyPair, open, seal, shared } from './primitives.node.ts';

const label = 'age-encryption.org/v1/X25519';
const nothing = new Uint8Array(0);
/** Each wrapping key is used once, so age seals file keys under a nonce of zeros. */
const zeros = new Uint8Array(12);

/**
 * Encrypts for X25519 recipients into an armored age v1 file.
 * @param recipients public keys of 32 bytes
 * @param random cryptographically strong random bytes
 */
export function sealFile(plaintext: Uint8Array, recipients: readonly Uint8Array[], random: (length: number) => Uint8Array): string {
  const fileKey = random(16);
  const stanzas = recipients.map((recipient) => wrapFileKey(fileKey, recipient, keyPair(random(32))));
  const covered = Buffer.from(printHeader(stanzas), 'latin1');
  const mac = hmac(hkdf(fileKey, nothing, 'header'), covered);
  const nonce = random(16);
  const payload = sealPayload(hkdf(fileKey, nonce, 'payload'), plaintext);
  return armor(Buffer.concat([covered, Buffer.from(` ${bareBase64(mac)}\n`), nonce, payload]));
}

/**
 * Decrypts an armored age v1 file with X25519 identities.
 * @param identities secret keys of 32 bytes
 * @returns undefined where none of them is a recipient; throws `MALFORMED_METADATA` where one is but the file breaks the rules
 */
export function openFile(armored: string, identities: readonly Uint8Array[]): Uint8Array | undefined {
  const { stanzas, covered, mac, payload } = parseHeader(dearmor(armored));
  const fileKey = unwrapFileKey(stanzas, identities);
  if (fileKey === undefined) return undefined;
  if (!timingSafeEqual(hmac(hkdf(fileKey, nothing, 'header'), covered), mac)) throw malformed('its header was tampered with');
  if (payload.length < 16) throw malformed('its payload was tampered with or cut off');
  return openPayload(hkdf(fileKey, payload.subarray(0, 16), 'payload'), payload.subarray(16));
}

function wrapFileKey(fileKey: Uint8Array, recipient: Uint8Array, ephemeral: KeyPair): Stanza {
  const secret = shared(ephemeral.secret, recipient);
  if (secret === undefined) throw malformed('its recipient is a point of low order');
  const key = hkdf(secret, Buffer.concat([ephemeral.public, recipient]), label);
  return { type: 'X25519', args: [bareBase64(ephemeral.public)], body: seal(key, zeros, fileKey) };
}

function unwrapFileKey(stanzas: readonly Stanza[], identities: readonly Uint8Array[]): Uint8Array | undefined {
  if (stanzas.length > 1 && stanzas.some(({ type }) => type === 'scrypt')) throw malformed('a passphrase stands beside other stanzas');
  const wrapped = stanzas.filter(({ type }) => type === 'X25519');
  for (const identity of identities) {
    const pair = keyPair(identity);
    for (const stanza of wrapped) {
      const fileKey = unwrapStanza(stanza, pair);
      if (fileKey !== undefined) return fileKey;
    }
  }
  return undefined;
}

function unwrapStanza({ args, body }: Stanza, pair: KeyPair): Uint8Array | undefined {
  const [text, ...more] = args;
  const share = text === undefined || more.length > 0 ? undefined : strictBase64(text, 'bare');
  if (share?.length !== 32 || body.length !== 32) throw malformed('a stanza for X25519 has the wrong parts');
  const secret = shared(pair.secret, share);
  if (secret === undefined) throw malformed('a stanza for X25519 holds a point of low order');
  return open(hkdf(secret, Buffer.concat([share, pair.public]), label), zeros, body);
}
