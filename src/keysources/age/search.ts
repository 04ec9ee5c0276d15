import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { rememberingOnce } from '../../services/once.ts';
import { type Identity, type NativeIdentity, parseIdentities, type PluginIdentity } from './identity.ts';
import type { Opening } from './native.node.ts';
import { identityPlaces, type Place } from './places.ts';

/** A wrapped data key, and what can be tried on it. */
export interface Wrapped {
  readonly recipient: string;
  /** Tries identities that need neither plugin nor person. */
  readonly withIdentities: (identities: readonly NativeIdentity[]) => Promise<Uint8Array | undefined>;
  /** Its stanzas, for plugins and keys of SSH; undefined where there is no `node:crypto` for these. */
  readonly opening: Opening | undefined;
}

/** The data key, or what was tried in vain. */
type Found = Uint8Array | readonly string[];

/** What may ask a person is tried after all else, the surest first. */
interface Later {
  readonly rank: 'ssh' | 'plugin' | 'locked';
  readonly open: () => Promise<Found>;
}

/** Tries every identity there is, so long as none opens the data key. Throws `DATA_KEY_UNRECOVERABLE` with all that was tried, `MALFORMED_METADATA`, `CANCELLED`. */
export async function searchDataKey(wrapped: Wrapped, context: Context, signal?: AbortSignal): Promise<Uint8Array> {
  const tried: string[] = [];
  const later: Later[] = [];
  const search = new Search(wrapped, context, signal);
  for await (const place of identityPlaces(wrapped.recipient, context, search.wantsSsh)) {
    const found = await search.lookIn(place, later);
    if (found instanceof Uint8Array) return found;
    tried.push(...found);
  }
  for (const rank of ['ssh', 'plugin', 'locked']) {
    for (const { open } of later.filter((one) => one.rank === rank)) {
      const found = await open();
      if (found instanceof Uint8Array) return found;
      tried.push(...found);
    }
  }
  if (wrapped.opening === undefined && wrapped.recipient.startsWith('ssh-')) tried.push('keys of SSH cannot be used here');
  throw new SopsError('DATA_KEY_UNRECOVERABLE', `no age identity opens the data key: ${tried.join('; ')}`);
}

/** Nobody is asked for the same passphrase twice. */
const unlockedFiles = rememberingOnce<Place>();

class Search {
  readonly #wrapped: Wrapped;
  readonly #context: Context;
  readonly #signal: AbortSignal | undefined;

  constructor(wrapped: Wrapped, context: Context, signal: AbortSignal | undefined) {
    this.#wrapped = wrapped;
    this.#context = context;
    this.#signal = signal;
  }

  /** Whether a key of SSH could open it. */
  get wantsSsh(): boolean {
    return this.#wrapped.opening?.stanzas.some(({ type }) => type.startsWith('ssh-')) ?? false;
  }

  /** Tries what a place holds; what may ask a person is left for later. */
  async lookIn(place: Place, later: Later[]): Promise<Found> {
    const { name, content, absent = 'is empty' } = place;
    if (content === undefined) return [`${name} ${absent}`];
    if (place.form === 'ssh') return this.#trySsh(place, content, later);
    if (!isLocked(content)) return this.#tryIdentities(place, content, later);
    later.push({ rank: 'locked', open: async () => this.#tryLocked(place, content) });
    return [];
  }

  async #tryIdentities({ name, form }: Place, content: Uint8Array, later: Later[]): Promise<Found> {
    const identities = readIdentities(content, form === 'words');
    if (typeof identities === 'string') return [`${name} ${identities}`];
    const natives = identities.filter((identity) => identity.kind !== 'plugin');
    const dataKey = await this.#wrapped.withIdentities(natives);
    if (dataKey !== undefined) return dataKey;
    for (const identity of identities) {
      if (identity.kind === 'plugin') later.push({ rank: 'plugin', open: async () => this.#tryPlugin(name, identity) });
    }
    return natives.length === 0 && identities.length > 0 ? [] : [`${name} ${describeMiss(natives.length)}`];
  }

  async #tryPlugin(name: string, identity: PluginIdentity): Promise<Found> {
    const { opening } = this.#wrapped;
    if (opening === undefined) return [`${name} names a plugin, which cannot be run here`];
    if (this.#context.unattended === true) return [`${name} names a plugin, which may want a person`];
    const { unwrapWithPlugin } = await import('./plugin.node.ts');
    let fileKey: Uint8Array | undefined;
    try {
      fileKey = await unwrapWithPlugin(opening.stanzas, identity, this.#context, this.#signal);
    } catch (error) {
      return [`${name} names a plugin that failed: ${reasonOf(error)}`];
    }
    return fileKey === undefined
      ? [`${name} holds an identity of age-plugin-${identity.name}, which is not the recipient`]
      : opening.withFileKey(fileKey);
  }

  async #tryLocked(place: Place, content: Uint8Array): Promise<Found> {
    const open = await unlockedFiles(this.#context, place.name, async () => unlock(place, content, this.#context));
    const later: Later[] = [];
    const found =
      open.content === undefined ? [`${open.name} ${open.absent ?? 'is empty'}`] : await this.#tryIdentities(open, open.content, later);
    if (found instanceof Uint8Array) return found;
    const tried = [...found];
    for (const plugin of later) {
      const opened = await plugin.open();
      if (opened instanceof Uint8Array) return opened;
      tried.push(...opened);
    }
    return tried;
  }

  async #trySsh(place: Place, content: Uint8Array, later: Later[]): Promise<Found> {
    const { opening } = this.#wrapped;
    if (opening === undefined) return [];
    const ssh = await import('./ssh-search.node.ts');
    const outcome = await ssh.trySshKey(opening.stanzas, { ...place, content }, this.#context);
    if (outcome instanceof Uint8Array) return opening.withFileKey(outcome);
    if (typeof outcome === 'string') return [`${place.name} ${outcome}`];
    later.push({
      rank: 'ssh',
      open: async () => {
        const opened = await outcome();
        return typeof opened === 'string' ? [`${place.name} ${opened}`] : opening.withFileKey(opened);
      },
    });
    return [];
  }
}

/** Why something did not work, so that the next thing can be tried; what the person cancelled ends it all. */
function reasonOf(error: unknown): string {
  if (error instanceof SopsError && error.code !== 'CANCELLED') return error.message;
  throw error;
}

function readIdentities(content: Uint8Array, words: boolean): readonly Identity[] | string {
  try {
    return parseIdentities(new TextDecoder().decode(content), words);
  } catch (error) {
    return `cannot be used: ${reasonOf(error)}`;
  }
}

function describeMiss(count: number): string {
  if (count === 0) return 'holds no identity';
  return count === 1 ? 'holds one identity, which is not the recipient' : `holds ${count} identities, none of which is the recipient`;
}

const startsWith = (content: Uint8Array, text: string): boolean =>
  new TextDecoder('latin1').decode(content.subarray(0, text.length)) === text;
/** Whether a place holds an encrypted age file instead of identities. */
export const isLocked = (content: Uint8Array): boolean => startsWith(content, '-----BEGIN AGE') || startsWith(content, 'age-encryption');

/** Asks for the passphrase of a file of identities: gpg's agent where one runs, as sops does, else the person at the terminal. */
async function unlock(place: Place, content: Uint8Array, context: Context): Promise<Place> {
  const { name, form } = place;
  const { openLockedFile } = await import('./locked-file.node.ts');
  const answer = await openLockedFile(content, `Enter passphrase for identity '${name}':`, context);
  return typeof answer === 'string' ? { name, form, absent: answer } : { name, form: 'lines', content: answer };
}
