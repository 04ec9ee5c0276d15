import type { KeySource } from '../keysources/keysource.ts';
import type { MasterKey, Metadata } from '../metadata/metadata.ts';
import { nameOf } from './master-key-name.ts';

/** What changes in one key group, by name. */
export interface GroupChange {
  readonly common: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Compares the master keys of a file with others, group by group (`cmd/sops/common`, DiffKeyGroups). */
export function compareGroups(
  keyGroups: Metadata['keyGroups'],
  wanted: readonly (readonly MasterKey[])[],
  keySources: readonly KeySource[],
): readonly GroupChange[] {
  const count = Math.max(keyGroups.length, wanted.length);
  return Array.from({ length: count }, (_, at) => {
    const ours = (keyGroups[at] ?? []).map(({ masterKey }) => nameOf(masterKey, keySources));
    const theirs = (wanted[at] ?? []).map((masterKey) => nameOf(masterKey, keySources));
    return {
      common: theirs.filter((name) => ours.includes(name)),
      added: theirs.filter((name) => !ours.includes(name)),
      removed: ours.filter((name) => !theirs.includes(name)),
    };
  });
}

/** Who is in a file and in no group of it any more, by name. */
export function leaversOf(changes: readonly GroupChange[]): readonly string[] {
  const staying = new Set(changes.flatMap(({ common, added }) => [...common, ...added]));
  return [...new Set(changes.flatMap(({ removed }) => removed).filter((name) => !staying.has(name)))];
}

export const isSame = ({ added, removed }: GroupChange): boolean => added.length === 0 && removed.length === 0;
