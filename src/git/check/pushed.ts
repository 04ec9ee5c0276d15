import type { Git } from '../git.ts';

/** Commits that a push brings: revisions as `git log` takes them, and the one at their end. */
export interface Pushed {
  readonly revisions: readonly string[];
  readonly tip: string;
}

/**
 * Reads what Git tells a `pre-receive` hook, `OLD NEW REF` a line, and finds for each branch and tag the commits that no other has yet. What is deleted brings none.
 * Throws `GIT_FAILED`.
 */
export async function pushedCommits(lines: string, git: Git): Promise<readonly Pushed[]> {
  const pushed: Pushed[] = [];
  for (const line of new Set(lines.split('\n'))) {
    const [, id] = /^[0-9a-f]{40,64} ([0-9a-f]{40,64}) /.exec(line) ?? [];
    if (id === undefined || /^0+$/.test(id)) continue;
    const tip = await git.ask(['rev-parse', '--verify', '--quiet', `${id}^{commit}`]);
    if (tip === undefined) continue;
    const listed = (await git.text(['rev-list', '--boundary', tip, '--not', '--all'])).split('\n').filter((one) => one !== '');
    if (listed.length > 0)
      pushed.push({ tip, revisions: [tip, ...listed.filter((one) => one.startsWith('-')).map((one) => `^${one.slice(1)}`)] });
  }
  return pushed;
}
