import { wipe } from '../crypto/bytes.ts';
import type { Format } from '../formats/format.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { MasterKey, Metadata } from '../metadata/metadata.ts';
import { amendKeys } from './amend-keys.ts';
import { completeGroups } from './complete-key.ts';
import { effectiveThreshold, type WantedKeys } from './data-key.ts';
import { compareGroups, type GroupChange, isSame, leaversOf } from './group-changes.ts';
import { openSealed, readSealed } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';
import type { Rewriting } from './rewrite.ts';
import { encryptAnew } from './rotate.ts';
import { type UpdatedKeys, wrapAgain } from './wrap-again.ts';

/** A change of master keys, ready to be shown and then made. */
export interface KeyUpdate {
  readonly upToDate: boolean;
  readonly groups: readonly GroupChange[];
  readonly shamirThreshold: { readonly from: number; readonly to: number };
  /** Whom the file is encrypted for and will be no longer, by name: they may have kept the data key. */
  readonly leavers: readonly string[];
  /**
   * Makes the change: only entries of the metadata that differ are touched, no value is opened.
   * Throws `NO_MASTER_KEY`, `DATA_KEY_UNRECOVERABLE`, `DATA_KEY_UNWRAPPABLE`, `CANCELLED`.
   */
  apply(): Promise<Outcome>;
  /**
   * Makes the change with a new data key, under which all values are encrypted, so that no leaver can read what the file holds from now on.
   * Throws as `apply`, and `VALUE_UNOPENABLE`, `MAC_MISMATCH`.
   */
  applyAnew(rewriting: Rewriting): Promise<Outcome>;
}

/**
 * Compares the master keys of a file with those wanted (`cmd/sops/subcommand/updatekeys`).
 * @param wanting a threshold of 0 leaves it as it is; one above the number of key groups counts as that number, as in sops
 */
export async function planUpdateKeys(source: Uint8Array, format: Format, wanting: UpdatedKeys, services: Services): Promise<KeyUpdate> {
  const file = readSealed(source, format, services);
  const wanted = { ...wanting, keyGroups: await completeGroups(wanting.keyGroups, services) };
  const groups = compareGroups(file.metadata.keyGroups, wanted.keyGroups, services.keySources);
  const from = file.metadata.shamirThreshold;
  const threshold = { from, to: thresholdFor(from, wanted) };
  const isAsWanted = threshold.from === threshold.to && groups.every(isSame) && !isReordered(file.metadata, wanted, services.keySources);
  return {
    upToDate: isAsWanted && wanted.rewrap !== true,
    groups,
    shamirThreshold: threshold,
    leavers: leaversOf(groups),
    apply: async () => amendKeys(file, await wrapAgain(file.metadata, { ...wanted, shamirThreshold: threshold.to }, services), services),
    applyAnew: async (rewriting) => {
      const opened = await openSealed(file, { ignoreMac: false }, services);
      try {
        return await encryptAnew(opened, { ...wanted, shamirThreshold: threshold.to }, rewriting, services);
      } finally {
        wipe(opened.dataKey);
      }
    },
  };
}

/** With one key group, what sops makes of it: nothing is shared there. Of several, what is wanted outright, else what the file says. */
function thresholdFor(from: number, { keyGroups: { length }, shamirThreshold }: WantedKeys): number {
  if (length <= 1) return Math.min(from, length);
  return Math.min(shamirThreshold === 0 ? effectiveThreshold(from, length) : shamirThreshold, length);
}

/** Whether master keys of one kind stand in another order than wanted: in the file each kind has a list of its own, and they are tried in its order. */
function isReordered({ keyGroups }: Metadata, wanted: WantedKeys, keySources: readonly KeySource[]): boolean {
  const inLists = (group: readonly MasterKey[]): string =>
    JSON.stringify(
      keySources.map((source) => group.filter(({ kind }) => kind === source.kind).map((masterKey) => source.describe(masterKey))),
    );
  return keyGroups.some((group, at) => inLists(group.map(({ masterKey }) => masterKey)) !== inLists(wanted.keyGroups[at] ?? []));
}
