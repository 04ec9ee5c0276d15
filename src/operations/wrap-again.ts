import { wipe } from '../crypto/bytes.ts';
import type { KeyGroup, MasterKey, Metadata, WrappedKey } from '../metadata/metadata.ts';
import { refuseEmptyGroups, wrapDataKey, type WantedKeys, wrapLanes, type WrappedGroups, wrapShares } from './data-key.ts';
import { settleAll } from './lanes.ts';
import { nameOf } from './master-key-name.ts';
import type { Services } from './operation.ts';
import { recoverDataKey, recoverShares } from './recover-data-key.ts';

/** Master keys as they shall be in a file that has some. */
export interface UpdatedKeys extends WantedKeys {
  /** Wrap the data key anew for those who stay as well. */
  readonly rewrap?: boolean;
}

/**
 * Wraps the data key of a file for other master keys. Where the shares of the key groups stay, so do the entries of those who stay, unless they are to be wrapped anew: then services that
 * can do it themselves are asked to, and the data key is not looked for unless somebody else needs it.
 * Throws `NO_MASTER_KEY`, `DATA_KEY_UNRECOVERABLE`, `DATA_KEY_UNWRAPPABLE`, `CANCELLED`.
 */
export async function wrapAgain(metadata: Metadata, wanted: UpdatedKeys, services: Services): Promise<WrappedGroups> {
  refuseEmptyGroups(wanted.keyGroups);
  if (!sharesStay(metadata, wanted, services)) return wrapForAll(metadata, wanted, services);
  const kept = wanted.rewrap === true ? await rewrapped(metadata.keyGroups, wanted, services) : metadata.keyGroups;
  const needing = groupsNeeding(kept, wanted, services);
  if (wanted.rewrap === true && needing.length === 0) return wrapWith([], kept, wanted, services);
  const { dataKey, shares } = await recoverShares(metadata, services, needing);
  try {
    if (needing.every((at) => shares[at] !== undefined)) return await wrapWith(shares, kept, wanted, services);
    return await wrapDataKey(dataKey, wanted, services);
  } finally {
    for (const bytes of [dataKey, ...shares]) if (bytes) wipe(bytes);
  }
}

/** With one key group before and after, the share is the data key. Of several, who goes must not be left with a share that counts, so that they get new ones. */
function sharesStay({ keyGroups, shamirThreshold }: Metadata, wanted: WantedKeys, services: Services): boolean {
  if (keyGroups.length !== wanted.keyGroups.length) return false;
  if (keyGroups.length === 1) return true;
  return (
    shamirThreshold === wanted.shamirThreshold && keyGroups.every((group, at) => isWithin(group, wanted.keyGroups[at] ?? [], services))
  );
}

function isWithin(group: KeyGroup, wanted: readonly MasterKey[], { keySources }: Services): boolean {
  const names = new Set(wanted.map((masterKey) => nameOf(masterKey, keySources)));
  return group.every(({ masterKey }) => names.has(nameOf(masterKey, keySources)));
}

async function wrapForAll(metadata: Metadata, wanted: WantedKeys, services: Services): Promise<WrappedGroups> {
  const dataKey = await recoverDataKey(metadata, services);
  try {
    return await wrapDataKey(dataKey, wanted, services);
  } finally {
    wipe(dataKey);
  }
}

async function wrapWith(
  shares: readonly (Uint8Array | undefined)[],
  kept: readonly KeyGroup[],
  { keyGroups, shamirThreshold }: WantedKeys,
  services: Services,
): Promise<WrappedGroups> {
  return { keyGroups: await wrapShares(keyGroups, shares, services, kept), shamirThreshold };
}

/** The key groups in which somebody has no entry yet. */
function groupsNeeding(kept: readonly KeyGroup[], { keyGroups }: WantedKeys, { keySources }: Services): readonly number[] {
  return keyGroups.flatMap((group, at) => {
    const names = new Set(kept[at]?.map(({ masterKey }) => nameOf(masterKey, keySources)));
    return group.every((masterKey) => names.has(nameOf(masterKey, keySources))) ? [] : [at];
  });
}

/** The entries of those who stay, where their service could encrypt them anew; a service that refuses to may still wrap. */
async function rewrapped(groups: readonly KeyGroup[], wanted: WantedKeys, services: Services): Promise<readonly KeyGroup[]> {
  const { keys, keySources, context } = services;
  const all = groups.flatMap((group, at) => {
    const names = new Set((wanted.keyGroups[at] ?? []).map((masterKey) => nameOf(masterKey, keySources)));
    return group.filter(({ masterKey }) => names.has(nameOf(masterKey, keySources))).map((wrapped) => ({ wrapped, at }));
  });
  const results = await settleAll(
    all.map(({ wrapped }) => async (): Promise<WrappedKey | undefined> => {
      const anew = await keys.rewrap?.(wrapped, context.signal);
      return anew === undefined ? undefined : { ...wrapped, wrapped: anew, createdAt: context.now() };
    }),
    wrapLanes,
    context.signal,
  );
  return groups.map((_, at) =>
    results.flatMap((result, index) =>
      result.status === 'fulfilled' && result.value !== undefined && all[index]?.at === at ? [result.value] : [],
    ),
  );
}
