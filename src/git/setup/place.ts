import type { Context } from '../../ports.ts';
import { type Git, gitIn } from '../git.ts';
import type { Repository } from '../repository.ts';

/** Where settings and attributes go. */
export interface SetupPlace {
  readonly git: Git;
  /** The word that `git config` takes. */
  readonly scope: '--local' | '--global';
  /** Absolute; undefined where there is no home to put it. */
  readonly attributesFile: string | undefined;
  /** It comes with the repository, from whoever wrote that. */
  readonly foreign: boolean;
}

/** For one clone and its linked work trees. @param committed whether the attributes are for everybody: in `.gitattributes` */
export const clonePlace = ({ git, top, commonDir, bare }: Repository, committed: boolean): SetupPlace => ({
  git,
  scope: '--local',
  attributesFile: committed && !bare ? `${top}/.gitattributes` : `${commonDir}/info/attributes`,
  foreign: committed && !bare,
});

/** For all repositories of the user. */
export async function userPlace(context: Context): Promise<SetupPlace> {
  const git = gitIn('.', context);
  const named = await git.ask(['config', '--global', '--type=path', '--get', 'core.attributesFile']);
  const { env, files } = context;
  const config = env['XDG_CONFIG_HOME'] || (files.home === undefined ? undefined : `${files.home}/.config`);
  return {
    git,
    foreign: false,
    scope: '--global',
    attributesFile: named ?? (config === undefined ? undefined : `${config}/git/attributes`),
  };
}
