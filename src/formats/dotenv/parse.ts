import type { Comment, Document, Entry } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { readLines, unescapeValue } from './lines.ts';
import type { Line } from './lines.ts';

/**
 * Dotenv text to tree, as real sops's store reads it (`stores/dotenv/store.go`, LoadPlainFile): every value is a string, quotes and carriage returns are part of it.
 * A line of white space alone, which real sops refuses, is taken as a comment it does not see. Throws `MALFORMED_DOCUMENT` with the line's number.
 */
export function parse(source: string): Document {
  const items = readLines(source).flatMap((line, at) => readItem(source, line, at + 1));
  return { source, branches: [{ kind: 'mapping', items }], notes: [] };
}

function readItem(source: string, line: Line, number: number): readonly (Entry | Comment)[] {
  const { start, end } = line;
  if (line.kind === 'comment') return [{ kind: 'comment', text: source.slice(start + 1, end), slot: { start: start + 1, end } }];
  if (line.kind === 'blank')
    return start === end ? [] : [{ kind: 'comment', text: source.slice(start, end), unseen: true, slot: { start, end } }];
  if (line.kind === 'pair') {
    const text = unescapeValue(source.slice(line.value, end));
    const value = { kind: 'leaf', type: 'str', text, slot: { start: line.value, end } } as const;
    return [{ kind: 'entry', key: line.key, value, keySpan: { start, end: line.value - 1 } }];
  }
  throw new SopsError('MALFORMED_DOCUMENT', `line ${number} is no comment and has no "="`, {
    position: { line: number, column: 1 },
    hint: 'write KEY=value, and a line break inside a value as \\n',
  });
}
