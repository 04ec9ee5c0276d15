import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Aead } from './aead.ts';

const cipher = 'aes-256-gcm';
const options = { authTagLength: 16 };

/** {@link Aead} on `node:crypto`, for Node, Bun and Deno. */
export const aead: Aead = {
  seal(key, nonce, plaintext, additionalData) {
    const sealing = createCipheriv(cipher, key, nonce, options).setAAD(additionalData);
    const data = sealing.update(plaintext);
    sealing.final();
    return { data, tag: sealing.getAuthTag() };
  },
  open(key, nonce, { data, tag }, additionalData) {
    const opening = createDecipheriv(cipher, key, nonce, options).setAAD(additionalData).setAuthTag(tag);
    const plaintext = opening.update(data);
    try {
      opening.final();
    } catch {
      return undefined;
    }
    return plaintext;
  },
};
