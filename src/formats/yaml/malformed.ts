import { SopsError } from '../../errors.ts';
import type { Position } from '../../errors.ts';

/** The error for text that real sops would not take as YAML, at `offset`: names line and column, never what stands there. */
export function malformed(source: string, offset: number, message: string): SopsError {
  const position = positionOf(source, offset);
  return new SopsError('MALFORMED_DOCUMENT', `line ${position.line}, column ${position.column}: ${message}`, { position });
}

/** Line and column of an offset; a carriage return with a line feed is one break. */
function positionOf(source: string, offset: number): Position {
  const before = source.slice(0, Math.max(0, offset));
  const lines = before.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
  const last = lines.at(-1) ?? '';
  return { line: lines.length, column: last.replace(/^\uFEFF/, '').length + 1 };
}
