import { SopsError } from '../../errors.ts';

/* age on its TypeScript library: for post-quantum recipients, for tags, and wherever there is no `node:crypto`. It takes long to load. */

/** Encrypts for a recipient into an armored age file. */
export async function sealWithLibrary(plaintext: Uint8Array, recipient: string): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(plaintext));
}

/** Decrypts an armored age file with identities as they are spelled; undefined where none of them is a recipient. Throws `MALFORMED_METADATA`. */
export async function openWithLibrary(armored: string, identities: readonly string[]): Promise<Uint8Array | undefined> {
  if (identities.length === 0) return undefined;
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(armor.decode(armored));
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('no identity matched')) return undefined;
    throw new SopsError('MALFORMED_METADATA', 'the wrapped data key is not an age file, or was tampered with', { cause });
  }
}

/** The recipient of an identity that is not a plugin's. */
export const recipientOf = async (identity: string): Promise<string> => (await import('age-encryption')).identityToRecipient(identity);
