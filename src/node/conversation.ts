import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { constants } from 'node:os';
import { parse } from 'node:path';
import type { Conversation, ConverseOptions } from '../ports.ts';
import { either, end, letGo, takeAlong, whenAborted } from './ending.ts';
import { systemCode } from './files.ts';
import { notStarted } from './subprocess.ts';

/** How much of what a program writes to standard error is kept, in bytes. */
const keptErrors = 4096;
/** How long a program may take to end by itself once its pipes are closed, in milliseconds. */
const grace = 250;

/** Starts a program to talk with, without a shell; undefined where there is none of that name. */
export async function converse(
  command: readonly string[],
  options: ConverseOptions = {},
  signal?: AbortSignal,
): Promise<Conversation | undefined> {
  const { spawn } = await import('node:child_process');
  const [program = '', ...words] = command;
  const env = options.env === undefined ? process.env : { ...process.env, ...options.env };
  const child = spawn(program, words, { cwd: parse(process.cwd()).root, env, stdio: 'pipe', windowsHide: true });
  let failure: Error | undefined;
  let errors = Buffer.alloc(0);
  child.stderr.on('data', (part: Buffer) => {
    errors = Buffer.concat([errors, part]).subarray(-keptErrors);
  });
  for (const stream of [child.stdin, child.stderr]) stream.on('error', () => undefined);
  child.on('error', (error) => {
    failure ??= error;
  });
  const gone = happening(child, 'close');
  await Promise.race([happening(child, 'spawn'), happening(child, 'error')]);
  if (failure !== undefined && systemCode(failure) === 'ENOENT') return undefined;
  const ignore = whenAborted(either(options.signal, signal), () => {
    void stop(child);
  });
  takeAlong(child, async () => stop(child));
  return {
    output: outputOf(child),
    write: (bytes) => write(child, bytes),
    close: async () => {
      child.stdin.end();
      child.stdout.destroy();
      await within(grace, gone);
      await end(child, 'SIGINT');
      letGo(child);
      ignore();
      await within(grace, gone);
      child.stderr.destroy();
      const [status, stderr] = failure === undefined ? [statusOf(child), errors.toString('utf8')] : [notStarted, failure.message];
      return { status, stdout: new Uint8Array(), stderr };
    },
  };
}

async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  child.stdin.destroy();
  child.stdout.destroy();
  await end(child, 'SIGTERM');
}

const happening = (child: ChildProcessWithoutNullStreams, event: string): Promise<void> =>
  new Promise((resolve) => {
    child.once(event, () => {
      resolve();
    });
  });

/** Waits for something, but not for long. */
async function within(milliseconds: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([done, over]);
  clearTimeout(timer);
}

async function* outputOf({ stdout }: ChildProcessWithoutNullStreams): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of stdout) if (part instanceof Uint8Array) yield part;
  } catch {
    // Closed by us in the middle of it: there is no more.
    return;
  }
}

/** Waits until there is room for more; a program that does not read is waited for until it has gone. */
async function write({ stdin }: ChildProcessWithoutNullStreams, bytes: Uint8Array): Promise<void> {
  if (!stdin.writable) return;
  await new Promise<void>((resolve) => {
    stdin.once('close', resolve);
    stdin.write(bytes, () => {
      stdin.off('close', resolve);
      resolve();
    });
  });
}

function statusOf({ exitCode, signalCode }: ChildProcessWithoutNullStreams): number {
  return exitCode ?? (signalCode === null ? notStarted : 128 + constants.signals[signalCode]);
}
