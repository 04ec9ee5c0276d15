import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { readSealed, type SealedFile } from '../../operations/open-file.ts';
import type { Services } from '../../operations/operation.ts';
import type { Context } from '../../ports.ts';
import { type Blobs, openBlobs } from '../blobs.ts';
import { type Commit, history } from '../history.ts';
import { findRepository } from '../repository.ts';

/** A file as a commit has it. */
export interface CommittedVersion {
  readonly commit: Commit;
  /** Whether it is that of the last commit. */
  readonly last: boolean;
  readonly file: SealedFile;
}

/** How far back to look. */
const most = 50;

/** How many versions with another MAC are read before it is given up. */
const mostOthers = 10;

/** The file that is looked for, and the world it is in. */
export interface Wanted extends Pick<Services, 'keySources'> {
  /** Absolute, without the name. */
  readonly folder: string;
  readonly name: string;
  readonly format: Format;
  readonly context: Pick<Context, 'run' | 'converse'>;
  /** Where to begin; `HEAD` without. */
  readonly revision?: string;
  /** Milliseconds that git may take. */
  readonly timeout?: number;
}

/** Committed versions of a file, the newest first, as far as they are encrypted and can be read; none where there is no repository. Throws `GIT_FAILED`. */
export async function* committedVersions(wanted: Wanted): AsyncGenerator<CommittedVersion> {
  const { folder, name, context, revision = 'HEAD', timeout } = wanted;
  const repository = await findRepository(folder, context);
  if (repository === undefined) return;
  const path = `${repository.prefix}${name}`;
  const commits = await history(repository.git, {
    revisions: [revision],
    paths: [path],
    most,
    ...(timeout === undefined ? {} : { timeout }),
  });
  const blobs = await openBlobs(folder, context);
  try {
    for (const [at, commit] of commits.entries()) {
      const id = commit.changes.find((change) => change.path === path)?.after;
      const file = id === undefined ? undefined : await readVersion(blobs, id, wanted);
      if (file) yield { commit, last: at === 0, file };
    }
  } finally {
    await blobs.close();
  }
}

async function readVersion(blobs: Blobs, id: string, { format, keySources }: Wanted): Promise<SealedFile | undefined> {
  const content = await blobs.read(id);
  try {
    return content && readSealed(content, format, { keySources });
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/**
 * The version that a MAC was made with, found without a key: whoever changes a file by hand leaves its MAC as it was, so that of the versions in a row that have it the oldest is meant.
 * Where none has it, the newest.
 */
export async function versionSigned(mac: string, versions: AsyncIterable<CommittedVersion>): Promise<CommittedVersion | undefined> {
  let newest: CommittedVersion | undefined;
  let signed: CommittedVersion | undefined;
  let others = 0;
  for await (const version of versions) {
    newest ??= version;
    if (version.file.metadata.mac === mac) signed = version;
    else if (signed || ++others === mostOthers) break;
  }
  return signed ?? newest;
}
