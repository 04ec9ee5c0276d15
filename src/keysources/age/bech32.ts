const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** A prefix (as it is written, lower or upper case) and the bytes it names. */
export interface Bech32 {
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Reads Bech32 (BIP 173) of any length, as age does; answers what is wrong, without a part of the text, where it is not Bech32. */
export function decodeBech32(text: string): Bech32 | string {
  const lower = text.toLowerCase();
  if (lower !== text && text.toUpperCase() !== text) return 'it mixes upper and lower case';
  const separator = text.lastIndexOf('1');
  if (separator < 1 || separator + 7 > text.length) return 'it is too short';
  const prefix = text.slice(0, separator);
  if (!/^[!-~]+$/.test(text)) return 'it holds a character that is not allowed';
  const values: number[] = [];
  for (let i = separator + 1; i < lower.length; i++) values.push(alphabet.indexOf(lower.charAt(i)));
  if (values.includes(-1)) return 'it holds a character that is not allowed';
  if (checksum(prefix.toLowerCase(), values) !== 1) return 'its checksum does not fit: a character is wrong or missing';
  const bytes = fromQuintets(values.slice(0, -6));
  return bytes === undefined ? 'its last character is not possible' : { prefix, bytes };
}

/** Writes Bech32 as age does: all in lower case. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const quintets = toQuintets(bytes);
  const sum = checksum(prefix, [...quintets, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return `${prefix}1${[...quintets, ...check].map((quintet) => alphabet.charAt(quintet)).join('')}`;
}

function toQuintets(bytes: Uint8Array): readonly number[] {
  const quintets: number[] = [];
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) quintets.push((held >> (bits - 5)) & 31);
  }
  if (bits > 0) quintets.push((held << (5 - bits)) & 31);
  return quintets;
}

function checksum(prefix: string, values: readonly number[]): number {
  let sum = 1;
  for (let i = 0; i < prefix.length; i++) sum = step(sum, prefix.charCodeAt(i) >> 5);
  sum = step(sum, 0);
  for (let i = 0; i < prefix.length; i++) sum = step(sum, prefix.charCodeAt(i) & 31);
  for (const value of values) sum = step(sum, value);
  return sum;
}

function step(sum: number, value: number): number {
  const top = sum >>> 25;
  let next = ((sum & 0x1ffffff) << 5) ^ value;
  for (let bit = 0; bit < generator.length; bit++) if ((top >> bit) & 1) next ^= generator[bit] ?? 0;
  return next;
}

function fromQuintets(values: readonly number[]): Uint8Array | undefined {
  const bytes = new Uint8Array((values.length * 5) >> 3);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const value of values) {
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
