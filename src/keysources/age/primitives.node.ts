import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { openChacha, sealChacha, tagLength } from './chacha.ts';

const cipher = 'chacha20-poly1305';
const options = { authTagLength: tagLength } as const;
/** Bun has no ChaCha20-Poly1305 under `node:crypto`. */
const native = supported();
/** JSON Web Keys, since raw bytes reach OpenSSL through them without its slow search for a decoder. */
const curve = { kty: 'OKP', crv: 'X25519' } as const;

function supported(): boolean {
  try {
    createCipheriv(cipher, new Uint8Array(32), new Uint8Array(12), options);
    return true;
  } catch {
    return false;
  }
}

/** No salt. */
export const nothing: Uint8Array = new Uint8Array(0);
/** Each wrapping key is used once, so age seals file keys under a nonce of zeros. */
export const zeros: Uint8Array = new Uint8Array(12);

/** An X25519 key pair, ready for use. */
export interface KeyPair {
  readonly secret: KeyObject;
  readonly public: Uint8Array;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** The key pair of 32 secret bytes. */
export function keyPair(bytes: Uint8Array): KeyPair {
  const secret = createPrivateKey({ key: { ...curve, d: base64url(bytes), x: '' }, format: 'jwk' });
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  return { secret, public: Buffer.from(x, 'base64url') };
}

/** The X25519 secret shared with a point of 32 bytes; undefined for a point of low order. */
export function shared(secret: KeyObject, point: Uint8Array): Uint8Array | undefined {
  const publicKey = createPublicKey({ key: { ...curve, x: base64url(point) }, format: 'jwk' });
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
