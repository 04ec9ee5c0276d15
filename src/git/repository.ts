import { SopsError } from '../errors.ts';
import type { Context } from '../ports.ts';
import { type Git, gitIn } from './git.ts';

/** A repository of Git, as seen from one of its folders. */
export interface Repository {
  /** Git at the top of the work tree, or in the folder of a bare repository. */
  readonly git: Git;
  /** Absolute. The top of the work tree; of a bare repository its own folder. */
  readonly top: string;
  /** Absolute. Where HEAD and the index of this work tree are. */
  readonly gitDir: string;
  /** Absolute. Where config, objects and `info` are: another folder than `gitDir` in linked work trees alone. */
  readonly commonDir: string;
  readonly bare: boolean;
  /** The folder that was asked for, below the top: empty, or with a slash at its end. Git counts paths from the top. */
  readonly prefix: string;
}

/** The repository that a folder is in; undefined where it is in none, or there is no git. */
export async function findRepository(folder: string, context: Pick<Context, 'run'>): Promise<Repository | undefined> {
  const facts = await gitIn(folder, context).ask([
    'rev-parse',
    '--path-format=absolute',
    '--is-bare-repository',
    '--git-dir',
    '--git-common-dir',
  ]);
  const [bareness, gitDir, commonDir] = facts?.split('\n') ?? [];
  if (gitDir === undefined || commonDir === undefined) return undefined;
  const place = bareness === 'true' ? undefined : await gitIn(folder, context).ask(['rev-parse', '--show-toplevel', '--show-prefix']);
  const [top = gitDir, prefix = ''] = place?.split('\n') ?? [];
  return { git: gitIn(top, context), top, gitDir, commonDir, bare: place === undefined, prefix };
}

/** As {@link findRepository}, where there must be one. Throws `NO_REPOSITORY`. */
export async function openRepository(folder: string, context: Pick<Context, 'run'>): Promise<Repository> {
  const repository = await findRepository(folder, context);
  if (repository !== undefined) return repository;
  const started = (await gitIn(folder, context).ask(['--version'])) !== undefined;
  throw new SopsError('NO_REPOSITORY', started ? 'this is no Git repository' : 'git could not be started', {
    hint: started ? 'go to a folder of a clone, or make one with `git init`' : 'install git, and see that it is in PATH',
  });
}

/** Whether a clone has but the end of its history. */
export const isShallow = async ({ git }: Pick<Repository, 'git'>): Promise<boolean> =>
  (await git.ask(['rev-parse', '--is-shallow-repository'])) === 'true';
