import { wipe } from '../crypto/bytes.ts';
import type { Format } from '../formats/format.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { MasterKey, Metadata } from '../metadata/metadata.ts';
import { amendKeys } from './amend-keys.ts';
import { completeGroups } from './complete-key.ts';
import { refuseEmptyGroups, type WantedKeys, type WrappedGroups, wrapDataKey, wrapShares } from './data-key.ts';
import { nameOf } from './master-key-name.ts';
import { readSealed, type SealedFile } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';
import { recoverShares, type RecoveredKey } from './recover-data-key.ts';

/** What changes in one key group, by name. */
export interface GroupChange {
  readonly common: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** A change of master keys, ready to be shown and then made. */
export interface KeyUpdate {
  readonly upToDate: boolean;
  readonly groups: readonly GroupChange[];
  readonly shamirThreshold: { readonly from: number; readonly to: number };
  /** Makes the change: only entries of the metadata that differ are touched, no value is opened. */
  apply(): Promise<Outcome>;
}

/**
 * Compares the master keys of a file with those wanted (`cmd/sops/subcommand/updatekeys`).
 * @param wanting a threshold of 0 leaves it as it is; one above the number of key groups counts as that number, as in sops
 */
export async function planUpdateKeys(source: Uint8Array, format: Format, wanting: WantedKeys, services: Services): Promise<KeyUpdate> {
  const file = readSealed(source, format, services);
  const wanted = { ...wanting, keyGroups: await completeGroups(wanting.keyGroups, services) };
  const groups = compareGroups(file.metadata.keyGroups, wanted, services.keySources);
  const from = file.metadata.shamirThreshold;
  const threshold = { from, to: thresholdFor(from, wanted) };
  const upToDate = threshold.from === threshold.to && groups.every(isSame) && !isReordered(file.metadata, wanted, services.keySources);
  const target = { ...wanted, shamirThreshold: threshold.to };
  return { upToDate, groups, shamirThreshold: threshold, apply: () => apply(file, target, services) };
}

/** With one key group, what sops makes of it: nothing is shared there. Several take 2 at least; a 1 is what sops leaves behind where there was one group. */
function thresholdFor(from: number, { keyGroups: { length }, shamirThreshold }: WantedKeys): number {
  if (length <= 1) return Math.min(from, length);
  const wanted = Math.min(shamirThreshold === 0 ? from : shamirThreshold, length);
  return wanted === 0 || (wanted === 1 && shamirThreshold === 0) ? length : wanted;
}

function compareGroups(keyGroups: Metadata['keyGroups'], wanted: WantedKeys, keySources: readonly KeySource[]): readonly GroupChange[] {
  const count = Math.max(keyGroups.length, wanted.keyGroups.length);
  return Array.from({ length: count }, (_, at) => {
    const ours = (keyGroups[at] ?? []).map(({ masterKey }) => nameOf(masterKey, keySources));
    const theirs = (wanted.keyGroups[at] ?? []).map((masterKey) => nameOf(masterKey, keySources));
    return {
      common: theirs.filter((name) => ours.includes(name)),
      added: theirs.filter((name) => !ours.includes(name)),
      removed: ours.filter((name) => !theirs.includes(name)),
    };
  });
}

const isSame = ({ added, removed }: GroupChange): boolean => added.length === 0 && removed.length === 0;

/** Whether master keys of one kind stand in another order than wanted: in the file each kind has a list of its own, and they are tried in its order. */
function isReordered({ keyGroups }: Metadata, wanted: WantedKeys, keySources: readonly KeySource[]): boolean {
  const inLists = (group: readonly MasterKey[]): string =>
    JSON.stringify(
      keySources.map((source) => group.filter(({ kind }) => kind === source.kind).map((masterKey) => source.describe(masterKey))),
    );
  return keyGroups.some((group, at) => inLists(group.map(({ masterKey }) => masterKey)) !== inLists(wanted.keyGroups[at] ?? []));
}

async function apply(file: SealedFile, wanted: WantedKeys, services: Services): Promise<Outcome> {
  refuseEmptyGroups(wanted.keyGroups);
  const recovered = await recoverShares(file.metadata, services);
  try {
    return amendKeys(file, await wrapAgain(file.metadata, recovered, wanted, services), services);
  } finally {
    for (const bytes of [recovered.dataKey, ...recovered.shares]) if (bytes) wipe(bytes);
  }
}

/** Keeps the entries of those who stay where their share stays: with one key group, and where master keys of groups whose share is known are only added. */
async function wrapAgain(
  { keyGroups, shamirThreshold }: Metadata,
  { dataKey, shares }: RecoveredKey,
  wanted: WantedKeys,
  services: Services,
): Promise<WrappedGroups> {
  const only = keyGroups.length === 1 && wanted.keyGroups.length === 1;
  const changes = compareGroups(keyGroups, wanted, services.keySources);
  const sharesStay =
    keyGroups.length === wanted.keyGroups.length &&
    shamirThreshold === wanted.shamirThreshold &&
    changes.every(({ added, removed }, at) => removed.length === 0 && (added.length === 0 || shares[at] !== undefined));
  if (!only && !sharesStay) return wrapDataKey(dataKey, wanted, services);
  return { keyGroups: await wrapShares(wanted.keyGroups, shares, services, keyGroups), shamirThreshold: wanted.shamirThreshold };
}
