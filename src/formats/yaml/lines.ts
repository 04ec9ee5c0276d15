/** Offset of the first character of the line that `at` stands in. */
export function lineStart(source: string, at: number): number {
  let start = at;
  // Not `lastIndexOf`: in a text without the one kind of break it looks through all of what stands before, line after line.
  while (start > 0 && source[start - 1] !== '\n' && source[start - 1] !== '\r') start--;
  return start;
}

/** Offset behind the line break that ends the line `at` stands in, or the end of the text. */
export function lineEnd(source: string, at: number): number {
  const lf = source.indexOf('\n', at);
  return lf < 0 ? source.length : lf + 1;
}

/** Offset behind the last line of something that ends at `end`: a block scalar already ends behind its break. */
export function endOfLines(source: string, start: number, end: number): number {
  return end > start && source.charAt(end - 1) === '\n' ? end : lineEnd(source, end);
}

/** Whether nothing stands behind a place in its line. */
export const endsLine = (source: string, at: number): boolean => source.slice(at, lineEnd(source, at)).trim() === '';

/** Whether the last line before a place holds nothing but a comment. */
export const endsInComment = (source: string, at: number): boolean =>
  /(?:^|\n)[ \t]*#[^\n]*\n?$/.test(source.slice(lineStart(source, at - 1), at));

/** The line break a text uses: that of its first line, `\n` where it has none. */
export function lineBreak(source: string): '\n' | '\r\n' {
  const lf = source.indexOf('\n');
  return lf > 0 && source.charAt(lf - 1) === '\r' ? '\r\n' : '\n';
}

/** Each line that holds anything, moved right by `by` columns. */
export const indented = (text: string, by: number): string => (by === 0 ? text : text.replace(/^(?=[^\r\n])/gm, ' '.repeat(by)));

/** Lines ended the way a text ends them. */
export const withBreaks = (text: string, eol: '\n' | '\r\n'): string => (eol === '\n' ? text : text.replaceAll('\n', eol));
