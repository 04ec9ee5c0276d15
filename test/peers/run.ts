import { spawn } from 'node:child_process';
import type { RunOptions, RunResult } from '../../src/ports.ts';

/** Runs a program with nothing in its environment but `PATH` and what is given. */
export async function run([program = '', ...args]: readonly string[], { input, env }: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => void stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => void stderr.push(chunk));
    child.on('error', (error) => resolve({ status: 127, stdout: new Uint8Array(0), stderr: error.message }));
    child.on('close', (status) =>
      resolve({ status: status ?? 1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** The same for a program that must succeed; answers its output as text. */
export async function succeed(command: readonly string[], options?: RunOptions): Promise<string> {
  const { status, stdout, stderr } = await run(command, options);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with status ${status}: ${stderr}`);
  return Buffer.from(stdout).toString();
}
