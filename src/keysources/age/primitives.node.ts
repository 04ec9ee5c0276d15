import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  getCiphers,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { openChacha, sealChacha, tagLength } from './chacha.ts';

const cipher = 'chacha20-poly1305';
const options = { authTagLength: tagLength } as const;
/** Bun has no ChaCha20-Poly1305 under `node:crypto`. */
const native = getCiphers().includes(cipher);
const privateDer = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicDer = Buffer.from('302a300506032b656e032100', 'hex');

/** An X25519 key pair, ready for use. */
export interface KeyPair {
  readonly secret: KeyObject;
  readonly public: Uint8Array;
}

/** The key pair of 32 secret bytes. */
export function keyPair(bytes: Uint8Array): KeyPair {
  const secret = createPrivateKey({ key: Buffer.concat([privateDer, bytes]), format: 'der', type: 'pkcs8' });
  const exported = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { secret, public: exported.subarray(publicDer.length) };
}

/** The X25519 secret shared with a point of 32 bytes; undefined for a point of low order. */
export function shared(secret: KeyObject, point: Uint8Array): Uint8Array | undefined {
  const publicKey = createPublicKey({ key: Buffer.concat([publicDer, point]), format: 'der', type: 'spki' });
  try {
    const bytes = diffieHellman({ privateKey: secret, publicKey });
    return bytes.every((byte) => byte === 0) ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/** HKDF-SHA-256, 32 bytes. */
export const hkdf = (secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, salt, info, 32));

/** HMAC-SHA-256. */
export const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest();

/** ChaCha20-Poly1305 (RFC 8439) without additional data; the tag follows the ciphertext. */
export function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  if (!native) return sealChacha(key, nonce, plaintext);
  const sealing = createCipheriv(cipher, key, nonce, options);
  return Buffer.concat([sealing.update(plaintext), sealing.final(), sealing.getAuthTag()]);
}

/** The reverse of {@link seal}; undefined for what is not authentic. */
export function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < tagLength) return undefined;
  if (!native) return openChacha(key, nonce, sealed);
  const opening = createDecipheriv(cipher, key, nonce, options).setAuthTag(sealed.subarray(-tagLength));
  const plaintext = opening.update(sealed.subarray(0, -tagLength));
  try {
    opening.final();
  } catch {
    return undefined;
  }
  return plaintext;
}
