import type { Config, Key, KeyID, Message, PrivateKey, Subkey } from 'openpgp';
import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import type { KeyBlock } from './given-keys.node.ts';
import { names, type Part, whyUnfit } from './part.ts';

/** Reads keys, armored or not. Throws `MALFORMED_KEY` with where they come from. */
export async function readKeyBlocks(blocks: readonly KeyBlock[]): Promise<readonly Key[]> {
  const { readKeys } = await import('openpgp');
  const read = await Promise.all(
    blocks.map(async (block) => {
      try {
        return await ('armoredKeys' in block ? readKeys({ armoredKeys: block.armoredKeys }) : readKeys({ binaryKeys: block.binaryKeys }));
      } catch {
        throw new SopsError('MALFORMED_KEY', `${block.from} holds no PGP key that can be read`);
      }
    }),
  );
  return read.flat();
}

/** Encrypts for one of the keys to armored text; says why a key that there is cannot be used. */
export async function encryptWithKey(dataKey: Uint8Array, fingerprint: string, keys: readonly Key[], context: Context): Promise<string> {
  const { createMessage, encrypt } = await import('openpgp');
  const key = keyNamed(fingerprint, keys);
  // As in gpg, a fingerprint names the whole key, whose newest subkey encrypts, and `!` the very subkey.
  const very = key.getKeys().filter((part) => names(fingerprint, part.getFingerprint()));
  const exact = fingerprint.endsWith('!') ? { encryptionKeyIDs: very.map((part) => part.getKeyID()) } : {};
  const date = context.now();
  const reason = whyUnfit(await partsOf(key, date), fingerprint);
  if (reason !== undefined) throw new SopsError('DATA_KEY_UNWRAPPABLE', reason);
  const message = await createMessage({ binary: dataKey });
  try {
    return (await encrypt({ message, encryptionKeys: key.toPublic(), date, config: anyAlgorithm, ...exact })).trim();
  } catch (error) {
    throw new SopsError('DATA_KEY_UNWRAPPABLE', whyNotEncrypted(error));
  }
}

function whyNotEncrypted(error: unknown): string {
  const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
  // Node's own cryptography lacks Brainpool curves in the form that the library asks for.
  return /Cannot find module/.test(line) ? 'keys of this algorithm need gpg' : line.replace(/^Error encrypting message: /, '');
}

function keyNamed(fingerprint: string, keys: readonly Key[]): Key {
  const named = keys.filter((key) => key.getKeys().some((part) => names(fingerprint, part.getFingerprint())));
  const [key] = named;
  if (key === undefined) throw new SopsError('NO_MASTER_KEY', 'none of the given keys has this fingerprint');
  if (new Set(named.map((each) => each.getFingerprint())).size > 1)
    throw new SopsError('MALFORMED_KEY', 'several of the given keys are named so: write the whole fingerprint');
  return key;
}

/** Gives a private key that a passphrase locks back unlocked. */
export type Unlock = (key: PrivateKey) => Promise<PrivateKey>;

/** Decrypts with the private keys among some keys; those that are not locked first. Throws with what each of them said. */
export async function decryptWithKeys(wrapped: string, keys: readonly Key[], unlock: Unlock): Promise<Uint8Array> {
  const { decrypt } = await import('openpgp');
  const ids = (await readWrapped(wrapped)).getEncryptionKeyIDs();
  const fitting = keys.filter((key): key is PrivateKey => key.isPrivate() && isFor(key, ids));
  if (fitting.length === 0) throw new SopsError('NO_MASTER_KEY', noneFits(keys, ids));
  const failures: SopsError[] = [];
  for (const key of fitting.toSorted((a, b) => Number(b.isDecrypted()) - Number(a.isDecrypted()))) {
    try {
      const decryptionKeys = await unlock(key);
      // A message that one key has been tried on opens with no other.
      const message = await readWrapped(wrapped);
      return (await decrypt({ message, decryptionKeys, format: 'binary', config: bounded })).data;
    } catch (error) {
      failures.push(error instanceof SopsError ? error : new SopsError('DATA_KEY_UNRECOVERABLE', whyClosed(key, ids)));
    }
  }
  throw new SopsError('DATA_KEY_UNRECOVERABLE', failures.map(({ message }) => message).join('; '));
}

async function readWrapped(wrapped: string): Promise<Message<Uint8Array>> {
  const { readMessage } = await import('openpgp');
  try {
    return await readMessage({ armoredMessage: wrapped, config: bounded });
  } catch {
    throw new SopsError('MALFORMED_METADATA', 'the wrapped data key is not an armored PGP message');
  }
}

