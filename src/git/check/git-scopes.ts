import type { Blobs } from '../blobs.ts';
import { indexEntries, treeEntries } from '../entries.ts';
import type { Git } from '../git.ts';
import { type Commit, history } from '../history.ts';
import { checkConfig, type CheckedConfig, type ConfigReading } from './checked-config.ts';
import type { Finding } from './finding.ts';
import type { GlobMatch } from './globs.ts';
import type { Target } from './judge.ts';
import { type Policy, policyOf, type ReadConfig } from './policy.ts';

/** A repository that is looked through. */
export interface Looked {
  readonly git: Git;
  /** Absolute, with `/`. */
  readonly top: string;
  readonly blobs: Blobs;
  readonly reading: ConfigReading;
  /** The config file that is in force for all files, if one is named. */
  readonly fixed: CheckedConfig | undefined;
  /** Whether a file is to be looked at. @param path absolute, with `/` */
  readonly means: GlobMatch;
}

/** What is to be judged, and by which rules. */
export interface Scope {
  readonly targets: readonly Target[];
  readonly policy: Policy;
  /** All that there are, where rules may be judged by them. */
  readonly paths?: readonly string[];
  /** To be called when all is judged. */
  readonly close?: () => Promise<void>;
}

const isConfig = (path: string): boolean => /(^|\/)\.sops\.yaml$/.test(path);

/** Reads config files as the index (`:`) or a commit (`ID:`) has them. */
function configsOf(at: string, { top, blobs, reading }: Looked): ReadConfig {
  return async (path) => {
    if (!path.startsWith(`${top}/`) || path.includes('\n')) return undefined;
    const content = await blobs.read(`${at}${path.slice(top.length + 1)}`);
    return content === undefined ? undefined : checkConfig(path, content, reading);
  };
}

/** What the next commit would change, as the index has it; all of the index where a config file is among it. */
export async function stagedScope(looked: Looked): Promise<Scope> {
  const { git, top, blobs } = looked;
  const changed = new Set(
    await git.list(['diff', '--cached', '--name-only', '--no-ext-diff', '--no-renames', '--diff-filter=d', '--ignore-submodules', '-z']),
  );
  const all = (await indexEntries(git)).filter(({ kind, stage }) => kind === 'file' && stage === 0);
  const some = [...changed].some(isConfig) ? all : all.filter(({ path }) => changed.has(path));
  return {
    targets: some
      .filter(({ path }) => looked.means(`${top}/${path}`))
      .map(({ path, id }) => ({ path: `${top}/${path}`, read: () => blobs.read(id) })),
    policy: policyOf(configsOf(':', looked), looked.fixed),
    paths: all.map(({ path }) => `${top}/${path}`),
  };
}

/**
 * Every version of a file that commits brought in, the oldest first, each once.
 * @param tip the commit whose rules are those of now
 */
export async function historyScope(revisions: readonly string[], tip: string, looked: Looked): Promise<Scope> {
  const { git, top, blobs } = looked;
  const commits = await history(git, { revisions, oldestFirst: true });
  const policy = policyOf(configsOf(`${tip}:`, looked), looked.fixed);
  const isSteady = looked.fixed !== undefined || !commits.some(({ changes }) => changes.some(({ path }) => isConfig(path)));
  const seen = new Set<string>();
  const targets: Target[] = [];
  for (const commit of commits) {
    const earlier = isSteady ? undefined : policyOf(configsOf(`${commit.id}:`, looked));
    for (const { path, id } of broughtIn(commit)) {
      if (seen.has(`${id} ${path}`) || !looked.means(`${top}/${path}`)) continue;
      seen.add(`${id} ${path}`);
      targets.push({
        path: `${top}/${path}`,
        read: () => blobs.read(id),
        commit: { id: commit.id, date: commit.date },
        ...(earlier === undefined ? {} : { earlier }),
      });
    }
  }
  return { targets, policy };
}

/** What a commit has that none of its parents has. */
function broughtIn({ parents, changes }: Commit): readonly { readonly path: string; readonly id: string }[] {
  const told = new Map<string, { readonly path: string; readonly id: string; readonly count: number }>();
  for (const { path, after } of changes) {
    if (after === undefined) continue;
    const key = `${after} ${path}`;
    told.set(key, { path, id: after, count: (told.get(key)?.count ?? 0) + 1 });
  }
  return [...told.values()].filter(({ count }) => count >= parents.length);
}

/** Without what is said of symbolic links: a history does not tell them from files. */
export async function withoutLinks(findings: readonly Finding[], { git, top }: Looked): Promise<readonly Finding[]> {
  const kept: Finding[] = [];
  for (const finding of findings) {
    const path = finding.file.slice(top.length + 1);
    const entries =
      finding.commit === undefined || finding.rule !== 'not-encrypted' ? [] : await treeEntries(git, finding.commit.id, [path]);
    if (entries[0]?.kind !== 'link') kept.push(finding);
  }
  return kept;
}
