import { fromUtf8, wipe } from '../../crypto/bytes.ts';
import { openPayload, type Payload } from '../../crypto/value.ts';
import { additionalData } from '../../document/path.ts';
import { SopsError } from '../../errors.ts';
import { formatOfSealed } from '../../formats/told.ts';
import { leavesOf, type PlacedLeaf } from '../../operations/leaf-paths.ts';
import { readSealed, type SealedFile } from '../../operations/open-file.ts';
import type { Services } from '../../operations/operation.ts';
import { recoverDataKey } from '../../operations/recover-data-key.ts';
import type { Blobs } from '../blobs.ts';
import type { DataKeys } from './data-keys.ts';
import type { FileVersion } from './lineage.ts';
import type { ValueAt } from './origins.ts';

interface Opened {
  readonly leaves: ReadonlyMap<string, PlacedLeaf>;
  readonly dataKey: Uint8Array;
}

/** Compares values of versions with the keys at hand. Each data key is asked for once, and wiped by `close`. */
export class Plaintexts {
  readonly #blobs: Blobs;
  readonly #dataKeys: DataKeys;
  readonly #services: Services;
  readonly #keys = new Map<number, Promise<Uint8Array | undefined>>();
  readonly #files = new Map<string, Promise<Opened | undefined>>();

  constructor(blobs: Blobs, dataKeys: DataKeys, services: Services) {
    this.#blobs = blobs;
    this.#dataKeys = dataKeys;
    this.#services = services;
  }

  /** Whether two values are the same; undefined where one of them does not open here. Throws `CANCELLED`. */
  async areSame(one: ValueAt, other: ValueAt): Promise<boolean | undefined> {
    const mine = await this.#payload(one);
    const theirs = mine && (await this.#payload(other));
    if (!mine || !theirs) return undefined;
    return (
      fromUtf8(mine.bytes) === fromUtf8(theirs.bytes) &&
      mine.bytes.length === theirs.bytes.length &&
      mine.bytes.every((byte, at) => byte === theirs.bytes[at])
    );
  }

  /** Whether one of some values is the same; undefined where none is as far as they open, and one does not open here. Throws `CANCELLED`. */
  async isAmong(one: ValueAt, others: readonly ValueAt[]): Promise<boolean | undefined> {
    let among: boolean | undefined = false;
    for (const other of others) {
      const same = await this.areSame(one, other);
      if (same === true) return true;
      among = same === undefined ? undefined : among;
    }
    return among;
  }

  async close(): Promise<void> {
    for (const dataKey of await Promise.all(this.#keys.values())) if (dataKey) wipe(dataKey);
  }

  async #payload({ version, path }: ValueAt): Promise<Payload | undefined> {
    const known = this.#files.get(version.blob) ?? this.#open(version);
    this.#files.set(version.blob, known);
    const opened = await known;
    const placed = opened?.leaves.get(path);
    if (!opened || !placed) return undefined;
    const opening = openPayload(opened.dataKey, placed.leaf.text.trimEnd(), additionalData(placed.keys));
    return 'payload' in opening ? opening.payload : undefined;
  }

  async #open(version: FileVersion): Promise<Opened | undefined> {
    const content = await this.#blobs.read(version.blob);
    const format = content && formatOfSealed(version.path, content);
    if (!format) return undefined;
    const file = readSealed(content, format, this.#services);
    const id = this.#dataKeys.of(version);
    // Another version may be wrapped for a key that is here where this one is not.
    const dataKey = (await this.#keys.get(id)) ?? (await this.#recovered(id, file));
    return dataKey && { leaves: leavesOf(file.branches), dataKey };
  }

  #recovered(id: number, { metadata }: SealedFile): Promise<Uint8Array | undefined> {
    const recovered = recoverDataKey(metadata, this.#services).catch((error: unknown) => {
      if (error instanceof SopsError && error.code === 'DATA_KEY_UNRECOVERABLE') return undefined;
      throw error;
    });
    this.#keys.set(id, recovered);
    return recovered;
  }
}
