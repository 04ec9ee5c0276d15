import { sha512 } from '#sha512';
import { hex, utf8 } from './bytes.ts';

/** SHA-256 of `sops`: what the MAC starts from where it is taken over encrypted values only, so that the two kinds of MAC never agree (`sops.go`, MACOnlyEncryptedInitialization). */
const onlyEncryptedStart = '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69';

/** Texts are gathered to about this many UTF-16 units before they are hashed: one call a value would cost more than the hashing. */
const batch = 65_536;

/** The running MAC over the values of a file in document order (`sops.go`, Encrypt and Decrypt): SHA-512 of their canonical bytes, one behind the other. */
export class Mac {
  readonly #hash = sha512();
  #waiting = '';

  constructor(onlyEncrypted: boolean) {
    if (onlyEncrypted) this.#hash.update(Uint8Array.from(onlyEncryptedStart.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  }

  /** Takes in a value: its canonical text, or its bytes. */
  add(value: string | Uint8Array): void {
    if (typeof value === 'string') {
      this.#waiting += value;
      if (this.#waiting.length >= batch) this.#flush();
      return;
    }
    this.#flush();
    this.#hash.update(value);
  }

  /** Upper-case hexadecimal, 128 digits. */
  digest(): string {
    this.#flush();
    return hex(this.#hash.digest());
  }

  #flush(): void {
    if (this.#waiting !== '') this.#hash.update(utf8(this.#waiting));
    this.#waiting = '';
  }
}
