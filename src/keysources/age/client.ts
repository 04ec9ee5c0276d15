import { SopsError } from '../../errors.ts';
import type { WrappedKey } from '../../metadata/metadata.ts';
import type { Context } from '../../ports.ts';
import type { KeyClient } from '../keysource.ts';
import { rememberingOnce } from '../once.ts';
import type * as native from './file.node.ts';
import { decodeBech32 } from './bech32.ts';
import { parseIdentities, type Identity } from './identity.ts';
import { identityPlaces, type Place } from './places.ts';
import { type AgeKey, type RecipientKind, recipientKind } from './recipient.ts';

/** age on `node:crypto` for X25519, which most files use and which loads at once, else on the library. */
export const client: KeyClient<AgeKey> = { wrap, unwrap };

async function wrap(dataKey: Uint8Array, { recipient }: AgeKey, context: Context): Promise<string> {
  const kind = recipientKind(recipient);
  if (kind === 'ssh' || kind === 'plugin') throw unsupported(kind, recipient);
  const backend = kind === 'x25519' ? await loadNative() : undefined;
  return backend === undefined ? wrapWithLibrary(dataKey, recipient) : backend.sealFile(dataKey, [publicKey(recipient)], context.random);
}

async function unwrap({ masterKey: { recipient }, wrapped }: WrappedKey<AgeKey>, context: Context): Promise<Uint8Array> {
  const tried: string[] = [];
  const locked: Place[] = [];
  const open = async (place: Place): Promise<Uint8Array | undefined> => {
    const identities = identitiesIn(place);
    if (typeof identities === 'string') return void tried.push(`${place.name} ${identities}`);
    const dataKey = await openWith(wrapped, identities);
    if (dataKey === undefined) tried.push(`${place.name} ${describeMiss(identities)}`);
    return dataKey;
  };
  for await (const place of identityPlaces(recipient, context)) {
    if (isLocked(place)) {
      locked.push(place);
      continue;
    }
    const dataKey = await open(place);
    if (dataKey !== undefined) return dataKey;
  }
  // Asking for a passphrase comes last: nobody is asked where another place will do.
  for (const place of locked) {
    const dataKey = await open(await once(context, place.name, async () => unlock(place, context)));
    if (dataKey !== undefined) return dataKey;
  }
  // The recipient is only a name here: one that is malformed may still have its identity.
  if (recipient.startsWith('ssh-')) tried.unshift(unsupported('ssh', recipient).message);
  throw new SopsError('DATA_KEY_UNRECOVERABLE', `no age identity opens the data key: ${tried.join('; ')}`);
}

function identitiesIn({ absent, content, words }: Place): readonly Identity[] | string {
  if (content === undefined) return absent ?? 'is empty';
  try {
    return parseIdentities(new TextDecoder().decode(content), words);
  } catch (error) {
    if (error instanceof SopsError) return `cannot be used: ${error.message}`;
    throw error;
  }
}

function describeMiss(identities: readonly Identity[]): string {
  if (identities.length === 0) return 'holds no identity';
  const plugins = identities.some(({ kind }) => kind === 'plugin') ? ', and plugins are not supported yet' : '';
  return `holds ${identities.length === 1 ? 'one identity, which is' : `${identities.length} identities, none of which is`} not the recipient${plugins}`;
}

async function openWith(wrapped: string, identities: readonly Identity[]): Promise<Uint8Array | undefined> {
  const backend = await loadNative();
  const x25519 = identities.filter(({ kind }) => kind === 'x25519');
  const hybrid = identities.filter(({ kind }) => kind === 'hybrid');
  if (backend === undefined) return openWithLibrary(wrapped, [...x25519, ...hybrid]);
  const dataKey = backend.openFile(
    wrapped,
    x25519.map(({ secret }) => secret),
  );
  return dataKey ?? openWithLibrary(wrapped, hybrid);
}

const unsupported = (kind: RecipientKind, recipient: string): SopsError =>
  new SopsError(
    'UNSUPPORTED',
    kind === 'ssh'
      ? `SSH recipients are not supported yet: '${recipient.slice(0, 40)}…'`
      : `recipients of age plugins are not supported yet: '${recipient}'`,
  );

function publicKey(recipient: string): Uint8Array {
  const decoded = decodeBech32(recipient);
  if (typeof decoded === 'string') throw new SopsError('MALFORMED_KEY', `'${recipient}' is not an age recipient: ${decoded}`);
  return decoded.bytes;
}

/** The backend on `node:crypto`; undefined where there is no such thing. */
async function loadNative(): Promise<typeof native | undefined> {
  try {
    return await import('./file.node.ts');
  } catch {
    return undefined;
  }
}

const armored = '-----BEGIN AGE';
const startsWith = (content: Uint8Array, text: string): boolean =>
  new TextDecoder('latin1').decode(content.subarray(0, text.length)) === text;
/** Whether a place holds an encrypted age file instead of identities. */
const isLocked = ({ content }: Place): boolean =>
  content !== undefined && (startsWith(content, armored) || startsWith(content, 'age-encryption'));

/** Nobody is asked for the same passphrase twice. */
const once = rememberingOnce<Place>();

async function unlock(place: Place, { prompt }: Context): Promise<Place> {
  const { name, content = new Uint8Array(0) } = place;
  const refuse = (absent: string): Place => ({ name, words: false, absent });
  const passphrase = await prompt.secret(`Enter passphrase for identity '${name}':`);
  if (passphrase === undefined) return refuse('is protected by a passphrase, and there is no terminal to ask for it');
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    const file = startsWith(content, armored) ? armor.decode(new TextDecoder().decode(content)) : content;
    return { name, words: place.words, content: await decrypter.decrypt(file) };
  } catch {
    return refuse('could not be opened: the passphrase is wrong, or the file is broken');
  }
}

async function wrapWithLibrary(dataKey: Uint8Array, recipient: string): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(dataKey));
}

async function openWithLibrary(wrapped: string, identities: readonly Identity[]): Promise<Uint8Array | undefined> {
  if (identities.length === 0) return undefined;
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const { text } of identities) decrypter.addIdentity(text);
  try {
    return await decrypter.decrypt(armor.decode(wrapped));
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('no identity matched')) return undefined;
    throw new SopsError('MALFORMED_METADATA', 'the wrapped data key is not an age file, or was tampered with', { cause });
  }
}
