import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The folder for sockets of this user alone: in the runtime folder, or under a name of the user's own among temporary files. Made where there is none.
 * Undefined where what stands there is a link, somebody else's, or open to others; and on Windows, which has other ways.
 */
export function privateFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  const runtime = env['XDG_RUNTIME_DIR'];
  const path = runtime !== undefined && isAbsolute(runtime) ? join(runtime, 'sopsmith') : join(tmpdir(), `sopsmith-${user}`);
  try {
    mkdirSync(path, { mode: 0o700, recursive: false });
  } catch {
    // It is there already, or cannot be made: what counts is what is found.
  }
  return isPrivate(path, user) ? path : undefined;
}

function isPrivate(path: string, user: number): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === user && (found.mode & 0o77) === 0;
  } catch {
    return false;
  }
}
