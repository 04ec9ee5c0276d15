import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { kustomizationNames } from '../../deploy/flux/kustomization.ts';
import { SopsError } from '../../errors.ts';
import { realPath, statFile } from '../../node/files.ts';
import type { Invocation } from '../invocation.ts';

/** A kustomization in a tree. */
export interface TreePlace {
  /** What no link may lead out of: absolute, without links. */
  readonly root: string;
  /** The folder of the kustomization, relative to it, with `/` between. */
  readonly folder: string;
}

/**
 * Where a word names a kustomization: its folder, or its file. The root is what `--root` says, else the repository it is in, else the working folder if it is below that, else the folder itself.
 * Throws `NO_FILE_SPECIFIED`, `USAGE`.
 */
export function treePlace(word: string, { flags }: Invocation): TreePlace {
  const stats = statFile(word);
  if (stats === undefined) throw new SopsError('NO_FILE_SPECIFIED', `there is no folder ${word}`);
  if (!stats.isDirectory() && !kustomizationNames.includes(basename(word)))
    throw new SopsError('USAGE', 'a kustomization is wanted: a folder, or its kustomization.yaml', { file: word });
  const folder = realPath(resolve(stats.isDirectory() ? word : dirname(word)));
  const root = rootOf(folder, flags.text('root'));
  const below = relative(root, folder);
  if (below === '..' || below.startsWith(`..${sep}`)) throw new SopsError('USAGE', `${word} is not below the root, ${root}`);
  return { root, folder: below.replaceAll(sep, '/') };
}

function rootOf(folder: string, named: string | undefined): string {
  if (named !== undefined) {
    if (!statSync(named, { throwIfNoEntry: false })?.isDirectory()) throw new SopsError('USAGE', `--root: there is no folder ${named}`);
    return realPath(resolve(named));
  }
  for (let above = folder; above !== dirname(above); above = dirname(above)) if (existsSync(join(above, '.git'))) return above;
  const here = realPath(process.cwd());
  return folder === here || folder.startsWith(`${here}${sep}`) ? here : folder;
}
