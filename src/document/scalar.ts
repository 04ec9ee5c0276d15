/** The `type:` field of `ENC[…]`; what a comment is sealed as has the type `comment`. */
export type ScalarType = 'str' | 'int' | 'float' | 'bool' | 'bytes' | 'time';

/** Whether a word is one of the {@link ScalarType}s. */
export const isScalarType = (word: string): word is ScalarType =>
  word === 'str' || word === 'int' || word === 'float' || word === 'bool' || word === 'bytes' || word === 'time';

const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/**
 * The canonical text of a value from any spelling that real sops reads inside a ciphertext (`aes/cipher.go`, Decrypt: Atoi, ParseFloat, ParseBool, UnmarshalText), which is what
 * enters the MAC (`sops.go`, ToBytes). Undefined where real sops could not read it.
 */
export function canonicalText(type: ScalarType, spelling: string): string | undefined {
  switch (type) {
    case 'str':
    case 'bytes':
      return spelling;
    case 'int':
      return canonicalInt(spelling);
    case 'float':
      return canonicalFloat(spelling);
    case 'bool':
      return canonicalBool(spelling);
    case 'time':
      return canonicalTime(spelling);
  }
}

function canonicalInt(spelling: string): string | undefined {
  if (!/^[+-]?\d+$/.test(spelling) || spelling.length > 4096) return undefined;
  const value = BigInt(spelling.startsWith('+') ? spelling.slice(1) : spelling);
  return value < smallest || value > largest ? undefined : value.toString();
}

function canonicalFloat(spelling: string): string | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(spelling)) {
    const value = Number(spelling);
    return Number.isFinite(value) ? goFloat(value) : undefined;
  }
  if (/^[+-]?inf(inity)?$/i.test(spelling)) return spelling.startsWith('-') ? '-Inf' : '+Inf';
  return /^nan$/i.test(spelling) ? 'NaN' : undefined;
}

/** A float as Go's `FormatFloat(value, 'f', -1, 64)`: shortest digits, never an exponent. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  return Object.is(value, -0) ? '-0' : withoutExponent(String(value));
}

function withoutExponent(shortest: string): string {
  const [mantissa = '', exponent] = shortest.split('e');
  if (exponent === undefined) return shortest;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  return point > 0 ? sign + digits.padEnd(point, '0') : `${sign}0.${'0'.repeat(-point)}${digits}`;
}

function canonicalBool(spelling: string): string | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(spelling)) return 'True';
  return /^(0|f|F|FALSE|false|False)$/.test(spelling) ? 'False' : undefined;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function canonicalTime(spelling: string): string | undefined {
  const parts = rfc3339.exec(spelling);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  if (!isClock(hour, minute, second) || !isDate(year, month, day)) return undefined;
  const zone = parts[8] ?? 'Z';
  if (zone !== 'Z' && (Number(zone.slice(1, 3)) > 24 || Number(zone.slice(4)) > 59)) return undefined;
  const fraction = (parts[7] ?? '').slice(0, 10).replace(/\.?0+$/, '');
  return spelling.slice(0, 19) + fraction + (/^[+-]00:00$/.test(zone) ? 'Z' : zone);
}

const isClock = (hour = 0, minute = 0, second = 0): boolean => hour < 24 && minute < 60 && second < 60;

function isDate(year = 0, month = 0, day = 0): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
