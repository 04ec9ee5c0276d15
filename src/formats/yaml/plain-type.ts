const words = new Set(
  '|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|.nan|.NaN|.NAN|.inf|.Inf|.INF|+.inf|+.Inf|+.INF|-.inf|-.Inf|-.INF'.split('|'),
);
const oldBooleans = new Set('y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF'.split('|'));
const base60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

const pointFirst = /^\.\d+(_\d+)*(e[-+]?\d+(_\d+)*)?$/i;
const decimal = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i;
const prefixed = /^([-+]?)0(x[\da-f]+|o?[0-7]+|b[01]+)$/i;
/** A sign behind the prefix, which go-yaml's own reading of `0b` and `0o` lets through. */
const oddlySigned = /^0(b[-+][01]+|o[-+][0-7]+)$/;
const clock = '([01]?\\d|2[0-3]):[0-5]?\\d:[0-5]?\\d([.,]\\d+)?';
const zone = '(Z|[-+]([01]\\d|2[0-4]):([0-5]\\d|60))';
const date = new RegExp(`^(\\d{4})-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\\d|3[01])([Tt]${clock}${zone}| +${clock})?$`);

/** Whether a plain scalar of this text is a string to go-yaml v3 (`resolve.go`), and not a null, bool, number or time. */
export function isPlainString(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39) return !isDate(text) && !isNumber(text);
  if (first === 0x2b || first === 0x2d) return !words.has(text) && !isNumber(text);
  if (first === 0x2e && pointFirst.test(text)) return !Number.isFinite(Number(text.replaceAll('_', '')));
  return !words.has(text);
}

/** Whether go-yaml quotes a string for the sake of YAML 1.1 alone: an old bool such as `yes`, or a number to base 60. */
export const isOldSpelling = (text: string): boolean => oldBooleans.has(text) || (text.includes(':') && base60.test(text));

function isNumber(text: string): boolean {
  const plain = text.replaceAll('_', '');
  if (decimal.test(plain)) return Number.isFinite(Number(plain));
  const [, sign, digits = ''] = prefixed.exec(plain) ?? [];
  if (sign === undefined) return oddlySigned.test(plain) && fits(plain.slice(3), plain.charAt(1), plain.charAt(2));
  const base = /^[xob]/i.test(digits) ? digits.charAt(0).toLowerCase() : 'o';
  return fits(digits.replace(/^[xob]/i, ''), base, sign);
}

/** Digits behind a prefix are an integer if 64 bits hold them, unsigned where they have no sign. */
function fits(digits: string, base: string, sign: string): boolean {
  const value = BigInt(`0${base}${digits}`);
  if (sign === '') return value < 2n ** 64n;
  return sign === '-' ? value <= 2n ** 63n : value < 2n ** 63n;
}

function isDate(text: string): boolean {
  const [, year, month, day] = date.exec(text) ?? [];
  return day !== undefined && Number(day) <= daysOf(Number(year), Number(month));
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
