import { closeSync, openSync, writeSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { SopsError } from '../errors.ts';
import type { Prompt } from '../ports.ts';

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
  const input = new Terminal(terminal.input);
  try {
    writeSync(terminal.output, question);
    input.setRawMode(true);
    return await readLine(input, echo ? (text) => writeSync(terminal.output, text) : () => undefined);
  } finally {
    input.setRawMode(false);
    writeSync(terminal.output, '\n');
    input.destroy();
    closeSync(terminal.output);
  }
}

function openTerminal(): { readonly input: number; readonly output: number } | undefined {
  try {
    return { input: openSync(device.input, 'r+'), output: openSync(device.output, 'r+') };
  } catch {
    return undefined;
  }
}

/** A line from a terminal in raw mode; undefined where the input ends without one. Throws `CANCELLED` for Ctrl+C. */
function readLine(input: ReadStream, show: (text: string) => void): Promise<string | undefined> {
  let line = '';
  return new Promise((resolve, reject) => {
    input.setEncoding('utf8');
    input.on('data', (part: string | Buffer) => {
      for (const key of String(part)) {
        if (key === '\r' || key === '\n') resolve(line);
        else if (key === '\u0003') reject(new SopsError('CANCELLED', 'user cancelled the operation'));
        else if (key === '\u0004') resolve(line === '' ? undefined : line);
        else if (key === '\u007F' || key === '\b') line = line.replace(/.$/su, '');
        else {
          line += key;
          show(key);
        }
      }
    });
    input.on('end', () => {
      resolve(undefined);
    });
    input.on('error', reject);
  });
}
