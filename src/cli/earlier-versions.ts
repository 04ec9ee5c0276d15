import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { type Blobs, openBlobs } from '../git/blobs.ts';
import { keySources } from '../keysources/index.ts';
import { realPath, statFile } from '../node/files.ts';
import { status } from '../operations/status.ts';
import type { Context } from '../ports.ts';
import { mayBeEncrypted } from './encrypted-files.ts';

/** Git is asked about one file for no longer than this, in milliseconds. */
const patience = 5000;

/** The top folder of the work tree that a file is in, found without asking Git. */
export function workTreeOf(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (statFile(join(folder, '.git')) !== undefined) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The encrypted versions that Git has of files, asked of one process a repository. */
export class EarlierVersions {
  readonly #context: Context;
  readonly #repositories = new Map<string, Promise<Blobs | undefined>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** The version of a file in HEAD, else in the index, that is encrypted; undefined where there is no Git, no repository or no such version. */
  async of(path: string, format: Format): Promise<Uint8Array | undefined> {
    const real = realPath(path);
    const top = workTreeOf(real);
    const blobs = top === undefined ? undefined : await this.#blobsOf(top);
    if (top === undefined || blobs === undefined) return undefined;
    const name = relative(top, real).replaceAll(sep, '/');
    for (const version of [`HEAD:${name}`, `:${name}`]) {
      const content = await this.#read(top, blobs, version);
      if (content !== undefined && isSealed(content, format)) return content;
    }
    return undefined;
  }

  async close(): Promise<void> {
    for (const blobs of this.#repositories.values()) await (await blobs)?.close();
  }

  async #blobsOf(top: string): Promise<Blobs | undefined> {
    const known = this.#repositories.get(top) ?? openBlobs(top, this.#context).catch(passing);
    this.#repositories.set(top, known);
    return known;
  }

  async #read(top: string, blobs: Blobs, name: string): Promise<Uint8Array | undefined> {
    const late = Symbol('late');
    const content = await Promise.race([blobs.read(name).catch(passing), sleep(patience, late, { ref: false })]);
    if (typeof content !== 'symbol') return content;
    // It will not be quicker for the next file.
    this.#repositories.set(top, Promise.resolve(undefined));
    await blobs.close();
    return undefined;
  }
}

/** What Git cannot say is no reason not to encrypt. */
function passing(error: unknown): undefined {
  if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
}

function isSealed(content: Uint8Array, format: Format): boolean {
  if (!mayBeEncrypted(content)) return false;
  try {
    return status(content, format, { keySources }).encrypted;
  } catch (error) {
    passing(error);
    return false;
  }
}
