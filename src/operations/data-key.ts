import { wipe } from '../crypto/bytes.ts';
import { splitSecret } from '../crypto/shamir.ts';
import { SopsError } from '../errors.ts';
import type { KeyGroup, MasterKey, Metadata, WrappedKey } from '../metadata/metadata.ts';
import { completeKey } from './complete-key.ts';
import { settleAll } from './lanes.ts';
import { messageOf, nameOf } from './master-key-name.ts';
import type { Services } from './operation.ts';

/** The length of a data key, in bytes. */
export const dataKeyLength = 32;

/** How many master keys are asked at once to wrap. */
export const wrapLanes = 8;

/** Master keys as they shall be. */
export interface WantedKeys {
  readonly keyGroups: readonly (readonly MasterKey[])[];
  /** How many key groups it takes to recover the data key; 0: all of them. */
  readonly shamirThreshold: number;
}

/** The threshold that counts: below 2 there is none, whatever a file says. Real sops leaves a 1 where there was one key group. */
export const effectiveThreshold = (shamirThreshold: number, groups: number): number =>
  groups > 1 && shamirThreshold < 2 ? groups : shamirThreshold;

/** How a data key is wrapped: what of it the metadata holds. */
export type WrappedGroups = Pick<Metadata, 'keyGroups' | 'shamirThreshold'>;

/** A fresh data key, and how it is wrapped for each master key. */
export interface NewDataKey extends WrappedGroups {
  readonly dataKey: Uint8Array;
}

/** Makes a data key and wraps it for all master keys. Throws `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE`, `CANCELLED`. */
export async function makeDataKey(wanted: WantedKeys, services: Services): Promise<NewDataKey> {
  const dataKey = services.context.random(dataKeyLength);
  try {
    return { dataKey, ...(await wrapDataKey(dataKey, wanted, services)) };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

/**
 * Wraps a data key for all master keys (`sops.go`, UpdateMasterKeysWithKeyServices): with one key group the key itself, with several a share for each.
 * Throws `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE` with all failures, `CANCELLED`.
 */
export async function wrapDataKey(dataKey: Uint8Array, wanted: WantedKeys, services: Services): Promise<WrappedGroups> {
  refuseEmptyGroups(wanted.keyGroups);
  const { length } = wanted.keyGroups;
  if (length === 1) {
    return { keyGroups: await wrapShares(wanted.keyGroups, [dataKey], services), shamirThreshold: wanted.shamirThreshold };
  }
  const shamirThreshold = wanted.shamirThreshold === 0 ? length : wanted.shamirThreshold;
  const shares = splitSecret(dataKey, { shares: length, threshold: shamirThreshold }, services.context.random);
  try {
    return { keyGroups: await wrapShares(wanted.keyGroups, shares, services), shamirThreshold };
  } finally {
    for (const share of shares) wipe(share);
  }
}

/** Throws `NO_MASTER_KEY`. */
export function refuseEmptyGroups(groups: WantedKeys['keyGroups']): void {
  if (groups.every(({ length }) => length === 0))
    throw new SopsError('NO_MASTER_KEY', 'no master key to encrypt for', {
      hint: 'give one with --age, --pgp or --kms, or in a creation rule of .sops.yaml',
    });
  const empty = groups.findIndex(({ length }) => length === 0);
  if (empty !== -1)
    throw new SopsError('NO_MASTER_KEY', `empty key group provided: group ${empty + 1} of ${groups.length} has no master key`, {
      hint: 'give it a master key, or leave the group out',
    });
}

/**
 * Wraps one share a group for each of its master keys, side by side. Throws `DATA_KEY_UNWRAPPABLE` with all failures, `CANCELLED`.
 * @param kept groups as they are: a master key that stays in its group keeps the very same entry, whose share must be this one
 */
export async function wrapShares(
  groups: WantedKeys['keyGroups'],
  shares: readonly (Uint8Array | undefined)[],
  services: Services,
  kept: readonly KeyGroup[] = [],
): Promise<readonly KeyGroup[]> {
  const { keys, keySources, context } = services;
  const wraps = groups.flatMap((group, at) => {
    const known = new Map((kept[at] ?? []).map((wrapped) => [nameOf(wrapped.masterKey, keySources), wrapped]));
    return group.map((masterKey) => ({ masterKey, at, stays: known.get(nameOf(masterKey, keySources)) }));
  });
  const results = await settleAll(
    wraps.map(({ masterKey, at, stays }) => async (): Promise<WrappedKey> => {
      if (stays) return stays;
      const share = shares[at];
      if (!share) throw new TypeError('no share is known for a key group');
      const complete = await completeKey(masterKey, services);
      return { masterKey: complete, wrapped: await keys.wrap(share, complete, context.signal), createdAt: context.now() };
    }),
    wrapLanes,
    context.signal,
  );
  const failures = results.flatMap((result, at) => {
    const masterKey = wraps[at]?.masterKey;
    return result.status === 'rejected' && masterKey ? [`${nameOf(masterKey, keySources)}: ${messageOf(result.reason)}`] : [];
  });
  if (failures.length > 0)
    throw new SopsError(
      'DATA_KEY_UNWRAPPABLE',
      `could not encrypt the data key with ${failures.length} of ${wraps.length} master keys: ${failures.join('; ')}`,
    );
  return groups.map((_, at) =>
    results.flatMap((result, index) => (result.status === 'fulfilled' && wraps[index]?.at === at ? [result.value] : [])),
  );
}
