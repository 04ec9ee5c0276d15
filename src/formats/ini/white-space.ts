import type { Span } from '../../document/tree.ts';

const wide = /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Go's `unicode.IsSpace`, which differs from JavaScript's `\s`: U+0085 is white space, U+FEFF is not. */
function isSpace(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return wide.test(source.charAt(at));
}

/** The offset of the first character at or behind `from` that is no white space; `to` if there is none. */
export function skipSpace(source: string, from: number, to: number): number {
  let at = from;
  while (at < to && isSpace(source, at)) at += 1;
  return at;
}

/** The offset behind the last character before `to` that is no white space; `from` if there is none. */
export function trimEnd(source: string, from: number, to: number): number {
  let at = to;
  while (at > from && isSpace(source, at - 1)) at -= 1;
  return at;
}

/** The span without white space at its ends. */
export function trimmed(source: string, from: number, to: number): Span {
  const start = skipSpace(source, from, to);
  return { start, end: trimEnd(source, start, to) };
}

/** Go's `strings.TrimSpace`. */
export function trim(text: string): string {
  const { start, end } = trimmed(text, 0, text.length);
  return text.slice(start, end);
}

/** The offset behind the line feed of the line that holds `from`, or the end of the text. */
export function lineEnd(source: string, from: number): number {
  const feed = source.indexOf('\n', from);
  return feed === -1 ? source.length : feed + 1;
}

/** How the lines of a text end: as the first one does. */
export const endOfLine = (source: string): string => /\r?\n/.exec(source)?.[0] ?? '\n';

/** The offset of the start of the line that holds `at`. */
export const lineStart = (source: string, at: number): number => (at === 0 ? 0 : source.lastIndexOf('\n', at - 1) + 1);
