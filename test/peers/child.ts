import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const loader = new URL('../../scripts/typescript.mjs', import.meta.url);

/** A server of tests in a process of its own, so that it answers while a test waits for a program. */
export interface Child {
  /** What it wrote in its first line, as JSON: where it listens. */
  readonly said: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Starts a module of `test/peers`; it ends when it is closed, and when this process is gone, since its standard input ends then. */
export async function startChild(module: string, settings: object): Promise<Child> {
  const file = fileURLToPath(new URL(module, import.meta.url));
  const child = spawn(process.execPath, ['-C', 'source', '--import', loader.href, file, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(text);
    });
    child.once('exit', () => reject(new Error(`${module} ended before it listened`)));
  });
  return {
    said: JSON.parse(await line),
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

/** In the child: the settings it was started with, as JSON. */
export const childSettings = (): string => process.argv[2] ?? '';

/** In the child: says where it listens, and ends with its parent. */
export function sayListening(ports: Readonly<Record<string, number>>): void {
  process.stdout.write(`${JSON.stringify(ports)}\n`);
  process.stdin.on('end', () => process.exit()).resume();
}
