/** Length of a Poly1305 tag in bytes. */
export const tagLength = 16;

const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
/** The columns and diagonals that a double round mixes. */
const quarters = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;
const limbs = 10;
const limbBits = 13;
const limbMask = 0x1fff;

/** ChaCha20-Poly1305 (RFC 8439) without additional data, for runtimes whose own crypto has none; the tag follows the ciphertext. */
export function sealChacha(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + tagLength);
  const ciphertext = sealed.subarray(0, plaintext.length);
  chacha20(key, nonce, plaintext, ciphertext);
  sealed.set(tag(key, nonce, ciphertext), plaintext.length);
  return sealed;
}

/** The reverse of {@link sealChacha}; undefined for what is not authentic. */
export function openChacha(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const ciphertext = sealed.subarray(0, sealed.length - tagLength);
  const expected = tag(key, nonce, ciphertext);
  let difference = sealed.length < tagLength ? 1 : 0;
  for (let i = 0; i < tagLength; i++) difference |= (expected[i] ?? 0) ^ (sealed[ciphertext.length + i] ?? 0);
  if (difference !== 0) return undefined;
  const plaintext = new Uint8Array(ciphertext.length);
  chacha20(key, nonce, ciphertext, plaintext);
  return plaintext;
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** One block of key stream, 64 bytes. */
function block(initial: Uint32Array, counter: number): Uint8Array {
  const start = initial.slice();
  start[12] = counter;
  const state = start.slice();
  const word = (index: number): number => state[index] ?? 0;
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of quarters) {
      for (const [first, second] of [
        [16, 12],
        [8, 7],
      ] as const) {
        state[a] = word(a) + word(b);
        state[d] = rotate(word(d) ^ word(a), first);
        state[c] = word(c) + word(d);
        state[b] = rotate(word(b) ^ word(c), second);
      }
    }
  }
  const view = new DataView(new ArrayBuffer(64));
  state.forEach((value, index) => view.setUint32(index * 4, value + (start[index] ?? 0), true));
  return new Uint8Array(view.buffer);
}

function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

const initialState = (key: Uint8Array, nonce: Uint8Array): Uint32Array =>
  Uint32Array.from([...constants, ...words(key), 0, ...words(nonce)]);

function chacha20(key: Uint8Array, nonce: Uint8Array, input: Uint8Array, output: Uint8Array): void {
  const initial = initialState(key, nonce);
  for (let at = 0, counter = 1; at < input.length; at += 64, counter++) {
    const stream = block(initial, counter);
    const end = Math.min(64, input.length - at);
    for (let i = 0; i < end; i++) output[at + i] = (input[at + i] ?? 0) ^ (stream[i] ?? 0);
  }
}

/** The tag over a ciphertext: Poly1305 of it, padded, and of both lengths, under the first block of key stream. */
function tag(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const padded = Math.ceil(ciphertext.length / 16) * 16;
  const message = new Uint8Array(padded + 16);
  message.set(ciphertext);
  new DataView(message.buffer).setUint32(padded + 8, ciphertext.length, true);
  return poly1305(block(initialState(key, nonce), 0).subarray(0, 32), message);
}

/** Bits `from` to `from + 13` of a little-endian number. */
function limb(bytes: Uint8Array, from: number): number {
  const at = from >> 3;
  const three = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (three >> (from & 7)) & limbMask;
}

/** Poly1305 of whole blocks of 16 bytes, in ten limbs of 13 bits so that no product leaves what a number holds; no branch depends on a secret. */
function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const clamped = key.slice(0, 16);
  for (const index of [3, 7, 11, 15]) clamped[index] = (clamped[index] ?? 0) & 15;
  for (const index of [4, 8, 12]) clamped[index] = (clamped[index] ?? 0) & 252;
  const r = Array.from({ length: limbs }, (_, index) => limb(clamped, index * limbBits));
  let h: number[] = Array.from({ length: limbs }, () => 0);
  for (let at = 0; at < message.length; at += 16) {
    const bytes = new Uint8Array(17);
    bytes.set(message.subarray(at, at + 16));
    bytes[16] = 1;
    h = multiply(
      h.map((value, index) => value + limb(bytes, index * limbBits)),
      r,
    );
  }
  return finish(h, key.subarray(16, 32));
}

/** The product modulo 2^130 - 5, its limbs carried. */
function multiply(h: readonly number[], r: readonly number[]): number[] {
  const product: number[] = [];
  for (let i = 0; i < limbs; i++) {
    let sum = 0;
    for (let j = 0; j < limbs; j++) sum += (h[j] ?? 0) * (j <= i ? (r[i - j] ?? 0) : 5 * (r[i + limbs - j] ?? 0));
    product.push(sum);
  }
  return carry(carry(product));
}

/** Brings every limb but the first within 13 bits; what runs over the top comes back fivefold at the bottom. */
function carry(values: readonly number[]): number[] {
  let over = 0;
  const carried = values.map((value) => {
    const sum = value + over;
    over = Math.floor(sum / 8192);
    return sum - over * 8192;
  });
  carried[0] = (carried[0] ?? 0) + over * 5;
  return carried;
}

/** Reduces fully, adds the pad modulo 2^128 and prints little-endian. */
function finish(value: readonly number[], pad: Uint8Array): Uint8Array {
  const h = carry(carry(value));
  const less = h.slice();
  less[0] = (less[0] ?? 0) + 5;
  let over = 0;
  const reduced = less.map((part) => {
    const sum = part + over;
    over = sum >> limbBits;
    return sum & limbMask;
  });
  const mask = -over;
  const chosen = h.map((part, index) => (part & ~mask) | ((reduced[index] ?? 0) & mask));
  const printed = new Uint8Array(16);
  let sum = 0;
  for (let i = 0; i < 16; i++) {
    sum += byteOf(chosen, i) + (pad[i] ?? 0);
    printed[i] = sum & 255;
    sum >>= 8;
  }
  return printed;
}

/** Byte `index` of a number in limbs. */
function byteOf(parts: readonly number[], index: number): number {
  const first = Math.floor((index * 8) / limbBits);
  const shift = index * 8 - first * limbBits;
  const two = (parts[first] ?? 0) | ((parts[first + 1] ?? 0) << limbBits);
  return (two >> shift) & 255;
}
