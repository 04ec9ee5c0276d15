import { wipe } from '../crypto/bytes.ts';
import { type KeyGroupAttempt, SopsError } from '../errors.ts';
import type { KeySource } from '../keysources/keysource.ts';
import type { KeyGroup, MasterKey, Metadata, WrappedKey } from '../metadata/metadata.ts';
import type { Services } from './operation.ts';

const dataKeyLength = 32;

/** Kinds of master key that are tried first, being local (`sops.go`, DefaultDecryptionOrder). */
const localFirst: readonly string[] = ['age', 'pgp'];

/** As real sops names a master key; by its kind where no source knows it. */
export function nameOf(masterKey: MasterKey, keySources: readonly KeySource[]): string {
  return keySources.find(({ kind }) => kind === masterKey.kind)?.describe(masterKey) ?? masterKey.kind;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A fresh data key, and how it is wrapped for each master key. */
export interface NewDataKey {
  readonly dataKey: Uint8Array;
  readonly keyGroups: readonly KeyGroup[];
}

/** Makes a data key and wraps it for all master keys. Throws `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE`. */
export async function makeDataKey(groups: readonly (readonly MasterKey[])[], services: Services): Promise<NewDataKey> {
  const dataKey = services.context.random(dataKeyLength);
  try {
    return { dataKey, keyGroups: await wrapDataKey(dataKey, groups, services) };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

/**
 * Wraps a data key for all master keys, keeping what is wrapped already: who stays keeps the very same entry.
 * @param kept the groups of the file as it is; entries of master keys that stay are taken from there
 */
export async function wrapDataKey(
  dataKey: Uint8Array,
  groups: readonly (readonly MasterKey[])[],
  services: Services,
  kept: readonly KeyGroup[] = [],
): Promise<readonly KeyGroup[]> {
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0)
    throw new SopsError('NO_MASTER_KEY', 'no master key to encrypt for', {
      hint: 'give one with --age, --pgp or --kms, or in a creation rule of .sops.yaml',
    });
  if (filled.length > 1) throw new SopsError('UNSUPPORTED', 'several key groups are not supported yet: put all master keys in one group');
  const known = new Map(kept.flat().map((wrapped) => [nameOf(wrapped.masterKey, services.keySources), wrapped]));
  return Promise.all(filled.map((group) => wrapForGroup(dataKey, group, services, known)));
}

async function wrapForGroup(
  dataKey: Uint8Array,
  group: readonly MasterKey[],
  services: Services,
  known: ReadonlyMap<string, WrappedKey>,
): Promise<KeyGroup> {
  const { keys, keySources, context } = services;
  const results = await Promise.allSettled(
    group.map(async (masterKey): Promise<WrappedKey> => {
      const stays = known.get(nameOf(masterKey, keySources));
      if (stays) return stays;
      const wrapped = await keys.wrap(dataKey, masterKey);
      return { masterKey, wrapped, createdAt: context.now() };
    }),
  );
  const failures = results.flatMap((result, at) => {
    const masterKey = group[at];
    return result.status === 'rejected' && masterKey ? [`${nameOf(masterKey, keySources)}: ${messageOf(result.reason)}`] : [];
  });
  if (failures.length > 0)
    throw new SopsError(
      'DATA_KEY_UNWRAPPABLE',
      `could not encrypt the data key with ${failures.length} of ${group.length} master keys: ${failures.join('; ')}`,
    );
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** Unwraps the data key with the first master key that can, local kinds first (`sops.go`, GetDataKeyWithKeyServices). Throws `DATA_KEY_UNRECOVERABLE` with all that was tried. */
export async function recoverDataKey(metadata: Metadata, services: Services): Promise<Uint8Array> {
  if (metadata.keyGroups.length > 1) throw new SopsError('UNSUPPORTED', 'files with several key groups are not supported yet');
  const groups: KeyGroupAttempt[] = [];
  for (const group of metadata.keyGroups) {
    const { share, attempts } = await unwrapGroup(inDecryptionOrder(group, services.decryptionOrder ?? localFirst), services);
    if (share?.length === dataKeyLength) return share;
    if (share) wipe(share);
    groups.push({
      recovered: false,
      attempts: share ? attempts.map((attempt) => ({ ...attempt, error: attempt.error ?? 'it is not 32 bytes long' })) : attempts,
    });
  }
  throw new SopsError('DATA_KEY_UNRECOVERABLE', 'failed to get the data key required to decrypt the SOPS file', { groups });
}

interface GroupResult {
  readonly share?: Uint8Array;
  readonly attempts: KeyGroupAttempt['attempts'];
}

async function unwrapGroup(group: KeyGroup, { keys, keySources }: Services): Promise<GroupResult> {
  const attempts: { masterKey: string; error?: string }[] = [];
  for (const wrapped of group) {
    const masterKey = nameOf(wrapped.masterKey, keySources);
    try {
      const share = await keys.unwrap(wrapped);
      return { share, attempts: [...attempts, { masterKey }] };
    } catch (error) {
      attempts.push({ masterKey, error: messageOf(error) });
    }
  }
  return { attempts };
}

function inDecryptionOrder(group: KeyGroup, order: readonly string[]): KeyGroup {
  const rank = ({ masterKey }: WrappedKey): number => (order.includes(masterKey.kind) ? order.indexOf(masterKey.kind) : order.length);
  return group.toSorted((a, b) => rank(a) - rank(b));
}
