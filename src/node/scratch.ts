import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemError } from './files.ts';

/** A file of plaintext in a folder of its own that nobody else may look into. */
export interface Scratch {
  readonly file: string;
  /** What the file holds now. Throws `INPUT_UNREADABLE`. */
  read(): Uint8Array;
  /** Overwrites and removes all that is in the folder, whoever put it there, and the folder; may be called again. */
  wipe(): void;
}

/** A folder for plaintext that nobody else may look into. */
export interface ScratchFolder {
  readonly path: string;
  /** Overwrites and removes all that is in the folder, whoever put it there, and the folder; may be called again. */
  readonly wipe: () => void;
}

/**
 * Makes a fresh folder with mode 0700, in memory where the system has such a place. Whatever way the process ends but `kill -9`, the folder goes with it.
 * Throws `OUTPUT_UNWRITABLE`.
 */
export function openScratchFolder(env: Readonly<Record<string, string | undefined>>): ScratchFolder {
  const path = makeFolder(memoryFolder(env) ?? tmpdir());
  const wipe = (): void => {
    process.removeListener('exit', wipe);
    wipeFolder(path);
  };
  process.on('exit', wipe);
  return { path, wipe };
}

/** Puts plaintext where an editor can reach it: in a file with mode 0600 in a folder of its own. Throws `OUTPUT_UNWRITABLE`. */
export function openScratch(name: string, content: Uint8Array, env: Readonly<Record<string, string | undefined>>): Scratch {
  const { path, wipe } = openScratchFolder(env);
  const file = join(path, name);
  try {
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    wipe();
    throw systemError('OUTPUT_UNWRITABLE', 'could not write the temporary file for the editor', path, error);
  }
  return { file, read: () => readScratch(file), wipe };
}

function readScratch(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw systemError('INPUT_UNREADABLE', 'could not read the edited file', file, error);
  }
}

function makeFolder(parent: string): string {
  try {
    return mkdtempSync(join(parent, 'sopsmith-'));
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', 'could not make a temporary folder', parent, error);
  }
}

/** A folder that lives in memory: `/dev/shm`, or the user's runtime folder. */
function memoryFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return ['/dev/shm', env['XDG_RUNTIME_DIR']].find((folder) => folder !== undefined && folder !== '' && isWritableFolder(folder));
}

function isWritableFolder(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

function wipeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  try {
    chmodSync(folder, 0o700);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) overwrite(join(entry.parentPath, entry.name));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Best effort: a journal or a flash disk may keep the old blocks; that is why memory goes first. */
function overwrite(file: string): void {
  try {
    const { size, nlink } = lstatSync(file);
    if (nlink > 1) return;
    const descriptor = openSync(file, 'r+');
    try {
      writeSync(descriptor, new Uint8Array(size), 0, size, 0);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return;
  }
}
