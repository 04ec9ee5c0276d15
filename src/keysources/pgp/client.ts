import type { Config, Key, PrivateKey, Subkey } from 'openpgp';
import { SopsError, type SopsErrorCode } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import type { PgpKey } from './fingerprint.ts';
import { givenKeys, givenPassphrase } from './given-keys.node.ts';
import { decryptWithGpg, encryptWithGpg } from './gpg.ts';

/** PGP on keys that the environment gives, which needs no program, then on gpg. */
export const client: KeyClient<PgpKey> = {
  wrap: async (dataKey, { fingerprint }, context) =>
    firstOf('DATA_KEY_UNWRAPPABLE', `cannot wrap for PGP key '${fingerprint}'`, {
      openpgp: async () => encryptWithGivenKey(dataKey, fingerprint, context),
      gpg: async () => encryptWithGpg(dataKey, fingerprint, context),
    }),
  unwrap: async ({ masterKey: { fingerprint }, wrapped }: WrappedKey<PgpKey>, context) =>
    firstOf('DATA_KEY_UNRECOVERABLE', `cannot unwrap with PGP key '${fingerprint}'`, {
      openpgp: async () => decryptWithGivenKeys(wrapped, context),
      gpg: async () => decryptWithGpg(wrapped, context),
    }),
};

/** What the first way that works answers; throws with what every way said. */
async function firstOf<T>(code: SopsErrorCode, failure: string, ways: Readonly<Record<string, () => Promise<T>>>): Promise<T> {
  const said: string[] = [];
  for (const [name, way] of Object.entries(ways)) {
    try {
      return await way();
    } catch (error) {
      said.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new SopsError(code, `${failure}: ${said.join('; ')}`);
}

async function readGivenKeys(context: Context): Promise<readonly Key[]> {
  const blocks = await givenKeys(context);
  const { readKeys } = await import('openpgp');
  const read = await Promise.all(blocks.map(async (block) => ('armoredKeys' in block ? readKeys(block) : readKeys(block))));
  return read.flat();
}

async function encryptWithGivenKey(dataKey: Uint8Array, fingerprint: string, context: Context): Promise<string> {
  const keys = await readGivenKeys(context);
  const { createMessage, encrypt } = await import('openpgp');
  const wanted = fingerprint.replace(/^0x|!$/gi, '').toLowerCase();
  const isWanted = (part: Key | Subkey): boolean => wanted.length >= 8 && part.getFingerprint().endsWith(wanted);
  const key = keys.find((candidate) => candidate.getKeys().some(isWanted));
  if (key === undefined) throw new SopsError('NO_MASTER_KEY', 'none of the given keys has this fingerprint');
  // As in gpg, a fingerprint names the whole key, whose newest subkey encrypts, and `!` the very subkey.
  const exact = fingerprint.endsWith('!')
    ? {
        encryptionKeyIDs: key
          .getKeys()
          .filter(isWanted)
          .map((part) => part.getKeyID()),
      }
    : {};
  const armored = await encrypt({ message: await createMessage({ binary: dataKey }), encryptionKeys: key.toPublic(), ...exact });
  return armored.trim();
}

async function decryptWithGivenKeys(wrapped: string, context: Context): Promise<Uint8Array> {
  const keys = await readGivenKeys(context);
  const { decrypt, readMessage } = await import('openpgp');
  const message = await readMessage({ armoredMessage: wrapped });
  const ids = message.getEncryptionKeyIDs();
  const fitting = keys.filter(
    (key): key is PrivateKey => key.isPrivate() && ids.some((id) => id.toHex() === anyone || key.getKeys(id).length > 0),
  );
  if (fitting.length === 0) throw new SopsError('NO_MASTER_KEY', 'none of the given private keys is a recipient of the message');
  const decryptionKeys = await Promise.all(fitting.map(async (key) => unlock(key, context)));
  const { data } = await decrypt({ message, decryptionKeys, format: 'binary', config: lenient });
  return data;
}

/** The key ID of a message that does not say for whom it is. */
const anyone = '0'.repeat(16);
/** What was encrypted once must open, however old the key is. */
const lenient: Partial<Config> = { minRSABits: 1024, allowInsecureDecryptionWithSigningKeys: true };

async function unlock(key: PrivateKey, context: Context): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  const passphrase = await givenPassphrase(context);
  if (passphrase === undefined)
    throw new SopsError('NO_MASTER_KEY', 'the private key needs a passphrase: set SOPS_PGP_PASSPHRASE or SOPS_PGP_PASSPHRASE_FILE');
  const { decryptKey } = await import('openpgp');
  return decryptKey({ privateKey: key, passphrase });
}
