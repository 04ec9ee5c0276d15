import { basename, dirname } from 'node:path';
import { looksSealed } from '../crypto/envelope.ts';
import { showPath } from '../document/path.ts';
import { SopsError } from '../errors.ts';
import { type CommittedVersion, committedVersions, versionSigned } from '../git/past/committed-versions.ts';
import { keySources } from '../keysources/index.ts';
import { realPath } from '../node/files.ts';
import { compareSealed, type SealedDifferences } from '../operations/compare-sealed.ts';
import { leavesOf } from '../operations/leaf-paths.ts';
import { readSealed, type SealedFile } from '../operations/open-file.ts';
import { commitName } from './commit-names.ts';
import { readInput, type SealedInput } from './input.ts';
import { differencesOf } from './sealed-differences.ts';

/**
 * An error with what an earlier version tells of it, if Git has one: of a MAC that does not fit, how the file differs from its last commit, or from the one that its MAC was made for;
 * of a value that does not open, where its ciphertext stood.
 */
export async function withDifferences(error: SopsError, file: SealedInput): Promise<SopsError> {
  const more = await fromHistory(error, file);
  if (more === undefined) return error;
  const told = new SopsError(error.code, `${error.message}; ${more}`, { ...error.details, cause: error.cause });
  if (error.stack !== undefined) told.stack = error.stack.replace(error.message, told.message);
  return told;
}

/** Git is asked for no longer than this, in milliseconds. */
const patience = 5000;

/** Undefined where there is no Git, no repository, no committed version, or none that can be read. */
async function fromHistory({ code, details }: SopsError, { input, format, context }: SealedInput): Promise<string | undefined> {
  if (input.path === undefined) return undefined;
  try {
    const now = readSealed(readInput(input), format, { keySources });
    const path = realPath(input.path);
    const wanted = { folder: dirname(path), name: basename(path), format, context, keySources, timeout: patience };
    const earlier = await versionSigned(now.metadata.mac, committedVersions(wanted));
    if (earlier === undefined) return undefined;
    if (code === 'VALUE_UNOPENABLE') return formerPlace(details.path, now, earlier);
    const which = earlier.last ? 'the last commit' : `${commitName(earlier.commit)}, for which its MAC was made`;
    return `compared with ${which}: ${tell(compareSealed(earlier.file, now))}`;
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/** Where the ciphertext of a value stood under other keys. @param path as errors have it, without list indices */
function formerPlace(path: string | undefined, now: SealedFile, { commit, last, file }: CommittedVersion): string | undefined {
  const named = [...leavesOf(now.branches).values()].filter(({ keys }) => showPath(keys) === path);
  const ciphertexts = new Set(named.map(({ leaf }) => leaf.text.trimEnd()).filter(looksSealed));
  const former = [...leavesOf(file.branches)].find(([, { leaf, keys }]) => ciphertexts.has(leaf.text.trimEnd()) && showPath(keys) !== path);
  return former && `in ${last ? 'the last commit' : commitName(commit)} it is the ciphertext of ${former[0]}`;
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
