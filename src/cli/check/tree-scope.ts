import { lstatSync, type Stats } from 'node:fs';
import { relative, resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { checkConfig, type CheckedConfig, type ConfigReading } from '../../git/check/checked-config.ts';
import { filteredFiles } from '../../git/check/filtered.ts';
import type { Scope } from '../../git/check/git-scopes.ts';
import type { Target } from '../../git/check/judge.ts';
import { policyOf } from '../../git/check/policy.ts';
import { openBlobs } from '../../git/blobs.ts';
import type { Repository } from '../../git/repository.ts';
import type { Context } from '../../ports.ts';
import { mayBeGlob } from '../input.ts';
import { allFilesBelow } from '../wanted-inputs.ts';

/** A path as findings and rules have it. */
export const posix = (path: string): string => path.replaceAll('\\', '/');

/** A work tree, or a folder that is none. */
export interface Tree {
  readonly repository: Repository | undefined;
  readonly context: Pick<Context, 'files' | 'converse'>;
  readonly reading: ConfigReading;
  readonly fixed: CheckedConfig | undefined;
}

/**
 * Files as they lie there: what Git tracks, and what it does not and is not told to ignore; outside of a repository all. Links are not followed, submodules are passed by.
 * @param words files, folders and globs; none for all of the repository, or of the working folder
 * Throws `NO_FILE_SPECIFIED`, `USAGE`, `GIT_FAILED`.
 */
export async function treeScope(words: readonly string[], tree: Tree): Promise<Scope> {
  const { repository, context, reading, fixed } = tree;
  const paths = await pathsOf(words, repository);
  const policy = policyOf(async (path) => {
    const content = lstatOf(path)?.isDirectory() === false ? await context.files.read(path) : undefined;
    return content === undefined ? undefined : checkConfig(path, content, reading);
  }, fixed);
  const targets = paths.flatMap((path) => targetOf(path, context));
  const scope = { targets, policy, ...(words.length === 0 ? { paths: targets.map(({ path }) => path) } : {}) };
  return repository === undefined || repository.bare ? scope : asCommitted(scope, repository, context);
}

/** What our filter decrypts into the work tree is judged as the index has it; what the index does not have yet will be encrypted when it is added. */
async function asCommitted(scope: Scope, { git, top }: Repository, context: Tree['context']): Promise<Scope> {
  const prefix = `${posix(top)}/`;
  const inside = scope.targets.filter(({ path }) => path.startsWith(prefix));
  const filtered = await filteredFiles(
    inside.map(({ path }) => path.slice(prefix.length)),
    git,
  );
  if (filtered.size === 0) return scope;
  const blobs = await openBlobs(top, context);
  const targets = scope.targets.flatMap((target): readonly Target[] => {
    const id = filtered.get(target.path.slice(prefix.length));
    if (id === undefined || !target.path.startsWith(prefix)) return [target];
    return id === '' ? [] : [{ path: target.path, read: () => blobs.read(id) }];
  });
  return { ...scope, targets, close: () => blobs.close() };
}

async function pathsOf(words: readonly string[], repository: Repository | undefined): Promise<readonly string[]> {
  if (repository?.bare === true && words.length === 0)
    throw new SopsError('USAGE', 'a bare repository has no work tree', { hint: 'name commits with --since' });
  const known = repository === undefined ? [] : await knownFiles(repository);
  const paths = new Set<string>();
  const places = words.length === 0 ? [repository?.top ?? '.'] : words;
  for (const place of places) for (const path of await filesOf(place, known)) paths.add(path);
  return [...paths];
}

async function knownFiles({ git, top, bare }: Repository): Promise<readonly string[]> {
  if (bare) return [];
  const listed = await git.list(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']);
  return listed.map((path) => `${posix(top)}/${path}`).sort();
}

/** The files that a word names, of those that Git knows, or of those that lie where it knows none. */
async function filesOf(word: string, known: readonly string[]): Promise<readonly string[]> {
  const path = posix(resolve(word));
  const stats = lstatOf(path);
  if (stats === undefined && mayBeGlob(word)) return matching(word, known);
  if (stats === undefined) throw new SopsError('NO_FILE_SPECIFIED', `there is no file or folder ${word}`);
  if (!stats.isDirectory()) return [path];
  return below(path, known);
}

function below(folder: string, known: readonly string[]): readonly string[] {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  const some = known.filter((path) => path.startsWith(prefix));
  return some.length > 0 ? some : Array.from(allFilesBelow(folder), posix);
}

async function matching(glob: string, known: readonly string[]): Promise<readonly string[]> {
  const { default: picomatch } = await import('picomatch');
  const folder = resolve(picomatch.scan(glob).base || '.');
  const matches = picomatch(posix(relative(folder, resolve(glob))), { dot: true });
  const candidates = lstatOf(folder)?.isDirectory() === true ? below(posix(folder), known) : [];
  const found = candidates.filter((path) => matches(posix(relative(folder, path))));
  if (found.length === 0) throw new SopsError('NO_FILE_SPECIFIED', `no file matches ${glob}`);
  return found;
}

function targetOf(path: string, { files }: Pick<Context, 'files'>): readonly Target[] {
  const stats = lstatOf(path);
  return stats?.isFile() === true ? [{ path, size: stats.size, read: () => files.read(path) }] : [];
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
