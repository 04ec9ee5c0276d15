import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isatty } from 'node:tty';
import { SopsError } from '../errors.ts';

/** A command to run in this process's place. */
export interface Command {
  /** The program and its words; it is looked for on the `PATH` of `env`. */
  readonly words: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** As a shell has it: a command that a signal ended has this status and the signal's number more. */
const signalled = 128;

/** A line for the system's shell, as sops runs it. */
export const shellCommand = (line: string): readonly [string, ...string[]] =>
  process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', line] : ['/bin/sh', '-c', line];

/**
 * Runs a command with this process's input and output, passes signals on to it, and answers its exit status: its own, or 128 and the number of the signal that ended it.
 * Throws `COMMAND_UNSTARTABLE` where it cannot be started.
 */
export async function runInForeground({ words: [program, ...words], env }: Command, signals: HeldSignals): Promise<number> {
  const child = spawn(program, words, { env, stdio: 'inherit' });
  signals.passTo(child);
  return statusOf(child, program, 'exit');
}

/** What a stream goes through before others see it. */
export interface Filter {
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** As {@link runInForeground}, with all that the command writes going through filters first, one for each stream. It is over when the command, and whatever it left behind, has closed its output. */
export async function runFiltered(
  { words: [program, ...words], env }: Command,
  signals: HeldSignals,
  filter: () => Filter,
): Promise<number> {
  const child = spawn(program, words, { env, stdio: ['inherit', 'pipe', 'pipe'] });
  signals.passTo(child);
  const [status] = await Promise.all([
    statusOf(child, program, 'close'),
    pass(child.stdout, filter(), process.stdout),
    pass(child.stderr, filter(), process.stderr),
  ]);
  return status;
}

/** Where nobody reads any more, the command is told so as if it had written there itself. */
async function pass(from: Readable, filter: Filter, to: Writable): Promise<void> {
  const through = new Transform({
    transform: (part: Buffer, _, done) => {
      done(null, filter.push(part));
    },
    flush: (done) => {
      done(null, filter.end());
    },
  });
  await pipeline(from, through, to, { end: false }).catch(() => from.destroy());
}

const statusOf = async (child: ChildProcess, program: string, over: 'exit' | 'close'): Promise<number> =>
  new Promise((resolve, reject) => {
    child.on('error', (error) => {
      if (child.pid === undefined) reject(unstartable(program, error));
    });
    child.on(over, (code: number | null, signal: NodeJS.Signals | null) => {
      resolve(code ?? signalled + (signal === null ? 0 : constants.signals[signal]));
    });
  });

/** Starts a command and does not wait for it; its output goes nowhere. Throws `COMMAND_UNSTARTABLE`. */
export async function runInBackground({ words: [program, ...words], env }: Command): Promise<void> {
  const child = spawn(program, words, { env, stdio: 'ignore', detached: true });
  await new Promise<void>((resolve, reject) => {
    child.on('error', (error) => {
      reject(unstartable(program, error));
    });
    child.on('spawn', resolve);
  });
  child.unref();
}

/** Puts a command into this process's place, where the platform can; it comes back only where it cannot. */
export function replaceProcess({ words, env }: Command): void {
  if (!('execve' in process) || typeof process.execve !== 'function') return;
  const [program, ...rest] = words[0].startsWith('/') ? words : ['/usr/bin/env', ...words];
  process.execve(program, [program, ...rest], env);
}

function unstartable(program: string, error: NodeJS.ErrnoException): SopsError {
  const why = error.code === 'ENOENT' ? 'there is no such program' : error.code === 'EACCES' ? 'it may not be run' : error.message;
  return new SopsError('COMMAND_UNSTARTABLE', `could not run ${program}: ${why}`);
}

/** All that would end this process and may be caught; those of faults in the program itself are not for others. */
const passed: readonly NodeJS.Signals[] = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const),
  ...(['SIGALRM', 'SIGVTALRM', 'SIGXCPU', 'SIGIO', 'SIGPWR', 'SIGABRT', 'SIGTRAP', 'SIGSYS', 'SIGSTKFLT'] as const),
];
/** What a terminal sends to all of its foreground processes itself. */
const fromTerminal: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);
/** Whether a terminal started this process, whose input or output may go elsewhere. A second `SIGINT` makes many programs give up what they would end in order. */
const isAtTerminal = (): boolean => [0, 1, 2].some((descriptor) => isatty(descriptor));

/** Signals that do not end this process but are for a command. */
export interface HeldSignals {
  /** Passes on what came and what will come. */
  passTo(child: ChildProcess): void;
  /** Lets signals end this process again. */
  release(): void;
}

/** From now until `release`, signals do not end this process: what the command makes of them decides. To be called before there is plaintext that must be taken away. */
export function holdSignals(): HeldSignals {
  let command: ChildProcess | undefined;
  const waiting: NodeJS.Signals[] = [];
  const receive = (signal: NodeJS.Signals): void => {
    if (command === undefined) waiting.push(signal);
    else if (!fromTerminal.has(signal) || !isAtTerminal()) command.kill(signal);
  };
  const signals = process.platform === 'win32' ? passed.slice(0, 4) : passed;
  for (const signal of signals) process.on(signal, receive);
  return {
    passTo(child) {
      command = child;
      for (const signal of waiting) child.kill(signal);
    },
    release() {
      for (const signal of signals) process.removeListener(signal, receive);
    },
  };
}
