/** Length of a Poly1305 tag in bytes. */
export const tagLength = 16;

const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

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

/** One block of key stream, 64 bytes. */
function block(initial: Uint32Array, counter: number): Uint8Array {
  const start = initial.slice();
  start[12] = counter;
  const state = start.slice();
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) mix(state, i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) mix(state, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
  }
  const view = new DataView(new ArrayBuffer(64));
  for (let i = 0; i < 16; i++) view.setUint32(i * 4, (state[i] ?? 0) + (start[i] ?? 0), true);
  return new Uint8Array(view.buffer);
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** A quarter round on four words of the state. */
// oxlint-disable-next-line max-params -- a state and four places in it
function mix(state: Uint32Array, a: number, b: number, c: number, d: number): void {
  let [av, bv, cv, dv] = [state[a] ?? 0, state[b] ?? 0, state[c] ?? 0, state[d] ?? 0];
  av += bv;
  dv = rotate(dv ^ av, 16);
  cv += dv;
  bv = rotate(bv ^ cv, 12);
  av += bv;
  dv = rotate(dv ^ av, 8);
  cv += dv;
  bv = rotate(bv ^ cv, 7);
  state[a] = av;
  state[b] = bv;
  state[c] = cv;
  state[d] = dv;
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

const prime = 2n ** 130n - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/**
 * Poly1305 of whole blocks of 16 bytes. On `BigInt`, which few blocks need least time for; it does not take the same time for every key, but each
 * key is used for one message.
 */
function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const r = littleEndian(key.subarray(0, 16)) & clamp;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    sum = ((sum + littleEndian(message.subarray(at, at + 16)) + 2n ** 128n) * r) % prime;
  }
  const total = sum + littleEndian(key.subarray(16, 32));
  const printed = new DataView(new ArrayBuffer(16));
  printed.setBigUint64(0, BigInt.asUintN(64, total), true);
  printed.setBigUint64(8, BigInt.asUintN(64, total >> 64n), true);
  return new Uint8Array(printed.buffer);
}

/** The number in 16 bytes. */
function littleEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n);
}
