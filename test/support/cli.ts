import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/**
 * Runs a program to its end, in an environment without master keys or editors but those given; never for longer than 30 seconds.
 * Its standard input is a real file, so that `/dev/stdin` can be opened.
 */
export function runProgram(program: readonly string[], argv: readonly string[], { cwd, env = {}, input = '' }: Running): Ran {
  const [command = '', ...words] = program;
  const clean = Object.fromEntries(Object.entries(peerEnvironment()).filter(([name]) => !foreign.test(name)));
  inputCount += 1;
  const file = join(inputs, String(inputCount));
  writeFileSync(file, input);
  const descriptor = openSync(file, 'r');
  try {
    const { status, stdout, stderr } = spawnSync(command, [...words, ...argv], {
      cwd,
      env: { ...clean, HOME: cwd, ...env },
      stdio: [descriptor, 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: 30_000,
    });
    return { status, stdout, stderr };
  } finally {
    closeSync(descriptor);
  }
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
