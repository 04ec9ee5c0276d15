import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import type { Holder, KeyPlace } from '../keysource.ts';
import { rememberingOnce } from '../../services/once.ts';
import { decodeBech32, encodeBech32 } from './bech32.ts';
import { type Identity, parseIdentities } from './identity.ts';
import { keyPair } from './native.node.ts';
import { identityPlaces, type Place } from './places.ts';
import { isLocked } from './search.ts';
import { readSshPrivateKey } from './ssh-private-key.node.ts';
import { parseSshPublicKey } from './ssh-public-key.node.ts';

/** The public half of an identity that is here. */
interface Held {
  readonly recipient: string;
  /** The public key on X25519: of an SSH key, the form that `ssh-to-age` makes. */
  readonly point?: Uint8Array;
}

interface Searched extends KeyPlace {
  readonly held: readonly Held[];
}

const searchedOnce = rememberingOnce<readonly Searched[]>();

/** Every place where identities are looked for, SSH keys among them, and the recipients of what is there. */
export const heldPlaces = async (context: Context): Promise<readonly KeyPlace[]> => search(context);

const search = async (context: Context): Promise<readonly Searched[]> =>
  searchedOnce(context, 'age', async () => {
    const places: Searched[] = [];
    for await (const place of identityPlaces('', context, true)) places.push(await lookInto(place));
    return places;
  });

const absentForGood = /^(is not set|does not exist|is in the user's)/;

async function lookInto(place: Place): Promise<Searched> {
  const { name, path, content, absent = 'is empty' } = place;
  const shown = { name, ...(path === undefined ? {} : { path }) };
  if (content === undefined) return { ...shown, keys: [], held: [], note: absent, flawed: !absentForGood.test(absent) };
  try {
    const { held, note } = place.form === 'ssh' ? readSsh(content) : await readLines(content, place.form === 'words');
    return { ...shown, keys: held.map(({ recipient }) => recipient), held, ...(note === undefined ? {} : { note }) };
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return { ...shown, keys: [], held: [], note: `cannot be used: ${error.message}`, flawed: true };
  }
}

interface Content {
  readonly held: readonly Held[];
  readonly note?: string;
}

function readSsh(content: Uint8Array): Content {
  const key = readSshPrivateKey(Buffer.from(content).toString('latin1'));
  const note = 'unlock' in key ? { note: 'is protected by a passphrase' } : {};
  const { publicKey } = key;
  if (publicKey === undefined) return { held: [], ...note };
  const recipient = `${publicKey.type} ${Buffer.from(publicKey.blob).toString('base64')}`;
  return { held: [publicKey.type === 'ssh-ed25519' ? { recipient, point: publicKey.point } : { recipient }], ...note };
}

async function readLines(content: Uint8Array, words: boolean): Promise<Content> {
  if (isLocked(content)) return { held: [], note: 'is protected by a passphrase: what it holds is not known until it is asked for' };
  const identities = parseIdentities(new TextDecoder().decode(content), words);
  const held: Held[] = [];
  for (const identity of identities) if (identity.kind !== 'plugin') held.push(await publicHalf(identity));
  const plugins = [...new Set(identities.flatMap((identity) => (identity.kind === 'plugin' ? [`age-plugin-${identity.name}`] : [])))];
  if (identities.length === 0) return { held, note: 'holds no identity' };
  return plugins.length === 0
    ? { held }
    : { held, note: `holds identities of ${plugins.join(', ')}, whose recipients only the plugin knows` };
}

async function publicHalf(identity: Exclude<Identity, { readonly kind: 'plugin' }>): Promise<Held> {
  if (identity.kind === 'x25519') {
    const point = keyPair(identity.secret).public;
    return { recipient: encodeBech32('age', point), point };
  }
  return { recipient: await (await import('./client-library.ts')).recipientOf(identity.text) };
}

/** An SSH key without its comment. */
const bare = (recipient: string): string =>
  recipient
    .trim()
    .split(/[ \t]+/)
    .slice(0, 2)
    .join(' ');

/** The place whose identity opens what is encrypted for a recipient; else what looks like it and is not. */
export async function holderOf(recipient: string, context: Context): Promise<Holder> {
  const places = await search(context);
  const holder = places.find(({ keys }) => keys.includes(bare(recipient)));
  if (holder) return { place: holder.name };
  return { advice: relationOf(recipient, places) ?? agentAdvice(recipient, places, context) };
}

/** Whether an identity that is here is the same key in the other spelling: SSH's, or the X25519 form that `ssh-to-age` makes of it. */
function relationOf(recipient: string, places: readonly Searched[]): string | undefined {
  const isSsh = recipient.startsWith('ssh-');
  const point = isSsh ? sshPoint(recipient) : x25519Point(recipient);
  if (point === undefined) return undefined;
  const twin = places.flatMap((place) => place.held.map((held) => ({ place, held }))).find(({ held }) => equal(held.point, point));
  if (twin === undefined) return undefined;
  const { place, held } = twin;
  if (isSsh)
    return `${place.name} holds the X25519 form that ssh-to-age makes of this SSH key, which does not open it: name the file of the SSH key itself in SOPS_AGE_SSH_PRIVATE_KEY_FILE, or encrypt for ${held.recipient}`;
  const file = place.path ?? place.name;
  return `this is the X25519 form that ssh-to-age makes of the SSH key in ${place.name}, which does not open it as it is: make the identity with \`ssh-to-age -private-key -i ${file}\` and put it into the file of your age keys, or encrypt for '${held.recipient}'`;
}

const equal = (one: Uint8Array | undefined, other: Uint8Array): boolean => one !== undefined && Buffer.from(one).equals(other);

function sshPoint(recipient: string): Uint8Array | undefined {
  const key = parseSshPublicKey(recipient);
  return typeof key !== 'string' && key.type === 'ssh-ed25519' ? key.point : undefined;
}

function x25519Point(recipient: string): Uint8Array | undefined {
  const decoded = decodeBech32(recipient);
  return typeof decoded !== 'string' && decoded.prefix === 'age' ? decoded.bytes : undefined;
}

function agentAdvice(recipient: string, places: readonly Searched[], { env }: Context): string | undefined {
  const hasSsh = places.some(({ keys }) => keys.some((key) => key.startsWith('ssh-')));
  if (!recipient.startsWith('ssh-') || hasSsh || !env['SSH_AUTH_SOCK']) return undefined;
  return 'the agent of SSH (SSH_AUTH_SOCK) is of no use here: age needs the file of the private key, in ~/.ssh or named in SOPS_AGE_SSH_PRIVATE_KEY_FILE';
}
