import type { RunOptions, RunResult } from '../ports.ts';

/** Status of a command that cannot be started, as shells have it. */
const notStarted = 127;

/**
 * Runs a command to its end, without a shell; its standard input is what `options.input` holds, or nothing.
 * A command that cannot be started answers status 127 with the reason in `stderr`; one that a signal ended has status 128 and its number more.
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
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      ...(signal === undefined ? {} : { signal }),
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
  });
}
