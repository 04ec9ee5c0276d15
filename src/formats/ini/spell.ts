import type { Slot } from '../../document/tree.ts';
import { findMark, isSurrounded, readValue } from './value.ts';
import { lineEnd, trim, trimEnd } from './white-space.ts';

/** The quotes around a value; those of three characters and the backquote can hold line breaks. */
export type Quote = '' | '"' | "'" | '`' | '"""';

/** How go-ini writes a value (`file.go`, writeToBuffer). */
export const printValueText = (text: string): string => inQuotes(text, printedQuote(text));

/**
 * The value as it is written in the place of `slot`: in the quotes that stand there if it can be read in them, else as go-ini writes it if that can be read, else in
 * any quotes that can. What stands behind the value must be read as it was.
 */
export function spellValue(source: string, slot: Slot, text: string): string {
  const quote = quoteFor(source, slot, text) ?? printedQuote(text);
  return inQuotes(text, quote);
}

/** Whether any spelling of the text can be read in the place of `slot`. */
export const fitsIn = (source: string, slot: Slot, text: string): boolean => quoteFor(source, slot, text) !== undefined;

/** The value as decryption writes it: where no quotes and no comment ask for anything else, as go-ini writes it, which it cannot always read again. */
export function spellOpened(source: string, slot: Slot, text: string): string {
  const isPlain = quoteOf(source.slice(slot.start, slot.end)) === '' && !hasComment(source, slot);
  return isPlain ? printValueText(text) : spellValue(source, slot, text);
}

/** The value as it is written in a new place, in the quotes that are wanted if it can be read in them. */
export function spellIn(text: string, wanted: Quote): string {
  return inQuotes(
    text,
    candidates(wanted, text).find((quote) => holds(quote, text, { behind: '', commented: false })) ?? printedQuote(text),
  );
}

/** What stands behind a value on its last line, and whether go-ini takes it for a comment. */
interface Rest {
  readonly behind: string;
  readonly commented: boolean;
}

function quoteFor(source: string, slot: Slot, text: string): Quote | undefined {
  const wanted = quoteOf(source.slice(slot.start, slot.end));
  const end = trimEnd(source, slot.end, lineEnd(source, slot.end));
  const rest = { behind: source.slice(slot.end, end), commented: hasComment(source, slot) };
  return candidates(wanted, text).find((quote) => holds(quote, text, rest));
}

const candidates = (wanted: Quote, text: string): readonly Quote[] => [wanted, printedQuote(text), '', '`', '"""', '"', "'"];

/** The quotes of a value as it stands in a text. */
export function quoteOf(token: string): Quote {
  if (token.startsWith('"""') && token.length >= 6) return '"""';
  if (token.startsWith('`')) return '`';
  if (token.includes('\n')) return '';
  if (isSurrounded(token, '"')) return '"';
  return isSurrounded(token, "'") ? "'" : '';
}

/** Whether go-ini sees a comment behind the value on its last line: not behind one in backquotes or three quotes on a single line. */
function hasComment(source: string, slot: Slot): boolean {
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

/** Whether go-ini reads the text in these quotes as it is, and what follows as it was. */
function holds(quote: Quote, text: string, { behind, commented }: Rest): boolean {
  if (text === '' && quote === '' && behind === '') return true;
  const line = `${inQuotes(text, quote)}${behind}\n`;
  const read = readValue(line, 0, lineEnd(line, 0));
  return read?.text === text && read.next === line.length && (read.inline !== undefined) === commented;
}
