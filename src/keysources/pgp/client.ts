import type { Key, PrivateKey } from 'openpgp';
import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import { rememberingOnce } from '../../services/once.ts';
import { decryptWithKeys, encryptWithKey, fingerprintOf, readKeyBlocks, unlockWith } from './client-openpgp.ts';
import type { PgpKey } from './fingerprint.ts';
import { givenKeys, givenPassphrase, type KeyBlock, oldKeyring } from './given-keys.node.ts';
import { decryptWithGpg, encryptWithGpg } from './gpg.ts';

/** PGP on keys that the environment gives, which needs no program, then on gpg, then on the keyrings of an old gpg. */
export const client: KeyClient<PgpKey> = {
  wrap: async (dataKey, { fingerprint }, context, signal) => {
    const withOld = await waysWithOld('public', context, async (keys) => encryptWithKey(dataKey, fingerprint, keys, context));
    return firstOf({ code: 'DATA_KEY_UNWRAPPABLE', failure: `cannot wrap for PGP key '${fingerprint}'`, signal }, [
      ['openpgp', async () => encryptWithKey(dataKey, fingerprint, await readGivenKeys(context), context)],
      ['gpg', async () => encryptWithGpg(dataKey, fingerprint, context, signal)],
      ...withOld,
    ]);
  },
  unwrap: async ({ masterKey: { fingerprint }, wrapped }: WrappedKey<PgpKey>, context, signal) => {
    const locked: PrivateKey[] = [];
    const withOld = await waysWithOld('secret', context, async (keys) => decryptWithKeys(wrapped, keys, unlocking(context, locked)));
    return firstOf({ code: 'DATA_KEY_UNRECOVERABLE', failure: `cannot unwrap with PGP key '${fingerprint}'`, signal }, [
      ['openpgp', async () => decryptWithKeys(wrapped, await readGivenKeys(context), unlocking(context, locked))],
      ['gpg', async () => decryptWithGpg(wrapped, context, signal)],
      ...withOld,
      // A person is asked last.
      ['openpgp', async () => decryptWithKeys(wrapped, lockedOnes(locked), async (key) => askedFor(key, context))],
    ]);
  },
  held: async (context) => (await import('./held.ts')).heldPlaces(context),
  holder: async ({ fingerprint }, context) => (await import('./held.ts')).holderOf(fingerprint, context),
};

/** One thing to try, and what to call it in an error. */
type Way<T> = readonly [name: string, go: () => Promise<T>];

interface Errand {
  readonly code: SopsErrorCode;
  readonly failure: string;
  readonly signal: AbortSignal | undefined;
}

/** What the first way that works answers; throws with what every way said. */
async function firstOf<T>({ code, failure, signal }: Errand, ways: readonly Way<T>[]): Promise<T> {
  const failures: string[] = [];
  for (const [name, go] of ways) {
    if (signal?.aborted) throw new SopsError(code, `${failure}: it was given up`);
    try {
      return await go();
    } catch (error) {
      if (error !== nothingLocked) failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new SopsError(code, `${failure}: ${failures.join('; ')}`, { failures });
}

const readOnce = rememberingOnce<readonly Key[]>();
const readGivenKeys = async (context: Context): Promise<readonly Key[]> =>
  readOnce(context, 'given', async () => readKeyBlocks(await givenKeys(context)));

/** A way for each old keyring that there is. */
async function waysWithOld<T>(
  kind: 'public' | 'secret',
  context: Context,
  go: (keys: readonly Key[]) => Promise<T>,
): Promise<readonly Way<T>[]> {
  const blocks: readonly KeyBlock[] = await oldKeyring(kind, context);
  return blocks.map((block) => [
    `openpgp with ${block.from}`,
    async () => go(await readOnce(context, block.from, async () => readKeyBlocks([block]))),
  ]);
}

const unlockedOnce = rememberingOnce<PrivateKey>();

/** Unlocks with the passphrase that the environment gives; what that leaves locked is noted. */
function unlocking(context: Context, locked: PrivateKey[]): (key: PrivateKey) => Promise<PrivateKey> {
  return async (key) => {
    if (key.isDecrypted()) return key;
    const passphrase = await givenPassphrase(context);
    if (passphrase !== undefined) return unlockedOnce(context, `given ${fingerprintOf(key)}`, async () => unlockWith(passphrase, key));
    locked.push(key);
    throw new SopsError('NO_MASTER_KEY', needsPassphrase(key));
  };
}

const needsPassphrase = (key: PrivateKey): string =>
  `key ${fingerprintOf(key)} needs a passphrase: set SOPS_PGP_PASSPHRASE or SOPS_PGP_PASSPHRASE_FILE`;

const nothingLocked = new Error('no key is locked');
function lockedOnes(locked: readonly PrivateKey[]): readonly PrivateKey[] {
  if (locked.length === 0) throw nothingLocked;
  return locked;
}

/** Unlocks with a passphrase that a person types, once a run. */
async function askedFor(key: PrivateKey, context: Context): Promise<PrivateKey> {
  return unlockedOnce(context, `asked ${fingerprintOf(key)}`, async () => {
    const passphrase = await context.prompt.secret(`Enter passphrase for PGP key ${fingerprintOf(key)}:`);
    if (passphrase === undefined) throw new SopsError('NO_MASTER_KEY', 'there is no terminal to ask for it');
    return unlockWith(passphrase, key);
  });
}
