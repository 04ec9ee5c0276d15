import { lstatSync } from 'node:fs';
import { SopsError } from '../../errors.ts';
import type { SetupPlace } from '../../git/setup/place.ts';

/** The file of attributes of a place; undefined where there is no home to put it. Throws `OUTPUT_UNWRITABLE` for a link in a repository: it could lead anywhere, and Git does not follow it. */
export function attributesFileOf({ attributesFile: file, foreign }: SetupPlace): string | undefined {
  if (file !== undefined && foreign && lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new SopsError('OUTPUT_UNWRITABLE', 'this is a symbolic link, which Git does not follow for attributes', {
      file,
      hint: 'put a file in its place, or give the patterns to this clone alone with --private',
    });
  return file;
}
