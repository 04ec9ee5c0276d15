import { relative, sep } from 'node:path';
import { openBlobs } from '../git/blobs.ts';
import { PastKeyAges } from '../git/past/key-ages.ts';
import { gitIn } from '../git/git.ts';
import { keySources } from '../keysources/index.ts';
import { realPath } from '../node/files.ts';
import { agesInFile, type KeyAges } from '../operations/key-age.ts';
import type { SealedFile } from '../operations/open-file.ts';
import type { Context } from '../ports.ts';
import { workTreeOf } from './earlier-versions.ts';

/** How old the keys of files are: by the files themselves, and by the repositories that they are in. */
export class FileKeyAges {
  readonly #context: Pick<Context, 'run' | 'converse'>;
  readonly #repositories = new Map<string, Promise<Opened>>();

  constructor(context: Pick<Context, 'run' | 'converse'>) {
    this.#context = context;
  }

  /** Throws `GIT_FAILED`. @param path absolute */
  async of(path: string, file: Pick<SealedFile, 'branches' | 'metadata'>): Promise<KeyAges> {
    const real = realPath(path);
    const top = workTreeOf(real);
    if (top === undefined) return agesInFile(file.metadata, keySources);
    const opened = this.#repositories.get(top) ?? this.#open(top);
    this.#repositories.set(top, opened);
    return (await opened).past.of(relative(top, real).replaceAll(sep, '/'), file);
  }

  async close(): Promise<void> {
    for (const opened of this.#repositories.values()) await (await opened).close();
  }

  async #open(top: string): Promise<Opened> {
    const blobs = await openBlobs(top, this.#context);
    return { past: new PastKeyAges(gitIn(top, this.#context), blobs, keySources), close: () => blobs.close() };
  }
}

interface Opened {
  readonly past: PastKeyAges;
  readonly close: () => Promise<void>;
}
