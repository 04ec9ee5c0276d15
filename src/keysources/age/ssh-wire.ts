/** Reads the fields of an SSH message (RFC 4251, section 5) one after the other; each answers undefined where the message ends before it. */
export class SshReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A number of 32 bits. */
  number(): number | undefined {
    const bytes = this.take(4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  /** A string of bytes. */
  string(): Uint8Array | undefined {
    const length = this.number();
    return length === undefined ? undefined : this.take(length);
  }

  text(): string | undefined {
    const bytes = this.string();
    return bytes && new TextDecoder('latin1').decode(bytes);
  }

  /** A number of any length that is not negative, highest byte first, without zeros before. */
  bigNumber(): Uint8Array | undefined {
    const bytes = this.string();
    if (bytes === undefined || (bytes[0] ?? 0) > 127) return undefined;
    const start = bytes.findIndex((byte) => byte !== 0);
    return bytes.subarray(start < 0 ? bytes.length : start);
  }

  take(length: number): Uint8Array | undefined {
    if (this.#at + length > this.#bytes.length) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** What was not read yet. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}

/** A message of strings. */
export function sshMessage(...strings: readonly (Uint8Array | string)[]): Uint8Array {
  const parts = strings.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part));
  const message = new Uint8Array(parts.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(message.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    message.set(part, at + 4);
    at += 4 + part.length;
  }
  return message;
}

/** A number as {@link SshReader.bigNumber} answers it, as it stands in a message: with a zero before, where it would look negative. */
export const sshNumber = (bytes: Uint8Array): Uint8Array => ((bytes[0] ?? 0) > 127 ? Uint8Array.of(0, ...bytes) : bytes);
