import { SopsError } from '../../errors.ts';

/** The error for text that is not JSON at `offset`: names the line and column, never what stands there. */
export function malformed(source: string, offset: number, message: string): SopsError {
  const before = source.slice(0, offset);
  const line = before.split(/\r\n|\n|\r/);
  const position = { line: line.length, column: (line.at(-1) ?? '').length + 1 };
  return new SopsError('MALFORMED_DOCUMENT', `line ${position.line}, column ${position.column}: ${message}`, { position });
}
