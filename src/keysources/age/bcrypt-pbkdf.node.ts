import { createHash } from 'node:crypto';
import { Blowfish } from './blowfish.ts';

const blockLength = 32;
const text = 'OxychromaticBlowfishSwatDynamite';

const sha512 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest();

/** Bytes as words of 32 bits, the first byte highest. */
function wordsOf(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32BE(at * 4));
}

/** Derives `length` bytes from a passphrase as OpenBSD's `bcrypt_pbkdf` does, which OpenSSH protects its keys with. */
export function bcryptPbkdf(passphrase: Uint8Array, salt: Uint8Array, rounds: number, length: number): Buffer {
  const key = Buffer.alloc(length);
  const stride = Math.ceil(length / blockLength);
  const pass = wordsOf(sha512(passphrase));
  for (let block = 0; block < stride; block++) {
    const derived = deriveBlock(pass, Buffer.concat([salt, Uint8Array.of(0, 0, 0, block + 1)]), rounds);
    // The bytes of the blocks take turns, so that no part of the key costs less than the whole.
    for (let at = 0; at * stride + block < length; at++) key[at * stride + block] = derived[at] ?? 0;
  }
  return key;
}

function deriveBlock(pass: Int32Array, salt: Buffer, rounds: number): Buffer {
  let last = bcrypt(pass, wordsOf(sha512(salt)));
  const sum = Buffer.from(last);
  for (let round = 1; round < rounds; round++) {
    last = bcrypt(pass, wordsOf(sha512(last)));
    for (let at = 0; at < blockLength; at++) sum[at] = (sum[at] ?? 0) ^ (last[at] ?? 0);
  }
  return sum;
}

/** bcrypt with a fixed cost and a text of its own. */
function bcrypt(pass: Int32Array, salt: Int32Array): Buffer {
  const cipher = new Blowfish();
  cipher.expand(pass, salt);
  for (let round = 0; round < 64; round++) {
    cipher.expand(salt);
    cipher.expand(pass);
  }
  const words = wordsOf(Buffer.from(text, 'latin1'));
  for (let round = 0; round < 64; round++) cipher.encrypt(words);
  const hashed = Buffer.alloc(blockLength);
  words.forEach((word, at) => hashed.writeInt32LE(word, at * 4));
  return hashed;
}
