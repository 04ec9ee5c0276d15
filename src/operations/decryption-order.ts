import type { KeySource } from '../keysources/keysource.ts';
import type { KeyGroup, WrappedKey } from '../metadata/metadata.ts';

/** Kinds that sops tries first (`sops.go`, DefaultDecryptionOrder). */
const first: readonly string[] = ['age', 'pgp'];

/** Kinds of master key whose turn it is together: those that ask nobody over a network, or those that do. */
export interface Stage {
  readonly local: boolean;
  /** The wrapped keys of a group that are tried in this stage, in their order. */
  keysOf(group: KeyGroup): KeyGroup;
}

/**
 * In which order master keys are tried: the kinds named, then age, PGP and the other local kinds, then all others. Within a kind, the order of the file counts.
 * A stage ends where local kinds and others meet.
 */
export function stagesOf(named: readonly string[] | undefined, keySources: readonly KeySource[]): readonly Stage[] {
  const local = new Set(keySources.flatMap((source) => (source.local === true ? [source.kind] : [])));
  const kinds = [...new Set([...(named ?? []), ...first, ...local])];
  const rank = ({ masterKey }: WrappedKey): number => (kinds.includes(masterKey.kind) ? kinds.indexOf(masterKey.kind) : kinds.length);
  const isLocal = (at: number): boolean => local.has(kinds[at] ?? '');
  const starts = [...kinds, 'all others'].flatMap((_, at) => (at === 0 || isLocal(at) !== isLocal(at - 1) ? [at] : []));
  return starts.map((start, at) => ({
    local: isLocal(start),
    keysOf: (group) =>
      group.filter((key) => rank(key) >= start && rank(key) < (starts[at + 1] ?? Infinity)).toSorted((a, b) => rank(a) - rank(b)),
  }));
}
