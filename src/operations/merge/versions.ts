import { wipe } from '../../crypto/bytes.ts';
import type { Document } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import { hasRecord } from '../../metadata/shape.ts';
import { readPlain } from '../encrypt.ts';
import { type OpenedFile, openWith, readSealed, type SealedFile } from '../open-file.ts';
import type { Services } from '../operation.ts';
import { opensMac, recoverDataKey } from '../recover-data-key.ts';
import { plainDocument } from '../rewrite.ts';
import { decodeText } from '../text.ts';
import { picked, type Pick } from './three.ts';

/** One version of a file, its values open. */
export type Version =
  | { readonly kind: 'absent' }
  /** The common ancestor alone: nobody here can open it, or it is no document; its metadata may be read all the same. */
  | { readonly kind: 'unreadable'; readonly error: SopsError; readonly metadata?: Metadata }
  | PlainVersion
  | SealedVersion;

/** A version that was never encrypted. */
export interface PlainVersion {
  readonly kind: 'plain';
  readonly source: Uint8Array;
  readonly document: Document;
}

/** An encrypted version, and the document of its plaintext. */
export interface SealedVersion {
  readonly kind: 'sealed';
  readonly source: Uint8Array;
  readonly document: Document;
  readonly file: OpenedFile;
}

/** Three versions of a file, of which both sides are there. */
export interface Versions {
  readonly base: Version;
  readonly ours: PlainVersion | SealedVersion;
  readonly theirs: PlainVersion | SealedVersion;
}

/** The files as they are; `base` is undefined where there is no common ancestor. */
export interface Sources {
  readonly base: Uint8Array | undefined;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

/** Whether a file is encrypted in a format; undefined for what is no document of it. Throws `MALFORMED_METADATA`. */
export function isSealed(source: Uint8Array, format: Format): boolean | undefined {
  try {
    return hasRecord(format.parse(decodeText(source)).branches, format.shape);
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return format.raw ? false : error.code === 'EMPTY_DOCUMENT' ? false : undefined;
  }
}

/**
 * Opens the versions of a file. A data key is looked for once: versions that have one in common are opened with it, whoever they are encrypted for.
 * Throws what hinders opening a side: `DATA_KEY_UNRECOVERABLE`, `MAC_MISMATCH`, `VALUE_UNOPENABLE`, `MALFORMED_DOCUMENT`.
 */
export async function openVersions(sources: Sources, format: Format, ignoreMac: boolean, services: Services): Promise<Versions> {
  const opener = new Opener(format, ignoreMac, services);
  try {
    const ours = await opener.side(sources.ours, 'ours');
    const theirs = await opener.side(sources.theirs, 'theirs');
    return { base: await opener.base(sources.base), ours, theirs };
  } catch (error) {
    opener.close();
    throw error;
  }
}

class Opener {
  readonly #format: Format;
  readonly #ignoreMac: boolean;
  readonly #services: Services;
  readonly #opened: OpenedFile[] = [];

  constructor(format: Format, ignoreMac: boolean, services: Services) {
    this.#format = format;
    this.#ignoreMac = ignoreMac;
    this.#services = services;
  }

  async side(source: Uint8Array, pick: Exclude<Pick, 'base'>): Promise<PlainVersion | SealedVersion> {
    try {
      return await this.#version(source);
    } catch (error) {
      if (!(error instanceof SopsError)) throw error;
      const whose = picked({ base: '', ours: 'our version', theirs: 'their version' }, pick);
      throw new SopsError(error.code, `${whose} cannot be read: ${error.message}`, { ...error.details, cause: error });
    }
  }

  async base(source: Uint8Array | undefined): Promise<Version> {
    if (source === undefined) return { kind: 'absent' };
    try {
      return await this.#version(source);
    } catch (error) {
      if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
      return error.code === 'EMPTY_DOCUMENT' ? { kind: 'absent' } : { kind: 'unreadable', error, ...this.#metadataOf(source) };
    }
  }

  #metadataOf(source: Uint8Array): { readonly metadata?: Metadata } {
    try {
      return { metadata: readSealed(source, this.#format, this.#services).metadata };
    } catch (error) {
      if (error instanceof SopsError) return {};
      throw error;
    }
  }

  async #version(source: Uint8Array): Promise<PlainVersion | SealedVersion> {
    const format = this.#format;
    if (isSealed(source, format) !== true) return { kind: 'plain', source, document: readPlain(source, format, format) };
    const file = await this.#open(readSealed(source, format, this.#services));
    return { kind: 'sealed', source, file, document: plainDocument(file) };
  }

  async #open(sealed: SealedFile): Promise<OpenedFile> {
    const dataKey = (await this.#knownKey(sealed)) ?? (await this.#recovered(sealed));
    const file = await openWith(dataKey, sealed, { ignoreMac: this.#ignoreMac });
    this.#opened.push(file);
    return file;
  }

  /** The data key of another version, or one that is remembered, where it opens the MAC. */
  async #knownKey({ metadata }: SealedFile): Promise<Uint8Array | undefined> {
    if (metadata.mac === '') return undefined;
    const other = this.#opened.find(({ dataKey }) => opensMac(dataKey, metadata));
    if (other !== undefined) return Uint8Array.from(other.dataKey);
    // That a file did not open a moment ago is no reason not to try: what comes of a merge stays.
    const remembered = await this.#services.known?.find(metadata).catch(() => undefined);
    return remembered !== undefined && opensMac(remembered, metadata) ? remembered : undefined;
  }

  async #recovered({ metadata }: SealedFile): Promise<Uint8Array> {
    const dataKey = await recoverDataKey(metadata, this.#services);
    if (opensMac(dataKey, metadata)) await this.#services.known?.keep(metadata, dataKey);
    return dataKey;
  }

  close(): void {
    for (const { dataKey } of this.#opened) wipe(dataKey);
  }
}
