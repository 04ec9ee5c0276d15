import type { Git } from './git.ts';

/** A file, link or submodule that Git knows, in the index or a commit. */
export interface GitEntry {
  /** Counted from the top, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'submodule';
  /** Of the blob, or of the submodule's commit. */
  readonly id: string;
  /** 0; in a merge with conflicts 1 for the common ancestor, 2 for ours, 3 for theirs. */
  readonly stage: number;
}

/**
 * What is in the index.
 * @param paths below the top, taken literally: a folder stands for all in it; none for everything
 */
export async function indexEntries(git: Git, paths: readonly string[] = []): Promise<readonly GitEntry[]> {
  const lines = await git.list(['--literal-pathspecs', 'ls-files', '--stage', '-z', '--', ...paths]);
  return lines.map((line) => entryOf(line, /^(\d+) ([0-9a-f]+) (\d)\t([^]*)$/, 3));
}

/** What is in a commit or tree. Throws `GIT_FAILED` where there is none of that name. */
export async function treeEntries(git: Git, commit: string, paths: readonly string[] = []): Promise<readonly GitEntry[]> {
  const lines = await git.list(['--literal-pathspecs', 'ls-tree', '-r', '-z', '--full-tree', '--end-of-options', commit, ...paths]);
  return lines.map((line) => entryOf(line, /^(\d+) \w+ ([0-9a-f]+)()\t([^]*)$/, 3));
}

function entryOf(line: string, shape: RegExp, stageAt: number): GitEntry {
  const parts = shape.exec(line) ?? [];
  const [, mode = '', id = '', , path = ''] = parts;
  return { path, id, kind: kindOf(mode), stage: Number(parts[stageAt] ?? '') };
}

const kindOf = (mode: string): GitEntry['kind'] => (mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file');
