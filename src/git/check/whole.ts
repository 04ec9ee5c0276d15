import { SopsError } from '../../errors.ts';
import type { Git } from '../git.ts';

/** Sees that a history can be looked through. Throws `GIT_FAILED` where versions of files were left on the server, which nothing would be found in. */
export async function refuseHoles(git: Git): Promise<void> {
  const promisors = await git.ask(['config', '--type=bool', '--get-regexp', String.raw`^remote\..*\.promisor$`]);
  if (promisors?.endsWith(' true') === true)
    throw new SopsError('GIT_FAILED', 'this is a partial clone: not all versions of files are here to be checked', {
      hint: 'clone without --filter, or bring what is missing with `git fetch --refetch --no-filter`',
    });
  if ((await git.ask(['rev-parse', '--is-shallow-repository'])) === 'true')
    throw new SopsError('GIT_FAILED', 'this is a shallow clone: not all commits are here to be checked', {
      hint: 'bring them with `git fetch --unshallow`; actions/checkout takes fetch-depth: 0',
    });
}
