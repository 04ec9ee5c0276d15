import type { ChildProcess } from 'node:child_process';
import type { RunOptions, RunResult } from '../ports.ts';
import { either, end, whenAborted } from './ending.ts';

/** Status of a command that cannot be started, as shells have it. */
export const notStarted = 127;

/**
 * Runs a command to its end, without a shell; its standard input is what `options.input` holds, or nothing.
 * A command that cannot be started answers status 127 with the reason in `stderr`; one that a signal ended has status 128 and its number more. What takes longer than it may,
 * and what is no longer wanted, is asked to end, and a second later made to.
 */
export async function runCommand(command: readonly string[], options: RunOptions = {}, signal?: AbortSignal): Promise<RunResult> {
  const { spawn } = await import('node:child_process');
  const { constants } = await import('node:os');
  const [program = '', ...words] = command;
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => stdout.push(part));
    child.stderr?.on('data', (part: Buffer) => stderr.push(part));
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ status: notStarted, stdout: new Uint8Array(), stderr: error.message });
    });
    child.on('close', (code, killedBy) => {
      if (child.pid === undefined) return;
      const status = code ?? 128 + (killedBy === null ? 0 : constants.signals[killedBy]);
      resolve({
        status,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    child.stdin?.end(options.input);
    child.on('close', limit(child, options, signal));
  });
}

/** Stops a command when its time is over or it is not wanted; answers a function that lets it be. */
function limit(child: ChildProcess, options: RunOptions, signal: AbortSignal | undefined): () => void {
  const time = options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout);
  return whenAborted(either(signal, options.signal, time), () => {
    void stop(child);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  await end(child, 'SIGTERM');
  // What the command started may hold the pipes open still.
  child.stdout?.destroy();
  child.stderr?.destroy();
}
