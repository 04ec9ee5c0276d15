import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SopsError, type SopsErrorCode } from '../errors.ts';

/** The `code` of a system error: `ENOENT`, or undefined for anything else. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large for the device or the process limit',
  EROFS: 'read-only file system',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'file name too long',
  EIO: 'input/output error',
  EPIPE: 'the reader has gone',
};

/** A system error as an error of ours, which names the file and the reason. */
export function systemError(code: SopsErrorCode, doing: string, file: string, cause: unknown): SopsError {
  const system = systemCode(cause);
  const reason = system === undefined ? String(cause) : (reasons[system] ?? system);
  return new SopsError(code, `${doing}: ${reason}`, { file, cause });
}

/** The bytes of a file; undefined where there is none. Throws `INPUT_UNREADABLE` for a folder, a missing permission and the like. */
export function readFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw systemError('INPUT_UNREADABLE', 'error reading file', path, error);
  }
}

/** What stands at a path, symbolic links followed; undefined where nothing does or nobody may look. */
export function statFile(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Where a path leads through symbolic links; the path itself where it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * Replaces a file whole or not at all: written beside with nobody else's eyes on it, synced, given the old mode and owner, renamed.
 * A symbolic link stays one: its target is replaced. Devices and pipes are written to as they are. Where anything fails, the file is what it was and nothing is left beside it.
 * Throws `OUTPUT_UNWRITABLE`.
 * @param warn told when the old owner could not be kept
 */
export function replaceFile(path: string, content: Uint8Array, warn: (message: string) => void = () => undefined): void {
  const target = followLinks(path);
  const old = statFile(target);
  try {
    if (old !== undefined && !old.isFile()) return writeInto(target, content);
    swap(target, content, old, warn);
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', failureOf(error), path, error);
  }
  return undefined;
}

function failureOf(error: unknown): string {
  if (!(error instanceof BesideError)) return 'could not write the file, which is left as it was';
  return error.code === 'ENOENT' || error.code === 'ENOTDIR'
    ? 'could not write the file, whose folder is not there'
    : 'could not write beside the file, which is needed to replace it safely';
}

/** The folder does not take a new file; carries the system's code. */
class BesideError extends Error {
  readonly code: string | undefined;
  constructor(cause: unknown) {
    super('no new file beside', { cause });
    this.code = systemCode(cause);
  }
}

/** The path that a chain of symbolic links ends at, whether there is a file or not. */
function followLinks(path: string): string {
  let target = resolve(path);
  for (let hops = 0; hops < 40; hops++) {
    const stats = lstatSync(target, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw new SopsError('OUTPUT_UNWRITABLE', 'too many symbolic links', { file: path });
}

function writeInto(path: string, content: Uint8Array): void {
  const descriptor = openSync(path, constants.O_WRONLY);
  try {
    writeAll(descriptor, content);
  } finally {
    closeSync(descriptor);
  }
}

function swap(target: string, content: Uint8Array, old: Stats | undefined, warn: (message: string) => void): void {
  if (old !== undefined) closeSync(openSync(target, 'r+'));
  deferSignals();
  const beside = join(dirname(target), `.${basename(target).slice(0, 40)}.${randomBytes(6).toString('hex')}.tmp`);
  const descriptor = openBeside(beside, old === undefined ? 0o666 : 0o600);
  try {
    try {
      writeAll(descriptor, content);
      if (old !== undefined) keepOwnerAndMode(beside, descriptor, old, warn);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

function openBeside(beside: string, mode: number): number {
  try {
    return openSync(beside, 'wx', mode);
  } catch (error) {
    throw new BesideError(error);
  }
}

function writeAll(descriptor: number, content: Uint8Array): void {
  let written = 0;
  while (written < content.length) written += writeSync(descriptor, content, written);
}

function keepOwnerAndMode(beside: string, descriptor: number, old: Stats, warn: (message: string) => void): void {
  const made = statSync(beside);
  if (made.uid !== old.uid || made.gid !== old.gid) {
    try {
      chownSync(beside, old.uid, old.gid);
    } catch {
      warn('the owner of the file could not be kept');
    }
  }
  if (process.platform === 'win32') chmodSync(beside, old.mode);
  else fchmodSync(descriptor, old.mode & 0o7777);
}

/** Makes the rename outlast a power cut; where a folder cannot be opened (Windows), there is nothing to do. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return;
  }
}

let deferred = false;

/** From here on a signal ends the process only between two steps of the program, so that no file is left half made beside another; too large a file is an error, not the end. */
function deferSignals(): void {
  if (deferred) return;
  deferred = true;
  if (process.platform !== 'win32') process.on('SIGXFSZ', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      process.kill(process.pid, signal);
    });
}
