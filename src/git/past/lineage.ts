import type { Commit, FileChange } from '../history.ts';
import type { SealedVersion, SealedVersions } from './sealed-versions.ts';

/** One version of an encrypted file in its history, and what it was made from. */
export interface FileVersion extends SealedVersion {
  readonly path: string;
  /** That made it. Undefined for what is in the work tree and not committed. */
  readonly commit: Commit | undefined;
  readonly blob: string;
  /** One; several after a merge that took no side as it was; none for a new file. What was deleted or in clear in between is passed over. */
  readonly earlier: readonly FileVersion[];
}

/** Encrypted files, and all that they were. */
export interface Lineage {
  /** By path, as of the commit that was asked for. */
  readonly files: ReadonlyMap<string, FileVersion>;
  /** As of that commit: the last versions of files that are gone, or in clear. */
  readonly gone: ReadonlyMap<string, FileVersion>;
  /** Every version, those of other branches among them, the oldest first. */
  readonly versions: readonly FileVersion[];
  /** Those that were replaced or deleted by then, where an earlier commit was named. */
  readonly replaced: ReadonlySet<FileVersion>;
}

/** Which commits of a history are asked for. */
export interface Moments {
  /** Whose files are told. */
  readonly tip: string;
  readonly since?: string | undefined;
}

/** The line that a path is on, in one commit. */
interface Line {
  readonly last: FileVersion;
  readonly alive: boolean;
}
type State = ReadonlyMap<string, Line>;

/** Makes a version, and notes it; undefined for what is no encrypted file. */
type Make = (path: string, blob: string, commit: Commit, earlier: readonly FileVersion[]) => Promise<FileVersion | undefined>;

/**
 * Follows encrypted files through a history, through renames where the commits tell of them.
 * @param commits linked and whole, the oldest first
 */
export async function lineageOf(commits: readonly Commit[], { tip, since }: Moments, versions: SealedVersions): Promise<Lineage> {
  const made: FileVersion[] = [];
  const make: Make = async (path, blob, commit, earlier) => {
    const version = await versions.read(blob, path);
    if (version === undefined) return undefined;
    const one = { ...version, path, blob, commit, earlier };
    made.push(one);
    return one;
  };
  const states = new Map<string, State>();
  const waiting = childrenOf(commits);
  for (const commit of commits) {
    const parents = commit.parents.map((id) => states.get(id) ?? new Map<string, Line>());
    states.set(commit.id, await stateOf(commit, parents, make));
    for (const parent of commit.parents) {
      const left = (waiting.get(parent) ?? 0) - 1;
      waiting.set(parent, left);
      if (left === 0 && parent !== tip && parent !== since) states.delete(parent);
    }
  }
  const before = since === undefined ? new Map<string, Line>() : (states.get(since) ?? new Map<string, Line>());
  return { ...endsOf(states.get(tip) ?? new Map<string, Line>()), versions: made, replaced: replacedIn(before) };
}

/** All that a state goes back to and has no longer. */
function replacedIn(state: State): ReadonlySet<FileVersion> {
  const last = [...state.values()].map((line) => line.last);
  const replaced = new Set(ancestorsOf(last));
  for (const line of state.values()) if (line.alive) replaced.delete(line.last);
  return replaced;
}

/** How many children each commit has: what it knows is dropped once all of them were looked at. */
function childrenOf(commits: readonly Commit[]): Map<string, number> {
  const children = new Map<string, number>();
  for (const { parents } of commits) for (const id of parents) children.set(id, (children.get(id) ?? 0) + 1);
  return children;
}

function endsOf(state: State): Pick<Lineage, 'files' | 'gone'> {
  const files = new Map([...state].flatMap(([path, { last, alive }]) => (alive ? [[path, last]] : [])));
  const continued = ancestorsOf([...files.values()]);
  return { files, gone: new Map([...state].flatMap(([path, { last, alive }]) => (alive || continued.has(last) ? [] : [[path, last]]))) };
}

async function stateOf(commit: Commit, parents: readonly State[], make: Make): Promise<State> {
  const before: State = parents[0] ?? new Map<string, Line>();
  if (commit.changes.length === 0) return before;
  const state = new Map(before);
  const gone = commit.changes.flatMap(({ path, oldPath }) => (path === oldPath ? [] : [oldPath]));
  for (const path of gone) end(state, path);
  for (const change of changedPaths(commit.changes)) {
    const last = await lastOf(change, commit, parents, make);
    if (last) state.set(change.path, { last, alive: true });
    else end(state, change.path);
  }
  return state;
}

function end(state: Map<string, Line>, path: string): void {
  const line = state.get(path);
  if (line) state.set(path, { ...line, alive: false });
}

/** What a commit made of a path: where it took what one of several parents had, that. */
async function lastOf(
  { path, after, oldPaths }: ChangedPath,
  commit: Commit,
  parents: readonly State[],
  make: Make,
): Promise<FileVersion | undefined> {
  if (after === undefined) return undefined;
  const lines = linesBefore(path, oldPaths, parents);
  const taken = parents.length > 1 ? lines.find(({ alive, last }) => alive && last.blob === after && last.path === path) : undefined;
  return taken?.last ?? make(path, after, commit, [...new Set(lines.map((line) => line.last))]);
}

interface ChangedPath {
  readonly path: string;
  readonly after: string | undefined;
  readonly oldPaths: readonly string[];
}

/** What became of each path. A merge is told once for each of its parents. */
function changedPaths(changes: readonly FileChange[]): readonly ChangedPath[] {
  const byPath = new Map<string, FileChange[]>();
  for (const change of changes) byPath.set(change.path, [...(byPath.get(change.path) ?? []), change]);
  return Array.from(byPath, ([path, some]) => ({ path, after: some[0]?.after, oldPaths: some.map(({ oldPath }) => oldPath) }));
}

function linesBefore(path: string, oldPaths: readonly string[], parents: readonly State[]): readonly Line[] {
  return parents.flatMap((state) => {
    const lines = [path, ...oldPaths].flatMap((name) => state.get(name) ?? []);
    const line = lines.find(({ alive }) => alive) ?? lines[0];
    return line === undefined ? [] : [line];
  });
}

/** Versions, and all that they were made from. */
export function ancestorsOf(versions: readonly FileVersion[]): ReadonlySet<FileVersion> {
  const found = new Set<FileVersion>();
  const waiting = [...versions];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    waiting.push(...one.earlier);
  }
  return found;
}
