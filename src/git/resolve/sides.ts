import type { Three } from '../../operations/merge/three.ts';
import type { Context } from '../../ports.ts';
import type { Repository } from '../repository.ts';

/** What the versions of a conflict are, for people. */
export interface SidesTold {
  /** What is going on: `a rebase`. */
  readonly during: string;
  /** Each version in a few words, the commit first. */
  readonly labels: Three<string>;
}

/** What can stop with a conflict, by the reference that it leaves. */
const operations = [
  { reference: 'REBASE_HEAD', during: 'a rebase', ours: 'what you rebase onto, and what of yours is on it already', theirs: 'your commit' },
  { reference: 'MERGE_HEAD', during: 'a merge', ours: 'your branch', theirs: 'what you merge' },
  { reference: 'CHERRY_PICK_HEAD', during: 'a cherry-pick', ours: 'your branch', theirs: 'the commit that you pick' },
  { reference: 'REVERT_HEAD', during: 'a revert', ours: 'your branch', theirs: 'what was before the commit that you revert' },
] as const;

/** Says which commits the versions of a conflict are of: in a rebase, ours are not those that people call theirs. */
export async function tellSides({ git, gitDir }: Repository, { files }: Pick<Context, 'files'>): Promise<SidesTold> {
  const commit = async (reference: string): Promise<string | undefined> => (await git.ask(commitLine(reference)))?.slice(0, longest);
  const head = (await commit('HEAD')) ?? 'HEAD';
  const rebasing = (await files.read(`${gitDir}/rebase-merge/head-name`)) ?? (await files.read(`${gitDir}/rebase-apply/head-name`));
  for (const { reference, during, ours, theirs } of operations) {
    if (reference === 'REBASE_HEAD' && rebasing === undefined) continue;
    const other = await commit(reference);
    if (other !== undefined)
      return { during, labels: { base: 'the common version', ours: `${head} (${ours})`, theirs: `${other} (${theirs})` } };
  }
  return {
    during: 'a stash or a patch that was applied',
    labels: { base: 'the version that it was made for', ours: `${head} (your branch)`, theirs: 'what was stashed' },
  };
}

/** So many characters of a commit and its subject are shown. */
const longest = 60;

const commitLine = (reference: string): readonly string[] => [
  'log',
  '-1',
  '--no-show-signature',
  '--no-color',
  '--format=%h %s',
  '--end-of-options',
  reference,
  '--',
];
