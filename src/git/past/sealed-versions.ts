import { holdsCiphertext, looksSealed, parseEnvelope } from '../../crypto/envelope.ts';
import { SopsError } from '../../errors.ts';
import { formatOfSealed } from '../../formats/told.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import { leavesOf } from '../../operations/leaf-paths.ts';
import { readSealed, type SealedFile } from '../../operations/open-file.ts';
import type { Services } from '../../operations/operation.ts';
import type { Blobs } from '../blobs.ts';

/** A value of an encrypted file as it stands there. */
export interface StandingValue {
  readonly sealed: boolean;
  /** The ciphertext; of a value in clear its type and text. */
  readonly text: string;
}

/** What one version of an encrypted file holds, read without any key. */
export interface SealedVersion {
  readonly values: ReadonlyMap<string, StandingValue>;
  readonly metadata: Pick<Metadata, 'keyGroups' | 'mac' | 'shamirThreshold' | 'lastModified'>;
}

/** Takes of an encrypted file what its history is told from. */
export function versionOf({ branches, metadata }: Pick<SealedFile, 'branches' | 'metadata'>): SealedVersion {
  const values = new Map<string, StandingValue>();
  for (const [path, { leaf }] of leavesOf(branches)) {
    const sealed = looksSealed(leaf.text);
    values.set(path, { sealed, text: sealed ? leaf.text.trimEnd() : `${leaf.type} ${leaf.text}` });
  }
  const { keyGroups, mac, shamirThreshold, lastModified } = metadata;
  return { values, metadata: { keyGroups, mac, shamirThreshold, lastModified } };
}

/** Whether two ciphertexts must hold different values: AES-GCM keeps the length, and only texts have one spelling. */
export function surelyDiffer(one: string, other: string): boolean {
  const [mine, theirs] = [parseEnvelope(one), parseEnvelope(other)];
  return mine?.type === 'str' && theirs?.type === 'str' && mine.data.length !== theirs.data.length;
}

/** Reads versions of files out of a repository, each blob once. */
export class SealedVersions {
  readonly #blobs: Blobs;
  readonly #services: Pick<Services, 'keySources'>;
  readonly #known = new Map<string, Promise<SealedVersion | undefined>>();
  #unreadable = 0;

  constructor(blobs: Blobs, services: Pick<Services, 'keySources'>) {
    this.#blobs = blobs;
    this.#services = services;
  }

  /** How many versions are missing, or hold ciphertext and could not be read: with conflict markers in them, say. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** Undefined for what is no encrypted file. @param path which tells its format */
  async read(blob: string, path: string): Promise<SealedVersion | undefined> {
    const known = this.#known.get(blob) ?? this.#read(blob, path);
    this.#known.set(blob, known);
    return known;
  }

  async #read(blob: string, path: string): Promise<SealedVersion | undefined> {
    const content = await this.#blobs.read(blob);
    // A partial clone lacks blobs, and nothing is fetched.
    if (content === undefined) this.#unreadable++;
    if (content === undefined || !holdsCiphertext(content)) return undefined;
    const format = formatOfSealed(path, content);
    if (format === undefined) return undefined;
    try {
      return versionOf(readSealed(content, format, this.#services));
    } catch (error) {
      if (!(error instanceof SopsError)) throw error;
      if (error.code !== 'METADATA_NOT_FOUND') this.#unreadable++;
      return undefined;
    }
  }
}
