import { printable } from '../../errors.ts';
import type { Entry } from '../../document/tree.ts';
import type { KeySource } from '../../keysources/keysource.ts';
import type { MasterKey, Metadata, Selection, UnknownKey } from '../../metadata/metadata.ts';
import { nameOf } from '../master-key-name.ts';
import { nodeText } from './node-text.ts';
import { eachOf, type Pick } from './three.ts';

/** What a merged file is encrypted by. */
export interface MergedRules {
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  readonly shamirThreshold: number;
  readonly keyGroups: readonly (readonly MasterKey[])[];
  readonly unknown: readonly Entry[];
}

/** Rules put together of three versions. */
export interface MergedMetadata {
  readonly rules: MergedRules;
  /** What both sides changed in different ways: `the selection`, say. */
  readonly conflicts: readonly string[];
  /** What came of master keys and rules. */
  readonly notes: readonly string[];
}

/** The metadata of two sides, and of their common version where that is encrypted and can be read. */
export interface MetadataVersions {
  readonly base: Metadata | undefined;
  readonly ours: Metadata;
  readonly theirs: Metadata;
}

/** Names a master key as no other is: those that no source knows, by all that is written of them. */
export function keyName(masterKey: MasterKey, keySources: readonly KeySource[]): string {
  if (keySources.some(({ kind }) => kind === masterKey.kind)) return nameOf(masterKey, keySources);
  return isUnknown(masterKey) ? `${masterKey.kind} ${nodeText(masterKey.entry, false)}` : masterKey.kind;
}

const isUnknown = (masterKey: MasterKey): masterKey is UnknownKey => 'entry' in masterKey;

/**
 * Merges what two versions are encrypted by, field by field. Master keys that either side added are in, and those that either side removed are out; where there is no common version,
 * nobody can have removed any.
 */
export function mergeMetadata(versions: MetadataVersions, pick: Pick, keySources: readonly KeySource[]): MergedMetadata {
  const merge = new RulesMerge(versions, pick, keySources);
  const rules: MergedRules = {
    selection: merge.field('the selection of values', ({ selection }) => selection),
    macOnlyEncrypted: merge.field('mac_only_encrypted', ({ macOnlyEncrypted }) => macOnlyEncrypted),
    shamirThreshold: merge.field('the threshold of key groups', ({ shamirThreshold }) => shamirThreshold),
    keyGroups: merge.groups(),
    unknown: merge.unknown(),
  };
  return { rules, conflicts: merge.conflicts, notes: merge.notes };
}

class RulesMerge {
  readonly conflicts: string[] = [];
  readonly notes: string[] = [];
  readonly #versions: MetadataVersions;
  readonly #pick: Pick;
  readonly #keySources: readonly KeySource[];

  constructor(versions: MetadataVersions, pick: Pick, keySources: readonly KeySource[]) {
    this.#versions = versions;
    this.#pick = pick;
    this.#keySources = keySources;
  }

  /** The value of a field: of the side that changed it. */
  field<T>(name: string, of: (metadata: Metadata) => T): T {
    const { base } = this.#versions;
    const [ours, theirs] = [of(this.#versions.ours), of(this.#versions.theirs)];
    const old = base === undefined ? undefined : JSON.stringify(of(base));
    if (JSON.stringify(ours) === JSON.stringify(theirs)) return ours;
    if (JSON.stringify(theirs) === old) return ours;
    if (JSON.stringify(ours) === old) {
      this.notes.push(`${name} is as they changed it`);
      return theirs;
    }
    this.conflicts.push(name);
    return this.#pick === 'theirs' ? theirs : ours;
  }

  groups(): MergedRules['keyGroups'] {
    const { ours, theirs, base } = this.#versions;
    const counts = new Set([ours, theirs, base ?? ours].map(({ keyGroups }) => keyGroups.length));
    if (counts.size > 1) return this.#regrouped();
    return ours.keyGroups.map((_, at) => this.#group(at));
  }

  /** Where one side has other key groups, theirs are taken whole. */
  #regrouped(): MergedRules['keyGroups'] {
    const groups = this.field('the key groups', ({ keyGroups }) =>
      keyGroups.map((group) => group.map(({ masterKey }) => keyName(masterKey, this.#keySources))),
    );
    const { ours, theirs } = this.#versions;
    const side = [ours, theirs].find(
      ({ keyGroups }) =>
        JSON.stringify(keyGroups.map((group) => group.map(({ masterKey }) => keyName(masterKey, this.#keySources)))) ===
        JSON.stringify(groups),
    );
    return (side ?? ours).keyGroups.map((group) => group.map(({ masterKey }) => masterKey));
  }

  #group(at: number): readonly MasterKey[] {
    const keys = eachOf<Metadata | undefined, ReadonlyMap<string, MasterKey>>(
      this.#versions,
      (metadata) => new Map((metadata?.keyGroups[at] ?? []).map(({ masterKey }) => [keyName(masterKey, this.#keySources), masterKey])),
    );
    const { base, ours, theirs } = keys;
    const where = this.#versions.ours.keyGroups.length > 1 ? ` in key group ${at}` : '';
    for (const [side, mine, other] of [
      ['we', ours, theirs],
      ['they', theirs, ours],
    ] as const) {
      for (const name of mine.keys())
        if (!base.has(name) && !other.has(name)) this.notes.push(`${side} added ${printable(name)}${where}: it can read the merged file`);
      for (const name of base.keys()) if (!mine.has(name)) this.notes.push(`${side} removed ${printable(name)}${where}: it stays removed`);
    }
    const stays = (name: string): boolean => !base.has(name) || (ours.has(name) && theirs.has(name));
    return [...new Map([...ours, ...theirs, ...ours])].flatMap(([name, masterKey]) => (stays(name) ? [masterKey] : []));
  }

  /** What a newer program wrote, entry by entry. */
  unknown(): readonly Entry[] {
    const { ours, theirs } = this.#versions;
    const all = [...(ours.unknown ?? []), ...(theirs.unknown ?? [])];
    return [...new Set(all.map(({ key }) => key))].flatMap((key) => {
      const of = ({ unknown = [] }: Metadata): string => {
        const entry = unknown.find((one) => one.key === key);
        return entry === undefined ? '' : nodeText(entry.value, true);
      };
      const chosen = this.field(`the entry ${printable(key)} of the metadata`, of);
      const entry = all.find((one) => one.key === key && nodeText(one.value, true) === chosen);
      return entry === undefined ? [] : [entry];
    });
  }
}

/** Names that a side removed; none where there is no common version. */
export function removedKeys(base: Metadata | undefined, side: Metadata, keySources: readonly KeySource[]): readonly string[] {
  const names = keyNames(side, keySources);
  return base === undefined ? [] : [...keyNames(base, keySources)].filter((name) => !names.has(name));
}

/** The names of all whom a version is encrypted for. */
export const keyNames = ({ keyGroups }: Metadata, keySources: readonly KeySource[]): ReadonlySet<string> =>
  new Set(keyGroups.flat().map(({ masterKey }) => keyName(masterKey, keySources)));
