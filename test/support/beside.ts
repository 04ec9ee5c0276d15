import { type Ran, type Running, startProgram } from './cli.ts';

/** Runs a program to its end while servers of this process go on. */
export async function runBeside(program: readonly string[], argv: readonly string[], running: Running): Promise<Ran> {
  const { child, ended } = startProgram(program, argv, running);
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const parts: string[] = [];
    stream?.on('data', (part: string) => parts.push(part));
    return parts;
  });
  child.stdin?.end(running.input ?? '');
  const status = await ended;
  return { status: typeof status === 'number' ? status : null, stdout: stdout?.join('') ?? '', stderr: stderr?.join('') ?? '' };
}
