import type { Leaf } from '../../document/tree.ts';
import { resolvePlain } from './resolve.ts';

/** Where a scalar is to stand. */
export interface ScalarPlace {
  /** Inside `[…]` or `{…}`. */
  readonly flow: boolean;
  /** The column of a literal's lines, from 0. */
  readonly indent: number;
  /** What a literal's indentation indicator says where one is needed: its lines' column less that of the collection the value is in. */
  readonly hint: number;
}

/** The styles go-yaml prints a string in. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/** What go-yaml's reader refuses, and line breaks other than `\n`, which readers of YAML 1.1 and 1.2 take differently. */
const unreadable = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;
const lineBreak = /[\n\r\x85\u2028\u2029]/;
/** From so many characters on, a question with a repeated group may cost the engine its stack. */
const longText = 10_000;

/** What go-yaml does not put in a literal: a space at a line's end, and what it has no plain character for, which is all beyond the 16-bit plane. */
const unliteral = /^\t| $| [\n\r\x85\u2028\u2029]|[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
/** What it does not put in single quotes: tabs besides, and a space at a line's start. */
const unsingle = / [\n\r\x85\u2028\u2029]|[\n\r\x85\u2028\u2029] |[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
/** What cannot be plain anywhere: indicators, white space at an end, line breaks. */
const unplain = /^(?:---|\.\.\.|[ \t#,[\]{}&*!|>'"%@`]|[-?](?:[ \t]|$))|:(?:[ \t]|$)|[ \t]#|[ \t]$|[\n\r\x85\u2028\u2029]/;
/** What go-yaml does not print plain in a flow collection besides. */
const flowIndicator = /[,?[\]{}:]/;
/** What it does not read as part of a plain scalar in a flow collection. */
const flowEnd = /^:|[,?[\]{}]/;
const oldBooleans = new Set('y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF'.split('|'));
const base60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

/** Whether unquoted text is a string to go-yaml, and not a null, bool, number or time. */
const isString = (text: string): boolean => resolvePlain(text).type === 'str';
/** Whether go-yaml quotes a string for the sake of YAML 1.1 alone: an old bool such as `yes`, or a number to base 60. */
const isOldSpelling = (text: string): boolean => oldBooleans.has(text) || (text.includes(':') && base60.test(text));

/** Text that is surely printed plain, to spare common values the questions: no indicator, and no first letter of a word with a meaning. */
const surelyPlain = /^[A-EG-MP-SU-XZa-eg-mp-su-xz_/](?:[!-9;-~]|:(?=[!-~])| (?=[!"$-~]))*$/;

/** The style go-yaml prints a string in, by itself and in block context. One difference: a text of several lines that begins with a tab is quoted, where real sops prints `null` and loses it. */
export function stringStyle(text: string): ScalarStyle {
  if (text.length < longText && surelyPlain.test(text)) return 'plain';
  if (text.includes('\n')) return unliteral.test(text) ? 'double' : 'literal';
  if (!isString(text) || isOldSpelling(text) || unsingle.test(text)) return 'double';
  return unplain.test(text) ? 'single' : 'plain';
}

/** The text of a leaf as go-yaml prints it in a place, without a literal's last line break. Numbers, bools and times are printed from their canonical text; bytes as text. */
export function spellScalar(leaf: Pick<Leaf, 'type' | 'text' | 'spelling'>, place: ScalarPlace): string {
  if (leaf.type !== 'str' && leaf.type !== 'bytes') return spellTyped(leaf);
  return spellString(leaf.text, place);
}

function spellString(text: string, place: ScalarPlace): string {
  const style = stringStyle(text);
  if (style === 'plain') return place.flow && flowIndicator.test(text) ? quoteSingle(text, '') : text;
  if (style === 'single') return quoteSingle(text, ' '.repeat(place.indent));
  if (style === 'double' || place.flow || /[\u2028\u2029]$/.test(text)) return spellDouble(text);
  return `${literalHeader(text, place.hint)}\n${indentLines(text, place.indent)}`.replace(/\n$/, '');
}

/** A mapping key as go-yaml spells it, but always on one line. */
export function spellKey(key: string, flow: boolean): string {
  if (lineBreak.test(key)) return spellDouble(key);
  return key === '<<' ? '"<<"' : spellScalar({ type: 'str', text: key }, { flow, indent: 0, hint: 0 });
}

/** A number, bool or time as go-yaml prints it. An integer beyond 64 bits, which is a float to real sops, keeps its digits. */
export function spellTyped(leaf: Pick<Leaf, 'type' | 'text' | 'spelling'>): string {
  if (leaf.type === 'bool') return leaf.text.toLowerCase();
  if (leaf.type !== 'float') return leaf.text;
  if (leaf.spelling !== undefined && isHugeInteger(leaf.spelling)) return leaf.spelling;
  if (/[IN]/.test(leaf.text)) return leaf.text === 'NaN' ? '.nan' : leaf.text.replace('+', '').replace('Inf', '.inf');
  return shortFloat(Number(leaf.text));
}

function isHugeInteger(spelling: string): boolean {
  if (!/^[-+]?[\d_]{19,}$/.test(spelling)) return false;
  const value = BigInt(spelling.replaceAll(/[+_]/g, ''));
  return value >= 2n ** 63n || value < -(2n ** 63n);
}

/** Go's `FormatFloat(value, 'g', -1, 64)`: an exponent below -4 and above 5. */
function shortFloat(value: number): string {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return Object.is(value, -0) ? '-0' : String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Whether text alone on one line, unquoted, is this very string to go-yaml (and is not taken for a merge key). */
export function canStandPlain(text: string, flow: boolean): boolean {
  if (text === '<<' || !isString(text) || unplain.test(text) || unreadable.test(text)) return false;
  return !flow || !flowEnd.test(text);
}

/**
 * Whether a plain text has its ciphertext in single quotes: in a flow collection, where the commas and brackets of a ciphertext must be quoted; and where real sops
 * would quote the text for a character beyond the 16-bit plane (an emoji) that people do not quote, since a bare ciphertext stands for what real sops prints.
 */
export function isSealedSingle(text: string, flow: boolean): boolean {
  return canStandPlain(text, flow) && (flow || (/[\ud800-\udfff]/.test(text) && stringStyle(text) === 'double'));
}

/** Single-quoted on one line; undefined where that cannot hold the text: line breaks, control characters. */
export function spellSingle(text: string): string | undefined {
  return text.includes('\n') || unreadable.test(text) ? undefined : quoteSingle(text, '');
}

/** Line and paragraph separators stay, and are line breaks to go-yaml: what follows is indented. */
function quoteSingle(text: string, padding: string): string {
  const doubled = text.replaceAll("'", "''");
  return `'${/[\u2028\u2029]/.test(doubled) ? doubled.replaceAll(/([\u2028\u2029])(?![\u2028\u2029]|$)/g, `$1${padding}`) : doubled}'`;
}

const escapes = new Map(
  Array.from('0abtnvfre"\\N_LP', (letter, at) => ['\0\x07\b\t\n\v\f\r\x1b"\\\x85\xa0\u2028\u2029'.charAt(at), `\\${letter}`]),
);
const escaped = /["\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;

/** Double-quoted on one line, with go-yaml's escapes. go-yaml escapes every character beyond the 16-bit plane, emoji say; `raw` leaves them as they are, as people write them. */
export function spellDouble(text: string, astral: 'escaped' | 'raw' = 'escaped'): string {
  // A byte order mark up front makes go-yaml escape all of the text.
  const pattern = text.startsWith('\ufeff') ? /./gsu : escaped;
  return `"${text.replaceAll(pattern, (char) => (astral === 'raw' && char > '\ud7ff' && char.length === 2 ? char : escapeChar(char)))}"`;
}

function escapeChar(char: string): string {
  const short = escapes.get(char);
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** A literal under a given header (`|`, `|-`, `|+`, `|2-` …) with its lines at a column, without the last line break; undefined where that header cannot hold the text. */
export function spellLiteral(text: string, header: string, indent: number): string | undefined {
  const firstLine = /^\n*(.*)/.exec(text)?.[1] ?? '';
  if (indent < 1 || unreadable.test(text) || !fitsChomping(text, header)) return undefined;
  if (!/\d/.test(header) && /^[ \t]/.test(firstLine)) return undefined;
  const lines = indentLines(text, indent);
  return text === '' ? header : `${header}\n${text.endsWith('\n') ? lines.slice(0, -1) : lines}`;
}

function fitsChomping(text: string, header: string): boolean {
  if (header.includes('+')) return text.endsWith('\n');
  if (header.includes('-')) return !text.endsWith('\n');
  return /[^\n]\n$/.test(text);
}

/** The header go-yaml gives a literal: an indentation indicator where the text begins with a space or break, and how its end is chomped. */
export function literalHeader(text: string, hint: number): string {
  const open = /^[ \n\u2028\u2029]/.test(text) ? `|${hint}` : '|';
  if (!lineBreak.test(text.slice(-1))) return `${open}-`;
  return text.length === 1 || lineBreak.test(text.charAt(text.length - 2)) ? `${open}+` : open;
}

/** Each line of a text at a column, empty lines without spaces. */
export function indentLines(text: string, indent: number): string {
  return text.replaceAll(/(^|[\n\u2028\u2029])(?![\n\u2028\u2029]|$)/g, `$1${' '.repeat(indent)}`);
}
