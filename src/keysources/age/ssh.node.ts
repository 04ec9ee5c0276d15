import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { SopsError } from '../../errors.ts';
import {
  bareBase64,
  hkdf,
  type KeyPair,
  keyPair,
  malformed,
  nothing,
  open,
  seal,
  shared,
  type Stanza,
  strictBase64,
  zeros,
} from './native.node.ts';
import type { SshIdentity } from './ssh-private-key.node.ts';
import { parseSshPublicKey, type SshPublicKey, sshTag } from './ssh-public-key.node.ts';

const ed25519Label = 'age-encryption.org/v1/ssh-ed25519';
const oaep = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: 'sha256',
  oaepLabel: Buffer.from('age-encryption.org/v1/ssh-rsa'),
} as const;

/** Wraps a file key for a recipient such as `ssh-ed25519 AAAA… comment`, with 32 random bytes. Throws `MALFORMED_KEY`. */
export function wrapForSsh(fileKey: Uint8Array, recipient: string, randomness: Uint8Array): Stanza {
  const key = parseSshPublicKey(recipient);
  if (typeof key === 'string') throw refused(recipient, key);
  if (key.type === 'ssh-rsa') return { type: key.type, args: [sshTag(key)], body: publicEncrypt({ key: key.key, ...oaep }, fileKey) };
  const ephemeral = keyPair(randomness);
  const wrapping = ed25519WrappingKey(ephemeral.secret, key.point, key, { share: ephemeral.public, point: key.point });
  if (wrapping === undefined) throw refused(recipient, 'it is a point of low order');
  return { type: key.type, args: [sshTag(key), bareBase64(ephemeral.public)], body: seal(wrapping, zeros, fileKey) };
}

const refused = (recipient: string, why: string): SopsError =>
  new SopsError('MALFORMED_KEY', `'${recipient.slice(0, 40)}…' is not an age recipient: ${why}`);

/** Whether a stanza may be for a key: others may share its tag. */
export const isForSshKey = ({ type, args }: Stanza, key: SshPublicKey): boolean => type === key.type && args[0] === sshTag(key);

/** Unwraps a file key with an SSH key; undefined where no stanza is for it. Throws `MALFORMED_METADATA` for a stanza that breaks the rules. */
export function unwrapWithSsh(stanzas: readonly Stanza[], identity: SshIdentity): Uint8Array | undefined {
  for (const stanza of stanzas) {
    if (stanza.type !== identity.publicKey.type) continue;
    if (stanza.args.length !== (stanza.type === 'ssh-rsa' ? 1 : 2)) throw malformed(`a stanza for ${stanza.type} has the wrong parts`);
    const fileKey = isForSshKey(stanza, identity.publicKey) ? unwrapStanza(stanza, identity) : undefined;
    if (fileKey !== undefined) return fileKey;
  }
  return undefined;
}

function unwrapStanza({ args, body }: Stanza, identity: SshIdentity): Uint8Array | undefined {
  return identity.type === 'ssh-rsa' ? openOaep(identity.key, body) : openEd25519(args[1] ?? '', body, identity.publicKey, identity.pair);
}

function openOaep(key: KeyObject, body: Uint8Array): Uint8Array | undefined {
  try {
    return privateDecrypt({ key, ...oaep }, body);
  } catch {
    // For another key that has the same tag.
    return undefined;
  }
}

// oxlint-disable-next-line max-params -- a stanza's two parts and a key's
function openEd25519(text: string, body: Uint8Array, publicKey: SshPublicKey, pair: KeyPair): Uint8Array | undefined {
  const share = strictBase64(text, 'bare');
  if (share?.length !== 32) throw malformed('a stanza for ssh-ed25519 has the wrong parts');
  const wrapping = ed25519WrappingKey(pair.secret, share, publicKey, { share, point: pair.public });
  if (wrapping === undefined) throw malformed('a stanza for ssh-ed25519 holds a point of low order');
  return open(wrapping, zeros, body);
}

interface Exchange {
  /** The public key made for one stanza. */
  readonly share: Uint8Array;
  /** The recipient's. */
  readonly point: Uint8Array;
}

/** The key that wraps the file key: X25519 bound to the SSH key, so that its X25519 form is of no use by itself. Undefined for a point of low order. */
// oxlint-disable-next-line max-params
function ed25519WrappingKey(
  secret: KeyObject,
  theirs: Uint8Array,
  { blob }: SshPublicKey,
  { share, point }: Exchange,
): Uint8Array | undefined {
  const untweaked = shared(secret, theirs);
  const tweak = keyPair(hkdf(nothing, blob, ed25519Label)).secret;
  const tweaked = untweaked && shared(tweak, untweaked);
  return tweaked && hkdf(tweaked, Buffer.concat([share, point]), ed25519Label);
}
