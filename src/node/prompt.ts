import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { SopsError } from '../errors.ts';
import type { Prompt } from '../ports.ts';
import { systemCode } from './files.ts';

const device =
  process.platform === 'win32'
    ? { input: String.raw`\\.\CONIN$`, output: String.raw`\\.\CONOUT$` }
    : { input: '/dev/tty', output: '/dev/tty' };

/** The person at the terminal of this process, even where standard input and output are redirected; one question at a time. */
export const terminalPrompt: Required<Prompt> = {
  secret: (question) => inTurn(() => ask(question, false)),
  line: (question) => inTurn(() => ask(question, true)),
  async confirm(question) {
    const answer = await inTurn(() => ask(`${question} (y/n): `, true));
    return answer !== undefined && /^y(es)?$/i.test(answer.trim());
  },
  tell: (message) => {
    try {
      writeSync(2, `${message}\n`);
    } catch {
      // A standard error that has gone is no reason to fail.
    }
  },
};

let last: Promise<unknown> = Promise.resolve();

/** Waits until every question before has its answer. */
function inTurn<T>(question: () => Promise<T>): Promise<T> {
  const answer = last.then(question);
  last = answer.catch(() => undefined);
  return answer;
}

async function ask(question: string, echo: boolean): Promise<string | undefined> {
  const terminal = openTerminal();
  if (terminal === undefined) return undefined;
  const { ReadStream: Terminal } = await import('node:tty');
  const mode = new Terminal(terminal.mode);
  try {
    writeSync(terminal.output, question);
    mode.setRawMode(true);
    const show = (text: string): void => {
      if (echo) writeSync(terminal.output, text);
    };
    return await readLine(() => readSome(terminal.input), show);
  } finally {
    mode.setRawMode(false);
    mode.destroy();
    writeSync(terminal.output, '\n');
    closeSync(terminal.input);
    closeSync(terminal.output);
  }
}

interface Terminal {
  /** Switches what keys do, and is never read from: a stream would read on, and take what is meant for an editor. */
  readonly mode: number;
  readonly input: number;
  readonly output: number;
}

function openTerminal(): Terminal | undefined {
  try {
    const output = openSync(device.output, 'r+');
    return { mode: openSync(device.input, 'r+'), input: openSync(device.input, constants.O_RDONLY | constants.O_NONBLOCK), output };
  } catch {
    return undefined;
  }
}

/** How often a terminal is asked for keys, in milliseconds. */
const pace = 20;

/** The keys pressed so far, undefined where there will be no more, and nothing where there are none yet. */
function readSome(input: number): Uint8Array | undefined {
  const keys = new Uint8Array(1024);
  try {
    const length = readSync(input, keys);
    return length === 0 ? undefined : keys.subarray(0, length);
  } catch (error) {
    // A terminal that was hung up answers with errors.
    return systemCode(error) === 'EAGAIN' ? new Uint8Array(0) : undefined;
  }
}

/** A line from a terminal in raw mode; undefined where the input ends without one. Throws `CANCELLED` for Ctrl+C. */
async function readLine(read: () => Uint8Array | undefined, show: (text: string) => void): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let line = '';
  for (;;) {
    const bytes = read();
    if (bytes === undefined) return undefined;
    for (const key of decoder.decode(bytes, { stream: true })) {
      if (key === '\r' || key === '\n') return line;
      if (key === '\u0003') throw new SopsError('CANCELLED', 'user cancelled the operation');
      if (key === '\u0004' && line === '') return undefined;
      line = typed(line, key, show);
    }
    if (bytes.length === 0) await new Promise((resolve) => void setTimeout(resolve, pace));
  }
}

/** A line after one more key. */
function typed(line: string, key: string, show: (text: string) => void): string {
  if (key === '\u0004') return line;
  if (key === '\u007F' || key === '\b') return line.replace(/.$/su, '');
  show(key);
  return line + key;
}
