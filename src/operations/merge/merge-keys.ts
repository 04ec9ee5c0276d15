import { sameBytes } from '../../crypto/bytes.ts';
import type { Document } from '../../document/tree.ts';
import type { KeyGroup, MasterKey, Metadata, WrappedKey } from '../../metadata/metadata.ts';
import { makeDataKey, refuseEmptyGroups, type WrappedGroups, wrapShares } from '../data-key.ts';
import { CiphertextMemory } from '../memory.ts';
import type { OpenedFile } from '../open-file.ts';
import type { Services } from '../operation.ts';
import { wrapAgain } from '../wrap-again.ts';
import { keyName, keyNames, type MergedRules, removedKeys } from './merge-metadata.ts';

/** The data key of a merged file, how it is wrapped, and the ciphertexts that are known under it. */
export interface MergedKeys extends WrappedGroups {
  /** Of a side, which wipes it, or with `fresh` to be wiped by whoever asked. */
  readonly dataKey: Uint8Array;
  readonly fresh: boolean;
  readonly memory: CiphertextMemory;
  /** The encrypted document that the merged one succeeds, and the side that it is of. */
  readonly previous?: Document;
  readonly predecessor?: OpenedFile;
  readonly notes: readonly string[];
}

/** The encrypted ones of three versions. */
export interface SealedFiles {
  /** Without a data key where it could not be opened. */
  readonly base: KeyedFile | undefined;
  readonly ours: OpenedFile | undefined;
  readonly theirs: OpenedFile | undefined;
}

interface KeyedFile {
  readonly metadata: Metadata;
  readonly dataKey?: Uint8Array;
}

/**
 * Chooses the data key. Where one side made a new one, it is that of this side; where both did, ours. Nobody whom a side removed and shut out by a new data key may know it: where both
 * sides have the data key wrapped for such a one, a new one is made. The data key is wrapped for those who have no entry under it.
 * Throws `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE`, `CANCELLED`.
 */
export async function mergeKeys(files: SealedFiles, rules: MergedRules, services: Services): Promise<MergedKeys> {
  refuseEmptyGroups(rules.keyGroups);
  const chosen = chooseFile(files, services);
  const notes = keyNotes(files, chosen, services);
  if (chosen === undefined) {
    const made = await makeDataKey(rules, services);
    const previous = files.ours?.document ?? files.theirs?.document;
    return { ...made, fresh: true, memory: new CiphertextMemory(), notes, ...(previous && { previous }) };
  }
  const others = [files.ours, files.theirs].filter((file) => file !== undefined && file !== chosen && sameKey(file, chosen));
  const memory = others.reduce((joined, file) => (file === undefined ? joined : joined.joined(file.memory)), chosen.memory.copy());
  const wrapped = await wrapMissing(chosen, others[0], { rules, base: files.base }, services);
  return { ...wrapped, dataKey: chosen.dataKey, fresh: false, memory, previous: chosen.document, predecessor: chosen, notes };
}

const sameKey = ({ dataKey }: OpenedFile, other: KeyedFile | undefined): boolean =>
  other?.dataKey !== undefined && sameBytes(dataKey, other.dataKey);

/** The side whose data key is taken; undefined where there must be a new one. */
function chooseFile({ base, ours, theirs }: SealedFiles, { keySources }: Services): OpenedFile | undefined {
  if (ours === undefined || theirs === undefined) return ours ?? theirs;
  if (sameKey(ours, theirs)) return ours;
  const rotated = [ours, theirs].filter((file) => !sameKey(file, base));
  const shutOut = new Set(rotated.flatMap(({ metadata }) => removedKeys(base?.metadata, metadata, keySources)));
  const knows = ({ metadata }: OpenedFile): boolean => [...keyNames(metadata, keySources)].some((name) => shutOut.has(name));
  return rotated.find((file) => !knows(file));
}

