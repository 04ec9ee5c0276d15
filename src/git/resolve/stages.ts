import { SopsError } from '../../errors.ts';
import type { Context } from '../../ports.ts';
import { openBlobs } from '../blobs.ts';
import type { Git } from '../git.ts';

/** One version of a file in conflict. */
export interface Stage {
  /** As Git writes it: `100644`. */
  readonly mode: string;
  /** Of the blob. */
  readonly id: string;
}

/** The versions of a file in conflict, as the index has them; what is not there was added or removed. */
export interface Stages {
  readonly base?: Stage;
  readonly ours?: Stage;
  readonly theirs?: Stage;
}

const names = ['', 'base', 'ours', 'theirs'] as const;

/** The versions of a file that is in conflict; undefined for one that is not. @param path from the top of the work tree */
export async function stagesOf(git: Git, path: string): Promise<Stages | undefined> {
  const lines = await git.list(['--literal-pathspecs', 'ls-files', '--unmerged', '-z', '--', path]);
  const stages: { base?: Stage; ours?: Stage; theirs?: Stage } = {};
  for (const line of lines) {
    const [, mode = '', id = '', stage = ''] = /^(\d+) ([0-9a-f]+) ([123])\t/.exec(line) ?? [];
    if (!mode.startsWith('100')) throw new SopsError('UNSUPPORTED', 'a symbolic link or a submodule is in conflict here, not a file alone');
    const name = names[Number(stage)];
    if (name) stages[name] = { mode, id };
  }
  return lines.length === 0 ? undefined : stages;
}

/** The bytes of each version. Throws `GIT_FAILED` where one is not in the repository. */
export async function readStages(
  folder: string,
  { base, ours, theirs }: Stages,
  context: Pick<Context, 'converse'>,
): Promise<{ readonly base?: Uint8Array; readonly ours?: Uint8Array; readonly theirs?: Uint8Array }> {
  const blobs = await openBlobs(folder, context);
  const read = async (stage: Stage | undefined): Promise<Uint8Array | undefined> => {
    if (stage === undefined) return undefined;
    const content = await blobs.read(stage.id);
    if (content === undefined) throw new SopsError('GIT_FAILED', `a version of the file is not in the repository: ${stage.id}`);
    return content;
  };
  try {
    const [common, mine, others] = await Promise.all([read(base), read(ours), read(theirs)]);
    return { ...(common && { base: common }), ...(mine && { ours: mine }), ...(others && { theirs: others }) };
  } finally {
    await blobs.close();
  }
}

/**
 * Settles a conflict: the content goes into the index, in the place of all versions, and from there into the work tree, through whatever filters and line breaks Git is told of.
 * Throws `GIT_FAILED`.
 */
export async function settle(
  git: Git,
  path: string,
  { mode, content }: { readonly mode: string; readonly content: Uint8Array },
): Promise<void> {
  const id = await git.text(['hash-object', '-w', '--stdin'], { input: content });
  await git.text(['update-index', '--add', '--cacheinfo', `${mode},${id},${path}`]);
  await git.text(['checkout-index', '--force', '--index', '--', path]);
}

/** Settles a conflict by removing the file. Throws `GIT_FAILED`. */
export async function settleRemoved(git: Git, path: string): Promise<void> {
  await git.text(['--literal-pathspecs', 'rm', '--quiet', '--force', '--', path]);
}
