import type { DataKeys } from './data-keys.ts';
import type { Commit } from '../history.ts';
import { ancestorsOf, type FileVersion } from './lineage.ts';
import { stepBack, type ValueAt } from './origins.ts';

/** When a value last changed, as far as that shows without a key. */
export interface Blamed {
  readonly path: string;
  readonly sealed: boolean;
  readonly what: 'added' | 'changed' | 'deleted';
  /** Undefined where it is not committed yet. */
  readonly commit: Commit | undefined;
  /** What the file was called then. */
  readonly file: string;
  /** It was encrypted under a new data key since, the last time here: that may have been a change as well. */
  readonly reencrypted?: Commit | 'not committed';
}

/** When each value of a file last changed, in the order of the file. */
export const blame = (version: FileVersion, dataKeys: DataKeys): readonly Blamed[] =>
  Array.from(version.values, ([path, { sealed }]) => blameOf({ version, path }, sealed, dataKeys));

function blameOf(value: ValueAt, sealed: boolean, dataKeys: DataKeys): Blamed {
  let at = value;
  let reencrypted: Blamed['reencrypted'];
  for (;;) {
    const step = stepBack(at, dataKeys);
    if (step.kind === 're-encrypted') {
      reencrypted ??= at.version.commit ?? 'not committed';
      const [from = at] = step.from;
      at = from;
    } else if (step.kind === 'kept') at = step.from;
    else {
      const { commit, path: file } = at.version;
      return { path: value.path, sealed, what: step.kind, commit, file, ...(reencrypted === undefined ? {} : { reencrypted }) };
    }
  }
}

/** The values that a file had and has no longer, each when it was last deleted; the newest first. */
export function deletions(version: FileVersion): readonly Blamed[] {
  const found = new Map<string, Blamed>();
  for (const one of ancestorsOf([version])) {
    for (const deleted of deletedBy(one)) {
      const known = found.get(deleted.path);
      const isNewer = known === undefined || dateOf(known.commit) < dateOf(deleted.commit);
      if (isNewer && !version.values.has(deleted.path)) found.set(deleted.path, deleted);
    }
  }
  return [...found.values()].toSorted((one, other) => dateOf(other.commit) - dateOf(one.commit));
}

/** What the versions before had and this one has not: what is in another place of a list is still there. */
function deletedBy(version: FileVersion): readonly Blamed[] {
  const { values, commit, path: file } = version;
  const kept = new Set([...values.values()].flatMap(({ sealed, text }) => (sealed ? [text] : [])));
  return version.earlier.flatMap((earlier) =>
    [...earlier.values].flatMap(([path, { sealed, text }]): readonly Blamed[] =>
      values.has(path) || kept.has(text) ? [] : [{ path, sealed, what: 'deleted', commit, file }],
    ),
  );
}

const dateOf = (commit: Commit | undefined): number => (commit === undefined ? Infinity : Date.parse(commit.date));
