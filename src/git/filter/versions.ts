import type { Context } from '../../ports.ts';
import { type Blobs, openBlobs } from '../blobs.ts';
import { indexEntries, treeEntries } from '../entries.ts';
import { type Git, gitIn } from '../git.ts';

/** The versions of files that a repository has. */
export interface Versions {
  /** Those that the plaintext of a path may be of, the nearest first: in the index, in a merge ours, theirs and their ancestor, then in HEAD. Throws `GIT_FAILED`. */
  of(path: string): AsyncIterable<Uint8Array>;
  /** Files that the index or HEAD has and the work tree or the index has not; none where there are more than so many. Throws `GIT_FAILED`. */
  gone(most: number): AsyncIterable<{ readonly path: string; readonly content: Uint8Array }>;
  /** Has the index read anew: Git writes it while it runs. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** The stages of the index that may hold a path, where it is in a conflict. */
const stages = [2, 3, 1];

/** @param top of the work tree */
export function openVersions(top: string, context: Context): Versions {
  let blobs: Promise<Blobs> | undefined;
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    blobs ??= openBlobs(top, context);
    return (await blobs).read(name);
  };
  const close = async (): Promise<void> => {
    const open = blobs;
    blobs = undefined;
    await (await open)?.close();
  };
  return {
    of: (path) => (path.includes('\n') ? versionsById(path, top, context, read) : versionsByName(path, read)),
    gone: (most) => goneFiles(most, gitIn(top, context), read),
    renew: close,
    close,
  };
}

type Read = (name: string) => Promise<Uint8Array | undefined>;

async function* versionsByName(path: string, read: Read): AsyncGenerator<Uint8Array> {
  // The stage is always said: a path may begin as one that says it.
  const staged = await read(`:0:${path}`);
  if (staged !== undefined) yield staged;
  else
    for (const stage of stages) {
      const version = await read(`:${stage}:${path}`);
      if (version !== undefined) yield version;
    }
  const committed = await read(`HEAD:${path}`);
  if (committed !== undefined) yield committed;
}

/** For a path that stands on more lines than one, which cannot be asked for by name. */
async function* versionsById(path: string, top: string, context: Context, read: Read): AsyncGenerator<Uint8Array> {
  const git = gitIn(top, context);
  const inIndex = await indexEntries(git, [path]);
  const born = (await git.ask(['rev-parse', '--verify', '--quiet', 'HEAD'])) !== undefined;
  const inHead = born ? await treeEntries(git, 'HEAD', [path]) : [];
  for (const entry of [...[0, ...stages].flatMap((stage) => inIndex.filter((one) => one.stage === stage)), ...inHead]) {
    const version = entry.path === path && entry.kind === 'file' ? await read(entry.id) : undefined;
    if (version !== undefined) yield version;
  }
}

async function* goneFiles(most: number, git: Git, read: Read): AsyncGenerator<{ readonly path: string; readonly content: Uint8Array }> {
  const fromWorkTree = await git.list(['ls-files', '--deleted', '-z']);
  const born = (await git.ask(['rev-parse', '--verify', '--quiet', 'HEAD'])) !== undefined;
  const fromIndex = born ? await git.list(['diff-index', '--cached', '--name-only', '--no-renames', '--diff-filter=D', '-z', 'HEAD']) : [];
  if (fromWorkTree.length + fromIndex.length > most) return;
  const named = [...fromWorkTree.map((path) => ({ path, from: ':0:' })), ...fromIndex.map((path) => ({ path, from: 'HEAD:' }))];
  for (const { path, from } of named) {
    const content = path.includes('\n') ? undefined : await read(`${from}${path}`);
    if (content !== undefined) yield { path, content };
  }
}
