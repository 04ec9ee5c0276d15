import { readSync } from 'node:fs';
import { SopsError } from '../errors.ts';
import { systemCode, systemError } from './files.ts';

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Some bytes from standard input, 0 at its end; waits where a terminal or pipe is set not to block. */
function readSome(into: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, into);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw systemError('INPUT_UNREADABLE', 'error reading from stdin', 'standard input', error);
      Atomics.wait(pause, 0, 0, 10);
    }
  }
}

/** All of standard input. Throws `INPUT_UNREADABLE`. */
export function readStandardInput(): Uint8Array {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = new Uint8Array(65_536);
    const length = readSome(part);
    if (length === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, length));
  }
}

/** One line of standard input without its break; undefined at the end of the input. Reads no byte beyond the line. */
export function readStandardInputLine(): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  for (;;) {
    if (readSome(one) === 0) return bytes.length === 0 ? undefined : decode(bytes);
    const [byte = 10] = one;
    if (byte === 10) return decode(bytes);
    bytes.push(byte);
    if (bytes.length > 65_536) throw new SopsError('INPUT_UNREADABLE', 'a line of standard input is too long');
  }
}

const decode = (bytes: readonly number[]): string => Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
