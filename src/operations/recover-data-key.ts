import { wipe } from '../crypto/bytes.ts';
import { combineShares, shareOverhead } from '../crypto/shamir.ts';
import { openPayload } from '../crypto/value.ts';
import { failuresOf, type KeyGroupAttempt, printable, SopsError } from '../errors.ts';
import type { KeyGroup, Metadata, WrappedKey } from '../metadata/metadata.ts';
import { dataKeyLength, effectiveThreshold } from './data-key.ts';
import { type Stage, stagesOf } from './decryption-order.ts';
import { nameOf } from './master-key-name.ts';
import type { Services } from './operation.ts';
import { race, type Runner } from './race.ts';

/** How long a key service is waited for before the next is asked beside it, in milliseconds. */
const headStart = 300;

/** A data key, and what each key group holds of it as far as that was looked for; all to be wiped. */
export interface RecoveredKey {
  readonly dataKey: Uint8Array;
  /** By key group. With one group it is the data key itself. */
  readonly shares: readonly (Uint8Array | undefined)[];
}

/**
 * Finds the data key of a file (`sops.go`, GetDataKeyWithKeyServices): as many key groups are opened as it takes, each with the first master key that can. Local kinds come first, one
 * after another; services on the network are asked side by side where one takes its time, and no longer once the data key is known.
 * Throws `DATA_KEY_UNRECOVERABLE` with all that was tried, `CANCELLED`.
 */
export async function recoverDataKey(metadata: Metadata, services: Services): Promise<Uint8Array> {
  const known = await services.known?.find(metadata);
  if (known !== undefined && fitsFile(known, metadata)) return known;
  if (known !== undefined) wipe(known);
  const { dataKey, shares } = await recoverShares(metadata, services);
  for (const share of shares) if (share && share !== dataKey) wipe(share);
  if (fitsFile(dataKey, metadata)) await services.known?.keep(metadata, dataKey);
  return dataKey;
}

/** A file says itself whose wrapped keys it has: what was known, or is to be, must be proved by its MAC. */
const fitsFile = (dataKey: Uint8Array, metadata: Metadata): boolean =>
  metadata.mac !== '' && dataKey.length === dataKeyLength && opensMac(dataKey, metadata);

/**
 * As {@link recoverDataKey}, with the shares of the groups that were opened.
 * @param first groups whose shares are wanted for themselves: they are tried before the others
 */
export async function recoverShares(metadata: Metadata, services: Services, first: readonly number[] = []): Promise<RecoveredKey> {
  const search = new Search(metadata, services, first);
  try {
    return await search.run();
  } catch (error) {
    search.wipe();
    throw error;
  }
}

/** One key group, as far as it is known. */
class Group {
  readonly #keys: KeyGroup;
  readonly #errors = new Map<WrappedKey, readonly string[]>();
  readonly #metadata: Metadata;
  readonly #services: Services;
  share: Uint8Array | undefined;

  constructor(keys: KeyGroup, metadata: Metadata, services: Services) {
    this.#keys = keys;
    this.#metadata = metadata;
    this.#services = services;
  }

