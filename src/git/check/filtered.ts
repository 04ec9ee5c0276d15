import { utf8 } from '../../crypto/bytes.ts';
import { indexEntries } from '../entries.ts';
import { filterName } from '../filter/settings.ts';
import type { Git } from '../git.ts';

/**
 * Files that are in clear in the work tree and encrypted in the repository, since our filter takes them and is set up here; with the blob that the index has of each, `''` for none.
 * @param paths counted from the top, with `/`
 */
export async function filteredFiles(paths: readonly string[], git: Git): Promise<ReadonlyMap<string, string>> {
  const settings = await git.ask(['config', '--get-regexp', String.raw`^filter\.${filterName}\.(process|clean)$`]);
  if (settings === undefined) return new Map();
  const answers = await git.list(['check-attr', '-z', '--stdin', 'filter'], { input: utf8(paths.map((path) => `${path}\0`).join('')) });
  const filtered = answers.flatMap((path, at) => (at % 3 === 0 && answers[at + 2] === filterName ? [path] : []));
  if (filtered.length === 0) return new Map();
  const ids = new Map((await indexEntries(git)).map(({ path, id }) => [path, id]));
  return new Map(filtered.map((path) => [path, ids.get(path) ?? '']));
}
