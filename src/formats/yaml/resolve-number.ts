import { goFloat } from '../../document/scalar.ts';

/** A number as Go holds it. `uint` is an integer that fits only 64 bits without a sign. */
export interface NumberValue {
  readonly type: 'int' | 'uint' | 'float';
  /** As Go prints it: integers in full, floats shortest and without exponent. */
  readonly text: string;
}

const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;
const largestUnsigned = 2n ** 64n - 1n;

const integerForm = /^([+-]?)(?:0x([\da-f]+)|0b([01]+)|0o?([0-7]+)|(0|[1-9]\d*))$/i;
const floatForm = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;
const signedForm = /^0(?:b([+-][01]+)|o([+-][0-7]+))$/;

/** The number that a plain scalar beginning with a digit or sign is to go-yaml v3, if it is one (`resolve.go`). */
export function number(text: string): NumberValue | undefined {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  return integer(plain) ?? float(plain) ?? signedDigits(plain);
}

/** The same where the text begins with a dot: Go reads it as it stands, with underscores between digits only. */
export const fractionOnly = (text: string): NumberValue | undefined => float(text.replaceAll(/(?<=\d)_(?=\d)/g, ''));

function integer(plain: string): NumberValue | undefined {
  const parts = integerForm.exec(plain);
  if (parts === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = parts;
  const value = magnitude('0x', hex) ?? magnitude('0b', binary) ?? magnitude('0o', octal) ?? magnitude('', decimal);
  if (value === undefined) return undefined;
  const small = within64(value, sign);
  if (small !== undefined) return small;
  return sign === '' && value <= largestUnsigned ? { type: 'uint', text: goFloat(Number(value)) } : undefined;
}

function within64(value: bigint, sign: string | undefined): NumberValue | undefined {
  const signed = sign === '-' ? -value : value;
  return signed >= smallest && signed <= largest ? { type: 'int', text: signed.toString() } : undefined;
}

/** Undefined where there are no digits, or more than 64 bits can hold. */
function magnitude(prefix: string, digits: string | undefined): bigint | undefined {
  if (digits === undefined) return undefined;
  const significant = digits.replace(/^0+(?=.)/, '');
  return significant.length > 64 ? undefined : BigInt(prefix + significant);
}

function float(plain: string): NumberValue | undefined {
  if (!floatForm.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? { type: 'float', text: goFloat(value) } : undefined;
}

/** `0b-1` and `0o+7`, which go-yaml takes. */
function signedDigits(plain: string): NumberValue | undefined {
  const [, binary, octal] = signedForm.exec(plain) ?? [];
  const digits = binary ?? octal;
  if (digits === undefined) return undefined;
  const value = magnitude(binary === undefined ? '0o' : '0b', digits.slice(1));
  return value === undefined ? undefined : within64(value, digits.charAt(0));
}
