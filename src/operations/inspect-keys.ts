import { wipe } from '../crypto/bytes.ts';
import { combineShares, shareOverhead } from '../crypto/shamir.ts';
import type { Format } from '../formats/format.ts';
import type { Metadata, WrappedKey } from '../metadata/metadata.ts';
import { dataKeyLength, effectiveThreshold, wrapLanes } from './data-key.ts';
import { settleAll } from './lanes.ts';
import { messageOf, nameOf } from './master-key-name.ts';
import { readSealed } from './open-file.ts';
import type { Services } from './operation.ts';
import { opensMac } from './recover-data-key.ts';

/** A master key of a file, and whether it opens its share here and now. */
export interface InspectedKey {
  readonly kind: string;
  /** As real sops names it. */
  readonly name: string;
  /** When the data key was wrapped for it, where the file says so. */
  readonly createdAt?: Date;
  readonly opens: boolean;
  /** Why it does not open. */
  readonly error?: string;
}

/** Who can open a file. */
export interface InspectedFile {
  /** Whether enough key groups open, and what they hold is the data key. */
  readonly opens: boolean;
  /** How many key groups it takes. */
  readonly needed: number;
  readonly groups: readonly (readonly InspectedKey[])[];
}

interface Tried {
  readonly key: InspectedKey;
  readonly share?: Uint8Array;
}

/**
 * Has every master key of a file unwrap its share: those that ask nobody over a network one after another, the others side by side. Nothing is decrypted, and no share is kept.
 * Throws `METADATA_NOT_FOUND`, `MALFORMED_METADATA`, `MALFORMED_DOCUMENT`, `CANCELLED`.
 */
export async function inspectKeys(source: Uint8Array, format: Format, services: Services): Promise<InspectedFile> {
  const { metadata } = readSealed(source, format, services);
  const tried = await tryAll(metadata, services);
  try {
    return {
      opens: opensFile(metadata, tried),
      needed: neededGroups(metadata),
      groups: tried.map((group) => group.map(({ key }) => key)),
    };
  } finally {
    for (const { share } of tried.flat()) if (share) wipe(share);
  }
}

const neededGroups = ({ keyGroups: { length }, shamirThreshold }: Metadata): number =>
  length === 1 ? 1 : effectiveThreshold(shamirThreshold, length);

async function tryAll(metadata: Metadata, services: Services): Promise<readonly (readonly Tried[])[]> {
  const { keySources, context } = services;
  const local = new Set(keySources.flatMap((source) => (source.local === true ? [source.kind] : [])));
  const all = metadata.keyGroups.flat();
  const tried = new Map<WrappedKey, Tried>();
  const attempt = (wrapped: WrappedKey) => async (): Promise<void> => {
    tried.set(wrapped, await tryKey(wrapped, metadata, services));
  };
  const isLocal = ({ masterKey }: WrappedKey): boolean => local.has(masterKey.kind);
  await settleAll(all.filter(isLocal).map(attempt), 1, context.signal);
  await settleAll(all.filter((wrapped) => !isLocal(wrapped)).map(attempt), wrapLanes, context.signal);
  return metadata.keyGroups.map((group) =>
    group.flatMap((wrapped) => {
      const one = tried.get(wrapped);
      return one ? [one] : [];
    }),
  );
}

async function tryKey(wrapped: WrappedKey, metadata: Metadata, { keys, keySources, context }: Services): Promise<Tried> {
  const { masterKey, createdAt } = wrapped;
  const key = { kind: masterKey.kind, name: nameOf(masterKey, keySources), ...(createdAt === undefined ? {} : { createdAt }) };
  try {
    const share = await keys.unwrap(wrapped, context.signal);
    const error = flawOf(share, metadata);
    return { key: { ...key, opens: error === undefined, ...(error === undefined ? {} : { error }) }, share };
  } catch (error) {
    return { key: { ...key, opens: false, error: messageOf(error) } };
  }
}

/** What is wrong with what a master key gave. */
function flawOf(share: Uint8Array, metadata: Metadata): string | undefined {
  const single = metadata.keyGroups.length === 1;
  if (share.length !== (single ? dataKeyLength : dataKeyLength + shareOverhead)) return `what it unwraps is ${share.length} bytes long`;
  return single && !opensMac(share, metadata) ? 'what it unwraps is not the data key of this file' : undefined;
}

function opensFile(metadata: Metadata, tried: readonly (readonly Tried[])[]): boolean {
  const shares = tried.flatMap((group) => group.flatMap(({ key, share }) => (key.opens && share ? [share] : [])).slice(0, 1));
  if (tried.length === 1) return shares.length === 1;
  if (shares.length < neededGroups(metadata)) return false;
  try {
    const dataKey = combineShares(shares);
    const fits = opensMac(dataKey, metadata);
    wipe(dataKey);
    return fits;
  } catch {
    return false;
  }
}