function keyNotes({ base, ours, theirs }: SealedFiles, chosen: OpenedFile | undefined, { keySources }: Services): readonly string[] {
  if (ours === undefined || theirs === undefined) return [];
  if (chosen === undefined) return ['both sides made a new data key and shut others out: the merged file has one of its own'];
  const notes: string[] = [];
  if (!sameKey(ours, theirs)) {
    const both = [ours, theirs].every((file) => !sameKey(file, base));
    const whose = chosen === ours ? 'ours' : 'theirs';
    notes.push(both ? `the sides have different data keys: the merged file has ${whose}` : `the data key is the new one, ${whose}`);
  }
  const known = keyNames(chosen.metadata, keySources);
  const kept = sameKey(chosen, base);
  const leavers = [ours, theirs].flatMap(({ metadata }) => removedKeys(base?.metadata, metadata, keySources));
  if (leavers.some((name) => kept || known.has(name)))
    notes.push('who was removed still knows the data key, as no new one was made for that: `rotate` makes one');
  return notes;
}

/** The entries of all whom the file is for: those that are there, and new ones for others. */
async function wrapMissing(
  chosen: OpenedFile,
  other: OpenedFile | undefined,
  { rules, base }: { readonly rules: MergedRules; readonly base: KeyedFile | undefined },
  services: Services,
): Promise<WrappedGroups> {
  const { keyGroups, shamirThreshold } = rules;
  const [group = []] = keyGroups;
  const files = other === undefined ? [chosen] : [chosen, other];
  if (keyGroups.length === 1 && files.every(({ metadata }) => metadata.keyGroups.length === 1)) {
    const kept = entriesFor(group, [chosen, other, sameKey(chosen, base) ? base : undefined], services);
    return { keyGroups: [await complete(group, kept, chosen.dataKey, services)], shamirThreshold };
  }
  const same = files.find(({ metadata }) => isFor(metadata, rules, services));
  return same === undefined ? wrapAgain(chosen.metadata, rules, services) : { keyGroups: same.metadata.keyGroups, shamirThreshold };
}

/** Whether a version has the very key groups that are wanted. */
function isFor(metadata: Metadata, { keyGroups, shamirThreshold }: MergedRules, { keySources }: Services): boolean {
  const namesOf = (groups: readonly (readonly MasterKey[])[]): string =>
    JSON.stringify(groups.map((group) => group.map((masterKey) => keyName(masterKey, keySources)).toSorted()));
  const present = metadata.keyGroups.map((group) => group.map(({ masterKey }) => masterKey));
  return metadata.shamirThreshold === shamirThreshold && namesOf(present) === namesOf(keyGroups);
}

/** The entries that there are for master keys: of the chosen side, unless that has them from the base and the other side wrapped anew. */
function entriesFor(
  group: readonly MasterKey[],
  [chosen, other, base]: readonly (KeyedFile | undefined)[],
  { keySources }: Services,
): ReadonlyMap<string, WrappedKey> {
  const entryIn = (file: KeyedFile | undefined, name: string): WrappedKey | undefined =>
    file?.metadata.keyGroups[0]?.find(({ masterKey }) => keyName(masterKey, keySources) === name);
  const found = group.flatMap((masterKey) => {
    const name = keyName(masterKey, keySources);
    const [mine, theirs, old] = [entryIn(chosen, name), entryIn(other, name), entryIn(base, name)];
    const entry = mine === undefined || (theirs !== undefined && mine.wrapped === old?.wrapped) ? (theirs ?? mine) : mine;
    return entry === undefined ? [] : [[name, entry] as const];
  });
  return new Map(found);
}

async function complete(
  group: readonly MasterKey[],
  kept: ReadonlyMap<string, WrappedKey>,
  dataKey: Uint8Array,
  services: Services,
): Promise<KeyGroup> {
  const missing = group.filter((masterKey) => !kept.has(keyName(masterKey, services.keySources)));
  const [wrapped = []] = missing.length === 0 ? [] : await wrapShares([missing], [dataKey], services);
  const made = new Map(wrapped.map((entry, at) => [missing[at], entry]));
  return group.flatMap((masterKey) => kept.get(keyName(masterKey, services.keySources)) ?? made.get(masterKey) ?? []);
}
