import type { Slot } from '../../document/tree.ts';
import { findMark, isSurrounded, readValue } from './value.ts';
import { lineEnd, trim } from './white-space.ts';

/** The quotes around a value; those of three characters and the backquote can hold line breaks. */
export type Quote = '' | '"' | "'" | '`' | '"""';

/** How go-ini writes a value (`file.go`, writeToBuffer). */
export const printValueText = (text: string): string => inQuotes(text, printedQuote(text));

/** The value as it is written in the place of `slot`: in the quotes that stand there if it can be read in them, else as go-ini writes it if that can be read, else in any quotes that can. */
export function spellValue(source: string, slot: Slot, text: string): string {
  return spellIn(text, quoteOf(source.slice(slot.start, slot.end)), hasComment(source, slot));
}

/** The value as decryption writes it: where no quotes and no comment ask for anything else, as go-ini writes it, which it cannot always read again. */
export function spellOpened(source: string, slot: Slot, text: string): string {
  const isPlain = quoteOf(source.slice(slot.start, slot.end)) === '' && !hasComment(source, slot);
  return isPlain ? printValueText(text) : spellValue(source, slot, text);
}

/** The value as it is written in a new place; `commented` tells whether a comment follows the value. */
export function spellIn(text: string, wanted: Quote, commented = false): string {
  const printed = printedQuote(text);
  const candidates: readonly Quote[] = [wanted, printed, '', '`', '"""', '"', "'"];
  return inQuotes(text, candidates.find((quote) => holds(quote, text, commented)) ?? printed);
}

/** Whether any spelling of the text can be read where a comment follows it. */
export const canPrecedeComment = (text: string): boolean => (['', '`', '"""', '"', "'"] as const).some((quote) => holds(quote, text, true));

/** The quotes of a value as it stands in a text. */
export function quoteOf(token: string): Quote {
  if (token.startsWith('"""') && token.length >= 6) return '"""';
  if (token.startsWith('`')) return '`';
  if (token.includes('\n')) return '';
  if (isSurrounded(token, '"')) return '"';
  return isSurrounded(token, "'") ? "'" : '';
}

/** Whether go-ini sees a comment behind the value on its last line: not behind one in backquotes or three quotes on a single line. */
export function hasComment(source: string, slot: Slot): boolean {
  const token = source.slice(slot.start, slot.end);
  if (!token.includes('\n') && /^(?:`|""")/.test(token)) return false;
  return findMark(source, { start: slot.end, end: lineEnd(source, slot.end) }) !== -1;
}

const inQuotes = (text: string, quote: Quote): string => quote + text + quote;

function printedQuote(text: string): Quote {
  if (/[\n`]/.test(text)) return '"""';
  if (/[#;]/.test(text)) return '`';
  return trim(text).length === text.length ? '' : '"';
}

/** Whether go-ini reads the text in these quotes as it is, and the comment that follows, if any, as a comment. */
function holds(quote: Quote, text: string, commented: boolean): boolean {
  if (text === '' && quote === '') return true;
  const line = `${inQuotes(text, quote)}${commented ? ' ;' : ''}\n`;
  const read = readValue(line, 0, lineEnd(line, 0));
  return read?.text === text && read.next === line.length && (read.inline !== undefined) === commented;
}
