import type { Git } from './git.ts';

/** A commit, and what it did to files. */
export interface Commit {
  readonly id: string;
  /** Of the author, with the offset: ISO 8601. */
  readonly date: string;
  readonly author: string;
  readonly email: string;
  readonly subject: string;
  readonly parents: readonly string[];
  /** Compared with its first parent; of a merge only what differs from all of its parents is told once for each of them. */
  readonly changes: readonly FileChange[];
}

/** What a commit did to one file. */
export interface FileChange {
  readonly path: string;
  /** The name it had before, where it was renamed or copied; else the same. */
  readonly oldPath: string;
  /** IDs of the blobs; undefined where there was or is no file. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Which commits. */
export interface HistoryOptions {
  /** Revisions as `git log` takes them: `main`, `v1..HEAD`; `HEAD` where there are none. */
  readonly revisions?: readonly string[];
  /** All branches and tags. */
  readonly all?: boolean;
  /** Only these paths, literally; renames are followed among them alone. */
  readonly paths?: readonly string[];
  /** Tells renames from deletions and additions. */
  readonly renames?: boolean;
  readonly oldestFirst?: boolean;
  /** Every commit behind all of its children, and as parents the nearest of those that are told: of use with paths. */
  readonly linked?: boolean;
  /** At most so many. */
  readonly most?: number;
  /** Milliseconds; without, it may take its time. */
  readonly timeout?: number;
}

const format = '%x01%H%x00%P%x00%aI%x00%an%x00%ae%x00%s%x00';

/** The commits of a history, the newest first, with what each did to files. Merges are compared with each of their parents. Throws `GIT_FAILED`. */
export async function history(
  git: Git,
  { revisions = [], all, paths = [], renames, oldestFirst, linked, most, timeout }: HistoryOptions,
): Promise<readonly Commit[]> {
  const words = [
    '--literal-pathspecs',
    'log',
    '-z',
    '--raw',
    '--no-abbrev',
    '--diff-merges=separate',
    // Whatever the configuration says: the first commit adds its files, and a single path is not followed.
    '--root',
    '--no-follow',
    '--no-color',
    '--no-show-signature',
    renames ? '--find-renames' : '--no-renames',
    `--format=${format}`,
    ...(oldestFirst ? ['--reverse'] : []),
    ...(linked ? ['--parents', '--topo-order'] : []),
    ...(most === undefined ? [] : [`--max-count=${most}`]),
    ...(all ? ['--all'] : []),
    '--end-of-options',
    ...revisions,
    '--',
    ...paths,
  ];
  return commitsOf(await git.list(words, timeout === undefined ? {} : { timeout }));
}

const commitStart = '\u0001';

function commitsOf(fields: readonly string[]): readonly Commit[] {
  const commits: (Commit & { readonly changes: FileChange[] })[] = [];
  for (let at = 0; at < fields.length;) {
    const field = fields[at] ?? '';
    if (field.startsWith(commitStart)) {
      const commit = commitOf(fields.slice(at, at + 6));
      // A merge is told once for each of its parents.
      if (commits.at(-1)?.id !== commit.id) commits.push(commit);
      at += 6;
    } else {
      const told = changeOf(fields.slice(at, at + 3));
      if (told !== undefined) commits.at(-1)?.changes.push(told.change);
      at += told?.fields ?? 1;
    }
  }
  return commits;
}

function commitOf([id = '', parents = '', date = '', author = '', email = '', subject = '']: readonly string[]): Commit & {
  readonly changes: FileChange[];
} {
  return {
    id: id.slice(commitStart.length),
    date,
    author,
    email,
    subject,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    changes: [],
  };
}

/** One line of `--raw`, and how many fields it takes: that of a rename has both names. */
function changeOf([line = '', name = '', newName = '']: readonly string[]):
  | { readonly change: FileChange; readonly fields: number }
  | undefined {
  const [, oldMode, mode, before = '', after = '', status] = /^\n?:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) (\w+)$/.exec(line) ?? [];
  if (status === undefined) return undefined;
  const renamed = /^[RC]/.test(status);
  return {
    change: { path: renamed ? newName : name, oldPath: name, before: fileOf(oldMode, before), after: fileOf(mode, after) },
    fields: renamed ? 3 : 2,
  };
}

/** That of a submodule is a commit of another repository. */
const fileOf = (mode: string | undefined, id: string): string | undefined => (mode === '160000' || /^0*$/.test(id) ? undefined : id);
