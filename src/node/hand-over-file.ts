import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SopsError } from '../errors.ts';
import { systemCode, systemError } from './files.ts';
import { openScratchFolder } from './scratch.ts';

/** Plaintext where one command can read it. */
export interface HandedOver {
  readonly path: string;
  /** Takes the plaintext away; to be called when the command has ended. */
  close(): Promise<void>;
}

/** What the file is called where nobody says otherwise (sops `exec.go`, FallbackFilename). */
const fallbackName = 'tmp-file';

/**
 * Puts plaintext into a private folder for one command: into a pipe with a name, which gives it to the first who reads and never lies on a disk, or into a file.
 * Throws `USAGE` for a name that leads out of the folder, `OUTPUT_UNWRITABLE`.
 */
export async function handOver(
  content: Uint8Array,
  { name = fallbackName, pipe }: { readonly name?: string | undefined; readonly pipe: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Promise<HandedOver> {
  if (!isLocal(name)) throw new SopsError('USAGE', 'The provided filename is not a local path.');
  const folder = openScratchFolder(env);
  const path = join(folder.path, name);
  try {
    if (!pipe) await writeFile(path, content, { mode: 0o600, flag: 'wx' });
    else makePipe(path);
  } catch (error) {
    folder.wipe();
    throw systemError('OUTPUT_UNWRITABLE', 'could not write the temporary file for the command', path, error);
  }
  const ended = new AbortController();
  const written = pipe ? writeWhenRead(path, content, ended.signal) : undefined;
  return {
    path,
    async close() {
      ended.abort();
      await written;
      folder.wipe();
    },
  };
}

/** As Go's `filepath.IsLocal`. */
function isLocal(name: string): boolean {
  const path = normalize(name);
  return name !== '' && !isAbsolute(name) && path !== '..' && !path.startsWith(`..${sep}`);
}

/** Node has no call for it. */
function makePipe(path: string): void {
  const { status, error, stderr } = spawnSync('mkfifo', ['-m', '600', path], { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr.trim());
}

/** How long to wait before a pipe is looked at again, in milliseconds: the longer, the longer nobody has come. */
const [shortestWait, longestWait] = [1, 25];

/**
 * Gives `content` to the first who reads the pipe. Looks at it again and again, since a thread that waits in the system can neither be told to stop nor be spared: Node has four of them.
 * A reader that goes away early, and a command that takes the pipe away, are none of our business.
 */
async function writeWhenRead(path: string, content: Uint8Array, stop: AbortSignal): Promise<void> {
  let pipe: number | undefined;
  try {
    let wait = shortestWait;
    for (let written = 0; written < content.length || pipe === undefined;) {
      pipe ??= attempt(() => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK), 'ENXIO');
      const more = pipe === undefined ? undefined : attempt(writing(pipe, content, written), 'EAGAIN');
      written += more ?? 0;
      wait = more === undefined ? Math.min(wait * 2, longestWait) : shortestWait;
      await setTimeout(wait, undefined, { signal: stop });
    }
  } catch {
    return;
  } finally {
    letReaderGo(path, pipe);
  }
}

/** Whoever still waits for the pipe to be opened finds it at its end, instead of waiting for ever. */
function letReaderGo(path: string, pipe: number | undefined): void {
  try {
    closeSync(pipe ?? openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    return;
  }
}

const writing = (pipe: number, content: Uint8Array, from: number) => (): number => writeSync(pipe, content, from);

/** What `act` answers; undefined where the system says `notYet`. */
function attempt(act: () => number, notYet: string): number | undefined {
  try {
    return act();
  } catch (error) {
    if (systemCode(error) === notYet) return undefined;
    throw error;
  }
}
