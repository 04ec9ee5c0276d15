/** AES-256-GCM as SOPS uses it (`aes/cipher.go`): any nonce length (32 bytes when we seal), a 16-byte tag; synchronous everywhere. */
export interface Aead {
  /** @param key 32 bytes */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, additionalData: Uint8Array): Sealed;
  /** Undefined for what is not authentic. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Sealed, additionalData: Uint8Array): Uint8Array | undefined;
}

/** Ciphertext and tag, apart, as `ENC[…]` writes them. */
export interface Sealed {
  readonly data: Uint8Array;
  readonly tag: Uint8Array;
}
