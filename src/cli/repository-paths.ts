import { isAbsolute, posix, relative, sep } from 'node:path';
import { SopsError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';

/** What a word of the command line is called in the repository of the working folder, counted from the top; empty for the top itself. Throws `USAGE` for what is not in it. */
export function pathInRepository({ top, prefix }: Repository, word: string): string {
  const slashes = word.replaceAll(sep, '/');
  const path = isAbsolute(word) ? relative(top, word).replaceAll(sep, '/') : posix.join(prefix, slashes).replace(/\/$/, '');
  if (path === '..' || path.startsWith('../')) throw new SopsError('USAGE', 'this is not in the repository', { file: word });
  return path === '.' ? '' : path;
}

/** Whether a path is one of others, or below one. */
export const isAmong = (path: string, others: readonly string[]): boolean =>
  others.some((other) => other === '' || path === other || path.startsWith(`${other}/`));

/** A path of a repository as seen from the working folder. */
export const fromHere = (path: string, { prefix }: Repository): string => posix.relative(`/${prefix}`, `/${path}`);
