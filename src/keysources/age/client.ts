import { SopsError } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import { decodeBech32 } from './bech32.ts';
import type { NativeIdentity } from './identity.ts';
import type * as native from './native.node.ts';
import { type AgeKey, pluginOf, type RecipientKind, recipientKind, showRecipient } from './recipient.ts';
import { searchDataKey } from './search.ts';

/** age on `node:crypto` for X25519, which most files use and which loads at once, and for SSH; else on its plugins or on the library. */
export const client: KeyClient<AgeKey> = {
  wrap,
  unwrap,
  held: async (context) => (await import('./held.node.ts')).heldPlaces(context),
  holder: async ({ recipient }, context) => (await import('./held.node.ts')).holderOf(recipient, context),
};

// oxlint-disable-next-line max-params -- as the interface has it
async function wrap(dataKey: Uint8Array, { recipient }: AgeKey, context: Context, signal?: AbortSignal): Promise<string> {
  const kind = recipientKind(recipient);
  const backend = kind === 'hybrid' || kind === 'tag' ? undefined : await loadNative();
  if (backend === undefined) return wrapWithLibrary(dataKey, recipient, kind);
  if (kind === 'x25519') return backend.sealForX25519(dataKey, publicKey(recipient), context.random);
  return backend.sealFor(dataKey, context.random, async (fileKey) => {
    if (kind === 'ssh') return [(await import('./ssh.node.ts')).wrapForSsh(fileKey, recipient, context.random(32))];
    return (await import('./plugin.node.ts')).wrapWithPlugin(fileKey, { recipient, name: pluginOf(recipient) }, context, signal);
  });
}

async function unwrap(
  { masterKey: { recipient }, wrapped }: WrappedKey<AgeKey>,
  context: Context,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const opening = (await loadNative())?.openingOf(wrapped);
  const withIdentities = async (identities: readonly NativeIdentity[]): Promise<Uint8Array | undefined> => {
    const x25519 = opening === undefined ? [] : identities.filter(({ kind }) => kind === 'x25519');
    const dataKey = opening?.withX25519(x25519.map(({ secret }) => secret));
    return (
      dataKey ??
      openWithLibrary(
        wrapped,
        identities.filter((identity) => !x25519.includes(identity)),
      )
    );
  };
  return searchDataKey({ recipient, opening, withIdentities }, context, signal);
}

async function openWithLibrary(wrapped: string, identities: readonly NativeIdentity[]): Promise<Uint8Array | undefined> {
  if (identities.length === 0) return undefined;
  const library = await import('./client-library.ts');
  return library.openWithLibrary(
    wrapped,
    identities.map(({ text }) => text),
  );
}

// The recipient is only a name while unwrapping: one that is malformed may still have its identity.
async function wrapWithLibrary(dataKey: Uint8Array, recipient: string, kind: RecipientKind): Promise<string> {
  if (kind === 'ssh' || kind === 'plugin')
    throw new SopsError(
      'UNSUPPORTED',
      `nothing can be wrapped for recipients of this kind here: '${showRecipient(recipient).slice(0, 40)}…'`,
    );
  return (await import('./client-library.ts')).sealWithLibrary(dataKey, recipient);
}

function publicKey(recipient: string): Uint8Array {
  const decoded = decodeBech32(recipient);
  if (typeof decoded === 'string') throw new SopsError('MALFORMED_KEY', `'${recipient}' is not an age recipient: ${decoded}`);
  return decoded.bytes;
}

/** The backend on `node:crypto`; undefined where there is no such thing. */
async function loadNative(): Promise<typeof native | undefined> {
  try {
    return await import('./native.node.ts');
  } catch {
    return undefined;
  }
}
