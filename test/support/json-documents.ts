/** A source of numbers from 0 up to but not including 1. */
export type Random = () => number;

/** A generator of numbers that depends on its seed alone (mulberry32). */
export function seeded(seed: number): Random {
  let state = Math.trunc(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = (random: Random, from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

const numbers: readonly string[] = [
  '0',
  '-0',
  '-0.0',
  '0.0',
  '1',
  '-1',
  '42',
  '1.0',
  '1.50',
  '-2.5',
  '1E5',
  '1e5',
  '1e+5',
  '1.5E-3',
  '0.1e-7',
  '1e-7',
  '0.0000001',
  '0.000001',
  '1e20',
  '1e21',
  '1e22',
  '123456789.123456789',
  '3.141592653589793238462643',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '12345678901234567890',
  '123456789012345678901234567890',
  '1e308',
  '1e-400',
  '5e-324',
  '1.7976931348623157e308',
  '0e0',
  '-0e5',
  '9007199254740993',
  '9007199254740993.0',
  '100000000000000000000000',
  '0.1',
  '0.30000000000000004',
  '2e-6',
  '999999999999999999',
  '1000000000000000000',
];

const pieces: readonly string[] = [
  'a',
  'b',
  'Z',
  '0',
  ' ',
  '  ',
  '/',
  "'",
  '#',
  ':',
  ',',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '&',
  '=',
  '-',
  'ENC[',
  'é',
  'ß',
  '漢字',
  '😀',
  '\u007f',
  '\u0080',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ufffd',
  '\\n',
  '\\r',
  '\\t',
  '\\b',
  '\\f',
  '\\"',
  '\\\\',
  '\\/',
  '\\u0000',
  '\\u001f',
  '\\u0041',
  '\\u00e9',
  '\\u00E9',
  '\\u2028',
  '\\ud83d\\ude00',
  '\\uD83D',
  '\\ude00',
  '\\ud83d\\ud83d\\ude00',
  '\\ud83dx',
  '\\ufffd',
  '\\u003c',
  '\\u007F',
  'secret',
  'true',
  'null',
];

const keys: readonly string[] = [
  'a',
  'b',
  'c',
  'd',
  'name',
  'password',
  'x_unencrypted',
  '',
  ' ',
  'a b',
  'a:b',
  'ünï',
  '\\u0061',
  '\\n',
  '<k>',
  '"'.replace('"', '\\"'),
  '0',
];

/** How a document spaces its tokens. */
interface Spacing {
  readonly colon: () => string;
  readonly comma: (depth: number) => string;
  readonly open: (depth: number) => string;
  readonly close: (depth: number) => string;
}

function spacingOf(random: Random): Spacing {
  const kind = random();
  if (kind < 0.2) return { colon: () => ':', comma: () => ',', open: () => '', close: () => '' };
  if (kind < 0.3) return { colon: () => ': ', comma: () => ', ', open: () => '', close: () => '' };
  if (kind < 0.35) return { colon: () => ' : ', comma: () => ' , ', open: () => ' ', close: () => ' ' };
  if (kind < 0.75) return pretty(random);
  const space = (): string => Array.from({ length: upTo(random, 3) }, () => pick(random, [' ', '\t', '\n', '\r\n', '  ', '\r'])).join('');
  return { colon: () => `${space()}:${space()}`, comma: () => `${space()},${space()}`, open: space, close: space };
}

function pretty(random: Random): Spacing {
  const line = pick(random, ['\n', '\n', '\r\n']);
  const unit = pick(random, ['\t', '  ', '    ', ' ', '']);
  const colon = pick(random, [': ', ': ', ':', ' : ']);
  const blank = random() < 0.1;
  return {
    colon: () => colon,
    comma: (depth) => `,${blank && random() < 0.5 ? line : ''}${line}${unit.repeat(depth)}`,
    open: (depth) => line + unit.repeat(depth),
    close: (depth) => line + unit.repeat(depth - 1),
  };
}

class Writer {
  readonly #random: Random;
  readonly #spacing: Spacing;

  constructor(random: Random) {
    this.#random = random;
    this.#spacing = spacingOf(random);
  }

  document(): string {
    const random = this.#random;
    const lead = random() < 0.05 ? pick(random, ['\n', ' ', '\r\n\t']) : '';
    return lead + this.#collection('{', 1, upTo(random, 6)) + pick(random, ['\n', '\n', '\n', '', '\r\n', '\n\n', ' ']);
  }

  #collection(opening: '{' | '[', depth: number, count: number): string {
    const closing = opening === '{' ? '}' : ']';
    if (count === 0) return opening + (this.#random() < 0.8 ? '' : this.#spacing.open(depth)) + closing;
    const items = Array.from({ length: count }, () => (opening === '{' ? this.#key() + this.#spacing.colon() : '') + this.#value(depth));
    let text = opening + this.#spacing.open(depth);
    for (const [index, item] of items.entries()) text += (index === 0 ? '' : this.#spacing.comma(depth)) + item;
    return text + this.#spacing.close(depth) + closing;
  }

  #value(depth: number): string {
    const kind = this.#random();
    if (kind < 0.2 && depth < 6) return this.#collection('{', depth + 1, upTo(this.#random, 4));
    if (kind < 0.35 && depth < 6) return this.#collection('[', depth + 1, upTo(this.#random, 4));
    if (kind < 0.6) return pick(this.#random, numbers);
    if (kind < 0.7) return pick(this.#random, ['true', 'false', 'null']);
    return `"${Array.from({ length: upTo(this.#random, 6) }, () => pick(this.#random, pieces)).join('')}"`;
  }

  #key(): string {
    if (this.#random() < 0.9) return `"${pick(this.#random, keys)}"`;
    return `"${Array.from({ length: upTo(this.#random, 3) }, () => pick(this.#random, pieces)).join('')}"`;
  }
}

/**
 * A JSON document, its top level an object without a key `sops`: escapes, odd numbers, keys that repeat, every spacing from none to wild.
 * The same numbers give the same document.
 */
export const jsonDocument = (random: Random): string => new Writer(random).document();

/** The text with one to three small damages, most of which make it malformed; never a NUL. */
export function damaged(text: string, random: Random): string {
  let result = text;
  for (let times = 1 + upTo(random, 2); times > 0; times -= 1) {
    const at = upTo(random, result.length);
    const length = random() < 0.5 ? 1 : 0;
    const put =
      random() < 0.4
        ? ''
        : pick(random, [
            '{',
            '}',
            '[',
            ']',
            ',',
            ':',
            '"',
            '\\',
            '0',
            '-',
            '.',
            'e',
            'n',
            't',
            ' ',
            '\n',
            '\u0001',
            'x',
            '1e400',
            '\\u12',
            'null',
            '//',
          ]);
    result = random() < 0.05 ? result.slice(0, at) : result.slice(0, at) + put + result.slice(at + length);
  }
  return result.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '');
}