  /** Has one master key unwrap the share; notes why it could not. */
  readonly runners = (stage: Stage): readonly Runner<Uint8Array>[] =>
    this.#untried(stage).map((wrapped) => async (signal) => {
      try {
        const share = this.#checked(await this.#services.keys.unwrap(wrapped, signal));
        this.#tell('a master key opened its share of the data key', wrapped);
        return share;
      } catch (error) {
        if (!signal.aborted) {
          this.#errors.set(wrapped, failuresOf(error));
          this.#tell('a master key could not open its share of the data key', wrapped);
        }
        throw error;
      }
    });

  #tell(message: string, { masterKey }: WrappedKey): void {
    const { context, keySources } = this.#services;
    context.log({ level: 'debug', message, fields: { key: printable(nameOf(masterKey, keySources)) } });
  }

  readonly #untried = (stage: Stage): KeyGroup => stage.keysOf(this.#keys).filter((wrapped) => !this.#errors.has(wrapped));

  /** A share, or where there should be one, the whole data key: see `#wholeKey`. */
  #checked(share: Uint8Array): Uint8Array {
    const { length } = share;
    const { keyGroups, mac } = this.#metadata;
    const wanted = keyGroups.length > 1 ? dataKeyLength + shareOverhead : dataKeyLength;
    if (length === wanted || (length === dataKeyLength && mac !== '' && opensMac(share, this.#metadata))) return share;
    wipe(share);
    const what = length === dataKeyLength + shareOverhead ? ', as a share is: other key groups of the file are missing' : '';
    throw new SopsError('DATA_KEY_UNRECOVERABLE', `what it unwraps is not ${wanted} bytes long but ${length}${what}`);
  }

  /** What was tried, in the order of the stages, whoever failed first. */
  attempt(stages: readonly Stage[]): KeyGroupAttempt {
    const { keySources } = this.#services;
    const attempts = stages
      .flatMap((stage) => stage.keysOf(this.#keys))
      .flatMap((wrapped) => {
        const masterKey = nameOf(wrapped.masterKey, keySources);
        return (this.#errors.get(wrapped) ?? []).map((error) => ({ masterKey, error }));
      });
    return { recovered: this.share !== undefined, attempts };
  }
}

/** Whether a key is the very data key, as far as the MAC can tell: shares that do not belong together make up a key as well. */
export const opensMac = (dataKey: Uint8Array, { mac, lastModified }: Metadata): boolean =>
  mac === '' || 'payload' in openPayload(dataKey, mac, lastModified);

class Search {
  readonly #metadata: Metadata;
  readonly #services: Services;
  readonly #groups: readonly Group[];
  readonly #first: readonly number[];
  readonly #stages: readonly Stage[];

  constructor(metadata: Metadata, services: Services, first: readonly number[]) {
    const { keyGroups } = metadata;
    this.#metadata = metadata;
    this.#services = services;
    this.#first = first;
    this.#groups = keyGroups.map((keys) => new Group(keys, metadata, services));
    this.#stages = stagesOf(services.decryptionOrder, services.keySources);
  }

  async run(): Promise<RecoveredKey> {
    if (this.#groups.length === 1) return this.#runSingle();
    const { shamirThreshold } = this.#metadata;
    // No sharing has a threshold below 2: the number is not to be relied on, and sops combines all it can get.
    await this.#open(effectiveThreshold(shamirThreshold, this.#groups.length));
    const whole = this.#shares.find(({ length }) => length === dataKeyLength);
    if (whole) return this.#wholeKey(whole);
    if (this.#shares.length < Math.max(2, shamirThreshold)) throw this.#failure();
    const dataKey = combineShares(this.#shares);
    if (this.#fits(dataKey) || this.#unopened.length === 0) return this.#result(dataKey);
    wipe(dataKey);
    await this.#open(this.#groups.length);
    return this.#result(combineShares(this.#shares));
  }

  /** Real sops's `groups add` leaves the first group so, and the new one without anything, where `shamir_threshold` was 1: it looks over that it could not share the key. */
  #wholeKey(found: Uint8Array): RecoveredKey {
    const message =
      'a key group holds the whole data key where a share of it should be, as real sops leaves it: `updatekeys` mends the file';
    this.#services.context.log({ level: 'warn', message });
    const dataKey = Uint8Array.from(found);
    this.wipe();
    return { dataKey, shares: [] };
  }

  async #runSingle(): Promise<RecoveredKey> {
    await this.#open(1);
    const [dataKey] = this.#shares;
    if (!dataKey) throw this.#failure();
    return this.#result(dataKey);
  }

  #result(dataKey: Uint8Array): RecoveredKey {
    if (!this.#fits(dataKey))
      this.#services.context.log({
        level: 'warn',
        message: 'the key that the shares of the key groups make up does not open the MAC: groups, shamir_threshold or MAC were changed',
      });
    return { dataKey, shares: this.#groups.map(({ share }) => share) };
  }

  #fits(dataKey: Uint8Array): boolean {
    return this.#groups.length === 1 || opensMac(dataKey, this.#metadata);
  }

  get #shares(): readonly Uint8Array[] {
    return this.#groups.flatMap(({ share }) => (share ? [share] : []));
  }

  get #unopened(): readonly Group[] {
    const first = this.#groups.filter((_, at) => this.#first.includes(at));
    return [...new Set([...first, ...this.#groups])].filter(({ share }) => share === undefined);
  }

  /** Opens key groups until there are as many as wanted, or no master key is left to try. */
  async #open(wanted: number): Promise<void> {
    for (const stage of this.#stages) {
      const needed = wanted - this.#shares.length;
      if (needed <= 0) return;
      if (stage.local) await this.#openLocally(stage, wanted);
      else await this.#openSideBySide(stage, needed);
    }
  }

  /** One master key after another, group after group: a person may have to answer. */
  async #openLocally(stage: Stage, wanted: number): Promise<void> {
    for (const group of this.#unopened) {
      if (this.#shares.length >= wanted) return;
      await this.#openGroup(group, stage, { headStart: Infinity, signal: this.#services.context.signal });
    }
  }

  async #openSideBySide(stage: Stage, needed: number): Promise<void> {
    const { signal } = this.#services.context;
    const runners = this.#unopened.map((group): Runner<void> => async (stop) => {
      await this.#openGroup(group, stage, { headStart, signal: stop });
      if (!group.share) throw new SopsError('DATA_KEY_UNRECOVERABLE', 'no master key of the group could');
    });
    await race(runners, { needed, headStart, signal, discard: () => undefined });
  }

  async #openGroup(
    group: Group,
    stage: Stage,
    rules: { readonly headStart: number; readonly signal: AbortSignal | undefined },
  ): Promise<void> {
    const finishes = await race(group.runners(stage), { needed: 1, discard: wipe, ...rules });
    for (const finish of finishes) if (finish && 'value' in finish) group.share = finish.value;
  }

  #failure(): SopsError {
    const { shamirThreshold } = this.#metadata;
    const several = this.#groups.length > 1;
    const wrong = several && (shamirThreshold < 2 || shamirThreshold > this.#groups.length);
    return new SopsError('DATA_KEY_UNRECOVERABLE', 'failed to get the data key required to decrypt the SOPS file', {
      groups: this.#groups.map((group) => group.attempt(this.#stages)),
      ...(several || shamirThreshold > 0 ? { shamirThreshold: several ? Math.max(2, shamirThreshold) : shamirThreshold } : {}),
      ...(wrong
        ? {
            hint: `shamir_threshold is ${shamirThreshold} of ${this.#groups.length} key groups, which no file has: its metadata was changed`,
          }
        : {}),
    });
  }

  wipe(): void {
    for (const share of this.#shares) wipe(share);
  }
}
