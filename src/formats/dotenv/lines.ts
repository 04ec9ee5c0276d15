import type { Span } from '../../document/tree.ts';

/** One line, without its line feed; a carriage return before it belongs to the line. */
export type Line = Span & (PairLine | { readonly kind: 'comment' | 'blank' | 'malformed' });

interface PairLine {
  readonly kind: 'pair';
  readonly key: string;
  /** Where the value starts; it ends with the line. */
  readonly value: number;
}

/** The prefix of every metadata key (`stores/metadata.go`, SopsPrefix). */
export const metadataPrefix = 'sops_';

/** The lines of a text; what a final line feed leaves behind it is no line. */
export function readLines(source: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < source.length;) {
    const feed = source.indexOf('\n', start);
    const end = feed === -1 ? source.length : feed;
    lines.push(readLine(source, start, end));
    start = end + 1;
  }
  return lines;
}

function readLine(source: string, start: number, end: number): Line {
  if (source.startsWith('#', start)) return { kind: 'comment', start, end };
  const text = source.slice(start, end);
  const equals = text.indexOf('=');
  if (equals !== -1) return { kind: 'pair', start, end, key: text.slice(0, equals), value: start + equals + 1 };
  return { kind: text.trim() === '' ? 'blank' : 'malformed', start, end };
}

/** Whether the line is one of the metadata. */
export const isMetadata = (line: Line): line is Span & PairLine => line.kind === 'pair' && line.key.startsWith(metadataPrefix);

/** What the text of a value means: backslash and `n` stand for a line feed. */
export const unescapeValue = (text: string): string => text.replaceAll(String.raw`\n`, '\n');

/** A value as it is written. */
export const escapeValue = (value: string): string => value.replaceAll('\n', String.raw`\n`);

/** Edits that remove whole lines, each with its line feed; of the last line of a text without a final one, the line feed before it goes. */
export function removeLines(source: string, lines: readonly Span[]): readonly { readonly span: Span; readonly text: '' }[] {
  const runs: Span[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    const end = Math.min(line.end + 1, source.length);
    if (last?.end === line.start) runs[runs.length - 1] = { start: last.start, end };
    else runs.push({ start: line.start, end });
  }
  const last = runs.at(-1);
  if (last && last.start > 0 && last.end === source.length && !source.endsWith('\n')) {
    runs[runs.length - 1] = { start: last.start - 1, end: last.end };
  }
  return runs.map((span) => ({ span, text: '' }));
}
