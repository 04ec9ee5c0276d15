import type { Git } from '../git.ts';
import { type Commit, history } from '../history.ts';

/** The commits that touched one file, linked, the oldest first; those under the names it had before among them. Throws `GIT_FAILED`. */
export async function fileHistory(git: Git, path: string, revisions: readonly string[] = ['HEAD']): Promise<readonly Commit[]> {
  const commits = await history(git, { revisions, paths: [path], linked: true, oldestFirst: true });
  const told: Commit[] = [];
  for (const commit of commits) {
    const came = commit.changes.some((change) => change.path === path && change.before === undefined);
    const before = came ? await beforeRename(git, commit, path) : undefined;
    told.push(...(before ?? [commit]));
  }
  return distinct(told);
}

/** Where a commit brought a file under a new name: what was before it, and the commit itself, so linked. */
async function beforeRename(git: Git, commit: Commit, path: string): Promise<readonly Commit[] | undefined> {
  const [whole] = await history(git, { revisions: [`${commit.id}^!`], renames: true });
  const renaming = whole?.changes.find((change) => change.path === path && change.oldPath !== path);
  if (renaming === undefined) return undefined;
  const before = await fileHistory(git, renaming.oldPath, [`${commit.id}^@`]);
  const changes = commit.changes.map((change) => (change.path === path ? renaming : change));
  return [...before, { ...commit, parents: before.slice(-1).map(({ id }) => id), changes }];
}

/** A commit that touched the file under two names is told once. */
function distinct(commits: readonly Commit[]): readonly Commit[] {
  const byId = new Map<string, Commit>();
  for (const commit of commits) {
    const known = byId.get(commit.id);
    byId.set(commit.id, known === undefined ? commit : { ...known, changes: [...known.changes, ...commit.changes] });
  }
  return [...byId.values()];
}
