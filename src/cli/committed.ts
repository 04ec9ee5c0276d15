import { basename, dirname } from 'node:path';
import { SopsError } from '../errors.ts';
import { committedVersions, versionSigned } from '../git/past/committed-versions.ts';
import { keySources } from '../keysources/index.ts';
import { realPath } from '../node/files.ts';
import { compareSealed, type SealedDifferences } from '../operations/compare-sealed.ts';
import { readSealed } from '../operations/open-file.ts';
import { commitName } from './commit-names.ts';
import { readInput, type SealedInput } from './input.ts';
import { differencesOf } from './sealed-differences.ts';

/** A MAC that does not fit, with how the file differs from its last commit, or from the one that its MAC was made for, if Git has one. */
export async function withDifferences(error: SopsError, file: SealedInput): Promise<SopsError> {
  const differences = await sinceCommit(file);
  if (differences === undefined) return error;
  const told = new SopsError(error.code, `${error.message}; ${differences}`, { ...error.details, cause: error.cause });
  if (error.stack !== undefined) told.stack = error.stack.replace(error.message, told.message);
  return told;
}

/** Git is asked for no longer than this, in milliseconds. */
const patience = 5000;

/** Undefined where there is no Git, no repository, no committed version, or none that can be read. */
async function sinceCommit({ input, format, context }: SealedInput): Promise<string | undefined> {
  if (input.path === undefined) return undefined;
  try {
    const now = readSealed(readInput(input), format, { keySources });
    const path = realPath(input.path);
    const wanted = { folder: dirname(path), name: basename(path), format, context, keySources, timeout: patience };
    const earlier = await versionSigned(now.metadata.mac, committedVersions(wanted));
    if (earlier === undefined) return undefined;
    const which = earlier.last ? 'the last commit' : `${commitName(earlier.commit)}, for which its MAC was made`;
    return `compared with ${which}: ${tell(compareSealed(earlier.file, now))}`;
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

function tell(differences: SealedDifferences): string {
  const parts = differencesOf(differences).map(([what, paths]) => list(what, paths));
  return parts.length === 0 ? 'the same keys, order and values' : parts.join('; ');
}

/** At most so many paths of a kind are named. */
const most = 10;

function list(what: string, paths: readonly string[]): string {
  const more = paths.length > most ? ` and ${paths.length - most} more` : '';
  return `${what}: ${paths.slice(0, most).join(', ')}${more}`;
}
