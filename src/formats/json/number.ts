import { goFloat } from '../../document/scalar.ts';
import type { Leaf, Note, Span } from '../../document/tree.ts';
import { malformed } from './malformed.ts';

interface NumberToken {
  readonly leaf: Leaf & { readonly slot: Span };
  readonly note?: Note;
}

const wholeNumber = /^-?\d+$/;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const numberHere = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Whether JSON spells numbers so. */
export const isNumber = (spelling: string): boolean => jsonNumber.test(spelling);

/**
 * Reads the number at `start` with the type real sops gives it (`stores/json`, normalizeJSONNumber): an int where 64 bits hold it, else a float.
 * Throws `MALFORMED_DOCUMENT` where there is no number, or one that no float can come near.
 */
export function readNumber(source: string, start: number): NumberToken {
  numberHere.lastIndex = start;
  const spelling = numberHere.exec(source)?.[0];
  if (spelling === undefined)
    throw malformed(source, start, start >= source.length ? 'the text ends where a value was expected' : 'expected a value');
  const slot = { start, end: start + spelling.length };
  const whole = wholeNumber.test(spelling);
  if (whole) {
    const text = intText(spelling);
    if (text !== undefined) return { leaf: leafOf('int', text, spelling, slot) };
  }
  const value = Number(spelling);
  if (!Number.isFinite(value)) throw malformed(source, start, 'the number is out of range');
  const leaf = leafOf('float', goFloat(value), spelling, slot);
  return whole
    ? {
        leaf,
        note: { span: slot, message: 'this integer needs more than 64 bits: it is kept with all its digits, but sops reads it rounded' },
      }
    : { leaf };
}

const leafOf = (type: 'int' | 'float', text: string, spelling: string, slot: Span): NumberToken['leaf'] =>
  text === spelling ? { kind: 'leaf', type, text, slot } : { kind: 'leaf', type, text, spelling, slot };

/** The canonical text of a whole number that fits 64 bits. */
function intText(spelling: string): string | undefined {
  if (spelling.length <= 18) return spelling === '-0' ? '0' : spelling;
  if (spelling.length > 20) return undefined;
  const value = BigInt(spelling);
  return BigInt.asIntN(64, value) === value ? spelling : undefined;
}

/** A float as Go's `json.Marshal` spells it, which is as JavaScript does but for the negative zero. Undefined where JSON has no spelling. */
export function floatText(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return Object.is(value, -0) ? '-0' : String(value);
}
