import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { rememberingOnce } from '../../services/once.ts';
import type { Place } from './places.ts';
import { isForSshKey, unwrapWithSsh } from './ssh.node.ts';
import { type LockedSshKey, readSshPrivateKey, type SshIdentity } from './ssh-private-key.node.ts';
import { parseSshPublicKey, type SshPublicKey } from './ssh-public-key.node.ts';
import type { Stanza } from './native.node.ts';

/** A file key, or why there is none. */
type Unwrapped = Uint8Array | string;

const notRecipient = 'holds an SSH key, which is not the recipient';

/**
 * Tries the private key of SSH that a place holds. Where that is protected by a passphrase and could fit, answers a function that asks for it.
 * Throws `MALFORMED_METADATA` for stanzas that break the rules.
 */
export async function trySshKey(
  stanzas: readonly Stanza[],
  place: Place & { readonly content: Uint8Array },
  context: Context,
): Promise<Unwrapped | (() => Promise<Unwrapped>)> {
  let key: SshIdentity | LockedSshKey;
  try {
    key = readSshPrivateKey(Buffer.from(place.content).toString('latin1'));
  } catch (error) {
    return `cannot be used: ${reasonOf(error)}`;
  }
  if (!('unlock' in key)) return unwrapWithSsh(stanzas, key) ?? notRecipient;
  const publicKey = key.publicKey ?? (await publicKeyBeside(place.path, context));
  if (publicKey !== undefined && !stanzas.some((stanza) => isForSshKey(stanza, publicKey))) return notRecipient;
  const { unlock } = key;
  return async () => {
    const identity = await unlocked(context, place.name, async () => askAndUnlock(place, unlock, context));
    return typeof identity === 'string' ? identity : (unwrapWithSsh(stanzas, identity) ?? notRecipient);
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof SopsError) return error.message;
  throw error;
}

/** Nobody is asked for the same passphrase twice. */
const unlocked = rememberingOnce<SshIdentity | string>();

async function askAndUnlock({ name, path }: Place, unlock: LockedSshKey['unlock'], { prompt }: Context): Promise<SshIdentity | string> {
  const passphrase = await prompt.secret(`Enter passphrase for '${path ?? name}':`);
  if (passphrase === undefined) return 'is protected by a passphrase, and there is no terminal to ask for it';
  try {
    return unlock(passphrase);
  } catch (error) {
    return `could not be opened: ${reasonOf(error)}`;
  }
}

/** The public half in the file beside, so that nobody is asked for the passphrase of a key that does not fit; undefined where there is none that can be read. */
async function publicKeyBeside(path: string | undefined, { files }: Context): Promise<SshPublicKey | undefined> {
  if (path === undefined) return undefined;
  try {
    const content = await files.read(`${path}.pub`);
    const key = content && parseSshPublicKey(Buffer.from(content).toString('latin1'));
    return typeof key === 'string' ? undefined : key;
  } catch {
    return undefined;
  }
}
