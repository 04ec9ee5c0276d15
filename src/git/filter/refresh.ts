import { indexEntries } from '../entries.ts';
import type { Git } from '../git.ts';
import { attributesOf } from '../setup/attributes.ts';
import { filterName } from './settings.ts';

/** How files of the filter shall lie in the work tree. */
export type Wanted = 'in clear' | 'encrypted';

/** What refreshing needs of the work tree. */
export interface WorkTree {
  /** Whether a file lies there encrypted; undefined where there is none. Paths are below the top. */
  isEncrypted(path: string): Promise<boolean | undefined>;
  /** Has a file look changed to Git, which else leaves it as it is. */
  touch(path: string): void;
}

/** What became of the files. */
export interface Refreshed {
  readonly written: readonly string[];
  /** Changed since they were added, and left as they are. */
  readonly changed: readonly string[];
}

/** Settings under which Git filters nothing. */
const unfiltered = ['process=', 'smudge=', 'clean=', 'required=false'].flatMap((setting) => ['-c', `filter.${filterName}.${setting}`]);

/**
 * Has Git write files of the filter anew: in clear, once the filter is set up in a clone that was made without it, or encrypted as they are in the repository. Only files that lie
 * there otherwise, and that were not changed. Throws `GIT_FAILED`.
 * @param git at the top of the work tree
 * @param paths below the top, taken literally; none for all files
 */
export async function refresh(git: Git, wanted: Wanted, paths: readonly string[], workTree: WorkTree): Promise<Refreshed> {
  const candidates: string[] = [];
  for (const path of await filteredPaths(git, paths)) {
    const encrypted = await workTree.isEncrypted(path);
    if (encrypted !== undefined && encrypted !== (wanted === 'encrypted')) candidates.push(path);
  }
  const differing = new Set(candidates.length === 0 ? [] : await git.list(['diff', '--name-only', '--no-renames', '-z']));
  const written = candidates.filter((path) => !differing.has(path));
  for (const path of written) workTree.touch(path);
  const words = ['checkout-index', '--force', '--index', '-z', '--stdin'];
  const input = new TextEncoder().encode(written.map((path) => `${path}\0`).join(''));
  if (written.length > 0) await git.output(wanted === 'encrypted' ? [...unfiltered, ...words] : words, { input });
  return { written, changed: candidates.filter((path) => differing.has(path)) };
}

/** Files in the index that attributes give to the filter. */
async function filteredPaths(git: Git, paths: readonly string[]): Promise<readonly string[]> {
  const entries = await indexEntries(git, paths);
  const files = entries.filter(({ kind, stage }) => kind === 'file' && stage === 0).map(({ path }) => path);
  const told = await attributesOf(git, files, ['filter']);
  return files.filter((path) => told.get(path)?.get('filter') === filterName);
}
