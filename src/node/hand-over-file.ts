import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { SopsError } from '../errors.ts';
import { systemError } from './files.ts';
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
  const written = pipe ? writeWhenRead(path, content) : undefined;
  return {
    path,
    async close() {
      if (written !== undefined) await release(path, written);
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

/** Opening waits until somebody reads; a reader that goes away early is none of our business. */
async function writeWhenRead(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
  } catch {
    return;
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Lets a writer go for whom nobody came: reads the pipe itself, until the writer is done. */
async function release(path: string, written: Promise<void>): Promise<void> {
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const scrap = new Uint8Array(65_536);
  const readSome = async (): Promise<false> => {
    await reader.read(scrap, 0, scrap.length).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return false;
  };
  const done = written.then(() => true);
  while (!(await Promise.race([done, readSome()])));
  await reader.close();
}
