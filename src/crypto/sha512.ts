/** A running SHA-512. */
export interface Sha512 {
  update(bytes: Uint8Array): void;
  /** 64 bytes; the hash cannot be used after. */
  digest(): Uint8Array;
}
