import type { Slot, Span } from '../../document/tree.ts';
import { indented, lineBreak, lineEnd, withBreaks } from './lines.ts';

/** A block scalar in the text, taken apart. */
export interface BlockScalar {
  readonly style: 'literal' | 'folded';
  readonly chomping: 'clip' | 'strip' | 'keep';
  /** The lines behind the header, through the break of the last one. */
  readonly content: Span;
  /** Column at which its lines start. */
  readonly column: number;
  /** The header has an indentation indicator, so lines may start with blanks. */
  readonly indicated: boolean;
  /** A comment stands behind the header: it has a slot of its own. */
  readonly commented: boolean;
}

/** Takes a block scalar apart; `slot.start` is at its `|` or `>`. */
export function blockScalar(source: string, slot: Slot): BlockScalar {
  const indicators = /^[|>][-+0-9]*/.exec(source.slice(slot.start, slot.start + 4))?.[0] ?? '|';
  const content = { start: Math.min(lineEnd(source, slot.start), slot.end), end: slot.end };
  const digit = /\d/.exec(indicators)?.[0];
  const column = digit === undefined ? contentColumn(source, content) : (slot.indent ?? 0) + Number(digit);
  return {
    style: indicators.startsWith('|') ? 'literal' : 'folded',
    chomping: chompingOf(indicators),
    content,
    column: column ?? (slot.indent ?? 0) + 2,
    indicated: digit !== undefined,
    commented: source.slice(slot.start, content.start).includes('#'),
  };
}

function chompingOf(indicators: string): BlockScalar['chomping'] {
  if (indicators.includes('-')) return 'strip';
  return indicators.includes('+') ? 'keep' : 'clip';
}

function contentColumn(source: string, { start, end }: Span): number | undefined {
  return /^( *)[^ \r\n]/m.exec(source.slice(start, end))?.[1]?.length;
}

/**
 * The lines of a block scalar that hold `text`, through the last break; undefined where its style cannot hold it.
 * A text without final newline fits `strip`, one newline `clip`, any number `keep`.
 */
export function blockLines(source: string, block: BlockScalar, text: string): string | undefined {
  const body = bodyFor(block, text);
  if (body === undefined || !fitsBlock(block, body)) return undefined;
  return linesOf(source, block, block.style === 'literal' ? body : foldable(body));
}

const linesOf = (source: string, { column }: BlockScalar, body: string): string =>
  withBreaks(`${indented(body, column)}\n`, lineBreak(source));

/** The text without the last newline, which the last line's break stands for. */
function bodyFor({ chomping }: BlockScalar, text: string): string | undefined {
  let newlines = 0;
  while (text.endsWith('\n', text.length - newlines)) newlines++;
  if (text.length === newlines) return chomping === 'keep' && newlines > 0 ? text.slice(0, -1) : undefined;
  if (chomping === 'strip') return newlines === 0 ? text : undefined;
  if (chomping === 'clip') return newlines === 1 ? text.slice(0, -1) : undefined;
  return newlines > 0 ? text.slice(0, -1) : undefined;
}

function fitsBlock({ indicated, style }: BlockScalar, body: string): boolean {
  if (/[^\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(body.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '')))
    return false;
  if (style === 'folded' && /^[ \t]/m.test(body)) return false;
  if (indicated) return true;
  return !/^\n*[ \t]/.test(body) && !/^\n* +\n/.test(body);
}

/** In a folded scalar one line break is a space: a newline between two lines of text takes an empty line more. */
const foldable = (body: string): string => body.replace(/(?<=[^\n])\n+(?=[^\n])/g, (breaks) => `${breaks}\n`);
