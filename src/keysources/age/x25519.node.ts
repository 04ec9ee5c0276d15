import { strictBase64 } from './armor.node.ts';
import { malformed } from './header.node.ts';
import { hkdf, type KeyPair, keyPair, open, seal, shared, zeros } from './primitives.node.ts';
import { bareBase64, type Stanza } from './stanza.node.ts';

const label = 'age-encryption.org/v1/X25519';

/** Wraps a file key for an X25519 recipient of 32 bytes, with 32 random bytes. */
export function wrapForX25519(fileKey: Uint8Array, recipient: Uint8Array, randomness: Uint8Array): Stanza {
  const ephemeral = keyPair(randomness);
  const secret = shared(ephemeral.secret, recipient);
  if (secret === undefined) throw malformed('its recipient is a point of low order');
  const key = hkdf(secret, Buffer.concat([ephemeral.public, recipient]), label);
  return { type: 'X25519', args: [bareBase64(ephemeral.public)], body: seal(key, zeros, fileKey) };
}

/** Unwraps a file key with X25519 identities of 32 bytes; undefined where none of them is a recipient. Throws `MALFORMED_METADATA` for a stanza that breaks the rules. */
export function unwrapWithX25519(stanzas: readonly Stanza[], identities: readonly Uint8Array[]): Uint8Array | undefined {
  const wrapped = stanzas.filter(({ type }) => type === 'X25519');
  for (const identity of identities) {
    const pair = keyPair(identity);
    for (const stanza of wrapped) {
      const fileKey = unwrapStanza(stanza, pair);
      if (fileKey !== undefined) return fileKey;
    }
  }
  return undefined;
}

function unwrapStanza({ args, body }: Stanza, pair: KeyPair): Uint8Array | undefined {
  const [text, ...more] = args;
  const share = text === undefined || more.length > 0 ? undefined : strictBase64(text, 'bare');
  if (share?.length !== 32 || body.length !== 32) throw malformed('a stanza for X25519 has the wrong parts');
  const secret = shared(pair.secret, share);
  if (secret === undefined) throw malformed('a stanza for X25519 holds a point of low order');
  return open(hkdf(secret, Buffer.concat([share, pair.public]), label), zeros, body);
}
