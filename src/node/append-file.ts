import { appendFileSync } from 'node:fs';
import { readFile, systemError } from './files.ts';

/** Adds lines to what a file has, which is made where there is none. A last line without an end gets one. Throws `OUTPUT_UNWRITABLE`. */
export function appendLines(path: string, lines: string): void {
  const last = readFile(path)?.at(-1);
  const end = last === undefined || last === 0x0a ? '' : '\n';
  try {
    appendFileSync(path, end + lines);
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', 'could not add to the file', path, error);
  }
}
