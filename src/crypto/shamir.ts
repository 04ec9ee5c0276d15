import { SopsError } from '../errors.ts';
import { wipe } from './bytes.ts';

/*
 * Shamir's secret sharing over GF(2^8), byte by byte, as sops has it (`shamir/shamir.go`): a share is the values of the polynomials at its own x, one a byte of the secret, and then
 * that x. The field is the one of AES. No branch and no table is chosen by a secret byte.
 */

/** How a secret is shared. */
export interface Sharing {
  /** How many shares there are, at most 255. */
  readonly shares: number;
  /** How many of them it takes; from 2 to the number of shares. */
  readonly threshold: number;
}

/** How much longer a share is than the secret, in bytes. */
export const shareOverhead = 1;

/**
 * Splits a secret into shares whose x are 1, 2, 3…; to be wiped by the caller.
 * @param random strong random bytes
 * Throws `DATA_KEY_UNWRAPPABLE` where there is no such sharing.
 */
export function splitSecret(
  secret: Uint8Array,
  { shares, threshold }: Sharing,
  random: (length: number) => Uint8Array,
): readonly Uint8Array[] {
  if (shares > 255) throw unsplittable('parts cannot exceed 255');
  if (threshold > shares) throw unsplittable('parts cannot be less than threshold');
  if (threshold < 2) throw unsplittable('threshold must be at least 2');
  if (secret.length === 0) throw unsplittable('cannot split an empty secret');
  const degree = threshold - 1;
  const coefficients = random(degree * secret.length);
  if (coefficients.length !== degree * secret.length) throw unsplittable('the source of randomness gave too little');
  const parts = Array.from({ length: shares }, (_, at) => share(secret, coefficients, degree, at + 1));
  wipe(coefficients);
  return parts;
}

/** The value of each byte's polynomial at x (Horner's method), and x. */
function share(secret: Uint8Array, coefficients: Uint8Array, degree: number, x: number): Uint8Array {
  const part = new Uint8Array(secret.length + shareOverhead);
  for (const [index, byte] of secret.entries()) {
    let value = 0;
    for (let at = 0; at < degree; at++) value = multiply(value, x) ^ (coefficients[index * degree + at] ?? 0);
    part[index] = multiply(value, x) ^ byte;
  }
  part[secret.length] = x;
  return part;
}

/**
 * Gives back what was split; to be wiped by the caller. Fewer shares than the threshold, or shares of different splits, give other bytes: nothing tells here.
 * Throws `DATA_KEY_UNRECOVERABLE` for shares that cannot be of one split.
 */
export function combineShares(shares: readonly Uint8Array[]): Uint8Array {
  const length = commonLength(shares);
  const places = shares.map((one) => one.at(-1) ?? 0);
  if (new Set(places).size < places.length) throw uncombinable('duplicate part detected');
  if (places.includes(0)) throw uncombinable('a part is of x = 0, which no part is');
  const weights = places.map((place, at) => weight(places, place, at));
  const secret = new Uint8Array(length - shareOverhead);
  for (const [at, one] of shares.entries()) {
    for (const index of secret.keys()) secret[index] = (secret[index] ?? 0) ^ multiply(one[index] ?? 0, weights[at] ?? 0);
  }
  return secret;
}

function commonLength([first, ...others]: readonly Uint8Array[]): number {
  if (!first || others.length === 0) throw uncombinable('less than two parts cannot be used to reconstruct the secret');
  if (first.length < 1 + shareOverhead) throw uncombinable('parts must be at least two bytes');
  if (others.some(({ length }) => length !== first.length)) throw uncombinable('all parts must be the same length');
  return first.length;
}

/** Lagrange's basis polynomial of one place, at 0. */
function weight(places: readonly number[], place: number, own: number): number {
  return places.reduce((product, other, at) => (at === own ? product : multiply(product, multiply(other, inverse(place ^ other)))), 1);
}

/** Bit by bit from the highest, reduced by x^8 + x^4 + x^3 + x + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) product = (product << 1) ^ (-(product >> 7) & 0x11b) ^ (-((b >> bit) & 1) & a);
  return product;
}

/** The 254th power: the product of the 2nd, 4th, … and 128th. */
function inverse(a: number): number {
  let power = a;
  let product = 1;
  for (let at = 1; at < 8; at++) {
    power = multiply(power, power);
    product = multiply(product, power);
  }
  return product;
}

const unsplittable = (reason: string): SopsError =>
  new SopsError('DATA_KEY_UNWRAPPABLE', `could not split data key into parts for Shamir: ${reason}`);

const uncombinable = (reason: string): SopsError =>
  new SopsError('DATA_KEY_UNRECOVERABLE', `could not get data key from shamir parts: ${reason}`, {
    hint: 'the key groups are not those that were written together: restore the file from version control',
  });
