import { wipe } from '../crypto/bytes.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import type { MasterKey, Metadata } from '../metadata/metadata.ts';
import { amendKeys } from './amend-keys.ts';
import { effectiveThreshold, refuseEmptyGroups, type WantedKeys, wrapDataKey } from './data-key.ts';
import { readSealed } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';
import { recoverDataKey } from './recover-data-key.ts';

/** What becomes of the key groups of a file; a threshold of 0 leaves it as it is. */
export type GroupsChange =
  | { readonly do: 'add'; readonly group: readonly MasterKey[]; readonly shamirThreshold: number }
  | { readonly do: 'delete'; readonly index: number; readonly shamirThreshold: number };

/**
 * Adds a key group behind the others, or deletes one, by its index from 0 (`cmd/sops/subcommand/groups`). The data key stays; every group gets a new share of it. No value is opened.
 * Throws `NO_MASTER_KEY`, `USAGE` where there is no such group or too few are left, `DATA_KEY_UNRECOVERABLE`, `DATA_KEY_UNWRAPPABLE`.
 */
export async function changeGroups(source: Uint8Array, format: Format, change: GroupsChange, services: Services): Promise<Outcome> {
  const file = readSealed(source, format, services);
  const wanted = wantedKeys(file.metadata, change);
  refuseEmptyGroups(wanted.keyGroups);
  const dataKey = await recoverDataKey(file.metadata, services);
  try {
    return amendKeys(file, await wrapDataKey(dataKey, wanted, services), services);
  } finally {
    wipe(dataKey);
  }
}

function wantedKeys({ keyGroups, shamirThreshold }: Metadata, change: GroupsChange): WantedKeys {
  const present = keyGroups.map((group) => group.map(({ masterKey }) => masterKey));
  if (change.do === 'add') {
    const old = shamirThreshold < 2 ? 0 : shamirThreshold;
    return { keyGroups: [...present, change.group], shamirThreshold: change.shamirThreshold === 0 ? old : change.shamirThreshold };
  }
  const threshold = change.shamirThreshold === 0 ? shamirThreshold : change.shamirThreshold;
  if (change.index >= present.length)
    throw new SopsError('USAGE', `there is no key group ${change.index}: the file has ${present.length}, counted from 0`);
  const left = present.filter((_, at) => at !== change.index);
  if (left.length === 0)
    throw new SopsError('NO_MASTER_KEY', 'the only key group of a file cannot be deleted: nobody could decrypt it', {
      hint: 'add another group before',
    });
  if (left.length < threshold)
    throw new SopsError(
      'USAGE',
      `removing this key group will make the Shamir threshold impossible to satisfy: Shamir threshold is ${threshold}, but we only have ${left.length} key groups`,
      { hint: `give a lower one with --shamir-secret-sharing-threshold` },
    );
  return { keyGroups: left, shamirThreshold: change.shamirThreshold === 0 ? effectiveThreshold(threshold, left.length) : threshold };
}
