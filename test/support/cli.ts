import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { needed, peerEnvironment } from './peers.ts';

/** What a program left behind. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is started. */
export interface Running {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** For how long it may run, instead of for 30 seconds. */
  readonly seconds?: number;
}

/** Files of a folder, by name; names may have folders in them. */
export type Files = Readonly<Record<string, string>>;

const inputs = mkdtempSync(join(tmpdir(), 'input-'));
process.on('exit', () => {
  rmSync(inputs, { recursive: true, force: true });
});
let inputCount = 0;

/** A variable that would reach what is not meant for tests. */
const foreign = /^(SOPS|AWS_|AZURE_|VAULT_|EDITOR$|XDG_|GNUPGHOME$|NODE_)/;

const environmentFor = (cwd: string, env: Readonly<Record<string, string>>): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(peerEnvironment()).filter(([name]) => !foreign.test(name))),
  HOME: cwd,
  ...env,
});

/**
 * Runs a program to its end, in an environment without master keys or editors but those given; for no longer than its time.
 * Its standard input is a real file, so that `/dev/stdin` can be opened.
 */
export function runProgram(program: readonly string[], argv: readonly string[], { cwd, env = {}, input = '', seconds = 30 }: Running): Ran {
  const [command = '', ...words] = program;
  inputCount += 1;
  const file = join(inputs, String(inputCount));
  writeFileSync(file, input);
  const descriptor = openSync(file, 'r');
  try {
    const { status, stdout, stderr } = spawnSync(command, [...words, ...argv], {
      cwd,
      env: environmentFor(cwd, env),
      stdio: [descriptor, 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: seconds * 1000,
    });
    return { status, stdout, stderr };
  } finally {
    closeSync(descriptor);
  }
}

/** As {@link runProgram}, while this process goes on: for programs that ask a server in it. */
export async function runBeside(program: readonly string[], argv: readonly string[], { cwd, env = {}, input = '' }: Running): Promise<Ran> {
  const [command = '', ...words] = program;
  const child = spawn(command, [...words, ...argv], { cwd, env: environmentFor(cwd, env), stdio: 'pipe', timeout: 30_000 });
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (part: string) => stdout.push(part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => stderr.push(part));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      resolve({ status, stdout: stdout.join(''), stderr: stderr.join('') });
    });
  });
}

/** A folder that goes when the test file is done. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes files into a folder. */
export function fill(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A copy of a folder, beside it. */
export function twin(folder: string, name: string): string {
  const copy = join(dirname(folder), name);
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** A fresh age identity: the text of its file, and its recipient. */
export function ageIdentity(): { readonly identity: string; readonly recipient: string } {
  const { stdout } = spawnSync(needed('age-keygen'), [], { encoding: 'utf8' });
  const recipient = /age1[0-9a-z]+/.exec(stdout)?.[0] ?? '';
  return { identity: stdout, recipient };
}

/** A text file. */
export const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

/** A program that runs beside the test. */
export interface Started {
  readonly child: ChildProcess;
  /** What it has written so far, on either stream. */
  readonly output: () => string;
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts a program in the environment of {@link runProgram}; its standard input stays open. */
export function startProgram(program: readonly string[], argv: readonly string[], { cwd, env = {} }: Running): Started {
  const [command = '', ...words] = program;
  const child = spawn(command, [...words, ...argv], { cwd, env: environmentFor(cwd, env), stdio: 'pipe' });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => {
      resolve(code ?? signal);
    });
  });
  return { child, output: () => parts.join(''), ended };
}

/** Waits until something holds, for at most 20 seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 20_000) throw new Error('waited in vain');
    await sleep(20);
  }
}
