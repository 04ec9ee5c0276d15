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
      if (isNewer && !isBack(deleted, version)) found.set(deleted.path, deleted);
    }
  }
  return [...found.values()].toSorted((one, other) => dateOf(other.commit) - dateOf(one.commit));
}

/** Whether there is a value of that path again; the next of a list takes the place of one that is gone. */
const isBack = ({ path }: Blamed, { values }: FileVersion): boolean => values.has(path) && !path.endsWith(']');

/** What the versions before had and this one has not: what is in another place of a list is still there. */
function deletedBy(version: FileVersion): readonly Blamed[] {
  const { values, commit, path: file } = version;
  const now = ciphertextsOf(version);
  return version.earlier.flatMap((earlier) => {
    const before = ciphertextsOf(earlier);
    return [...earlier.values].flatMap(([path, { sealed, text }]): readonly Blamed[] => {
      const there = values.get(path);
      const movedUp = there?.sealed === true && there.text !== text && before.has(there.text);
      return now.has(text) || (there !== undefined && !movedUp) ? [] : [{ path, sealed, what: 'deleted', commit, file }];
    });
  });
}

const ciphertextsOf = ({ values }: FileVersion): ReadonlySet<string> =>
  new Set([...values.values()].flatMap(({ sealed, text }) => (sealed ? [text] : [])));

const dateOf = (commit: Commit | undefined): number => (commit === undefined ? Infinity : Date.parse(commit.date));