/** The key ID of a message that does not say for whom it is. */
const anyone = '0'.repeat(16);

const isFor = (key: Key, ids: readonly KeyID[]): boolean => ids.some((id) => id.toHex() === anyone || key.getKeys(id).length > 0);

function noneFits(keys: readonly Key[], ids: readonly KeyID[]): string {
  const half = keys.find((key) => !key.isPrivate() && isFor(key, ids));
  return half === undefined
    ? 'none of the given private keys is a recipient of the message'
    : `of key ${fingerprintOf(half)} only the public half is given: the private one is needed to decrypt`;
}

/** A message opens under its key or is not what was encrypted: the library's own words add nothing to that. */
const whyClosed = (key: PrivateKey, ids: readonly KeyID[]): string =>
  ids.flatMap((id) => key.getKeys(id)).some(({ keyPacket }) => 'isDummy' in keyPacket && keyPacket.isDummy())
    ? `the secret half of key ${fingerprintOf(key)} that opens it is kept elsewhere, as on a card`
    : `the message does not open with key ${fingerprintOf(key)}`;

export const fingerprintOf = (key: Key): string => key.getFingerprint().toUpperCase();

/** The fingerprints of the private keys in a block, and those of all their parts. Throws `MALFORMED_KEY`. */
export async function privateFingerprints(
  block: KeyBlock,
): Promise<{ readonly keys: readonly string[]; readonly parts: readonly string[] }> {
  const keys = (await readKeyBlocks([block])).filter((key) => key.isPrivate());
  return {
    keys: keys.map(fingerprintOf),
    parts: keys.flatMap((key) => key.getKeys().map((part) => part.getFingerprint().toUpperCase())),
  };
}

/** A key as a passphrase unlocks it. Throws where the passphrase is wrong. */
export async function unlockWith(passphrase: string, privateKey: PrivateKey): Promise<PrivateKey> {
  const { decryptKey } = await import('openpgp');
  try {
    return await decryptKey({ privateKey, passphrase });
  } catch {
    throw new SopsError('DATA_KEY_UNRECOVERABLE', `the passphrase of key ${fingerprintOf(privateKey)} is wrong`);
  }
}

/** What gpg encrypts with, so do we; a key of fewer bits than the library takes is refused. */
const anyAlgorithm: Partial<Config> = { rejectPublicKeyAlgorithms: new Set() };
/** What was encrypted once must open, however old the key is; and a message that was made to grow must not. */
const bounded: Partial<Config> = {
  minRSABits: 1024,
  allowInsecureDecryptionWithSigningKeys: true,
  maxDecompressedMessageSize: 65_536,
  ...anyAlgorithm,
};

async function partsOf(key: Key, date: Date): Promise<readonly Part[]> {
  const expiry = await key.getExpirationTime();
  const state = (await key.isRevoked(undefined, undefined, date)) ? 'revoked' : isOver(expiry, date) ? 'expired' : 'usable';
  const flags = key.users.flatMap(({ selfCertifications }) => selfCertifications).map(({ keyFlags }) => keyFlags);
  const primary: Part = { fingerprint: fingerprintOf(key), encrypts: flags.some(isForEncryption), state, ...expiredOn(expiry, state) };
  return [primary, ...(await Promise.all(key.subkeys.map(async (subkey) => partOf(subkey, date))))];
}

async function partOf(subkey: Subkey, date: Date): Promise<Part> {
  const expiry = await subkey.getExpirationTime(date);
  const revoked = subkey.revocationSignatures.length > 0;
  const state = revoked ? 'revoked' : isOver(expiry, date) ? 'expired' : 'usable';
  const encrypts = subkey.bindingSignatures.some(({ keyFlags }) => isForEncryption(keyFlags));
  return { fingerprint: subkey.getFingerprint().toUpperCase(), encrypts, state, ...expiredOn(expiry, state) };
}

type Expiry = Date | number | null;
const isOver = (expiry: Expiry, date: Date): boolean => expiry instanceof Date && expiry <= date;
const expiredOn = (expiry: Expiry, state: Part['state']): { readonly expired?: string } =>
  expiry instanceof Date && state === 'expired' ? { expired: expiry.toISOString().slice(0, 10) } : {};

/** Communication or storage (RFC 9580, 5.2.3.29). */
const isForEncryption = (flags: Uint8Array | null): boolean => ((flags?.[0] ?? 0) & 0x0c) !== 0;
