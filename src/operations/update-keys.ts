import { utf8, wipe } from '../crypto/bytes.ts';
import { splice } from '../document/splice.ts';
import type { Format } from '../formats/format.ts';
import type { KeySource } from '../keysources/keysource.ts';
import { writeMetadata } from '../metadata/codec.ts';
import type { MasterKey } from '../metadata/metadata.ts';
import { shapeRecord } from '../metadata/shape.ts';
import { nameOf, recoverDataKey, wrapDataKey } from './data-key.ts';
import { readSealed, type SealedFile } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';

/** Master keys as they shall be. */
export interface WantedKeys {
  readonly keyGroups: readonly (readonly MasterKey[])[];
  /** 0: leave it as it is. */
  readonly shamirThreshold: number;
}

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

/** Compares the master keys of a file with those wanted (`cmd/sops/subcommand/updatekeys`). */
export function planUpdateKeys(source: Uint8Array, format: Format, wanted: WantedKeys, services: Services): KeyUpdate {
  const file = readSealed(source, format, services);
  const groups = compareGroups(file, wanted, services.keySources);
  const from = file.metadata.shamirThreshold;
  const threshold = { from, to: wanted.keyGroups.length > 1 ? wanted.shamirThreshold : from };
  const upToDate = groups.every(({ added, removed }) => added.length === 0 && removed.length === 0) && threshold.from === threshold.to;
  return { upToDate, groups, shamirThreshold: threshold, apply: () => apply(file, wanted, threshold.to, services) };
}

function compareGroups({ metadata }: SealedFile, wanted: WantedKeys, keySources: readonly KeySource[]): readonly GroupChange[] {
  const count = Math.max(metadata.keyGroups.length, wanted.keyGroups.length);
  return Array.from({ length: count }, (_, at) => {
    const ours = (metadata.keyGroups[at] ?? []).map(({ masterKey }) => nameOf(masterKey, keySources));
    const theirs = (wanted.keyGroups[at] ?? []).map((masterKey) => nameOf(masterKey, keySources));
    return {
      common: theirs.filter((name) => ours.includes(name)),
      added: theirs.filter((name) => !ours.includes(name)),
      removed: ours.filter((name) => !theirs.includes(name)),
    };
  });
}

async function apply(file: SealedFile, wanted: WantedKeys, shamirThreshold: number, services: Services): Promise<Outcome> {
  const dataKey = await recoverDataKey(file.metadata, services);
  try {
    const keyGroups = await wrapDataKey(dataKey, wanted.keyGroups, services, file.metadata.keyGroups);
    const metadata = { ...file.metadata, keyGroups, shamirThreshold };
    const record = shapeRecord(writeMetadata(metadata, services.keySources), file.format.shape);
    const text = splice(file.document.source, file.format.amend(file.document, record));
    return { content: utf8(text), warnings: [] };
  } finally {
    wipe(dataKey);
  }
}
