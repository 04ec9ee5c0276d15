import { gcm } from '@noble/ciphers/aes.js';
import type { Aead } from './aead.ts';

const tagLength = 16;

/** {@link Aead} in JavaScript alone, where there is no `node:crypto`. */
export const aead: Aead = {
  seal(key, nonce, plaintext, additionalData) {
    const sealed = gcm(key, nonce, additionalData).encrypt(plaintext);
    return { data: sealed.subarray(0, -tagLength), tag: sealed.subarray(-tagLength) };
  },
  open(key, nonce, { data, tag }, additionalData) {
    const sealed = new Uint8Array(data.length + tag.length);
    sealed.set(data);
    sealed.set(tag, data.length);
    try {
      return gcm(key, nonce, additionalData).decrypt(sealed);
    } catch {
      return undefined;
    }
  },
};
