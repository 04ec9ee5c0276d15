import { SopsError } from '../../errors.ts';
import { clean } from './clean.ts';
import type { FilterParts } from './parts.ts';
import type { Filtering } from './protocol.ts';
import { smudge } from './smudge.ts';

/** What a name that is not UTF-8 has where its bytes are not. */
const unreadable = '\uFFFD';

/** Filters one file after another. */
export function filtering(parts: FilterParts): Filtering {
  let wroteToWorkTree = false;
  return async ({ command, path, content }) => {
    if (command === 'smudge') {
      wroteToWorkTree = true;
      return smudge(path, content, parts);
    }
    try {
      if (path.includes(unreadable))
        throw new SopsError('UNSUPPORTED', 'the name of the file is not UTF-8, so that its earlier version cannot be found');
      // What Git writes to the work tree it also writes to the index, which is asked next.
      if (wroteToWorkTree) await parts.versions.renew();
      wroteToWorkTree = false;
      return await clean(path, content, parts);
    } catch (error) {
      await parts.failed(path, error);
      return undefined;
    }
  };
}
