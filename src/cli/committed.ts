import { basename, dirname } from 'node:path';
import { SopsError } from '../errors.ts';
import { keySources } from '../keysources/index.ts';
import { compareSealed, type SealedDifferences } from '../operations/compare-sealed.ts';
import { readSealed } from '../operations/open-file.ts';
import { readInput, type SealedInput } from './input.ts';

/** A MAC that does not fit, with how the file differs from its last commit, if Git has one. */
export async function withDifferences(error: SopsError, file: SealedInput): Promise<SopsError> {
  const differences = await sinceCommit(file);
  if (differences === undefined) return error;
  const told = new SopsError(error.code, `${error.message}; ${tell(differences)}`, { ...error.details, cause: error.cause });
  if (error.stack !== undefined) told.stack = error.stack.replace(error.message, told.message);
  return told;
}

/** Git is asked for no longer than this, in milliseconds. */
const patience = 5000;

/** Nothing is fetched, asked or locked. */
const quiet = { GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };

/** Undefined where there is no Git, no repository, no committed version, or none that can be read. */
async function sinceCommit({ input, format, context }: SealedInput): Promise<SealedDifferences | undefined> {
  if (input.path === undefined) return undefined;
  const command = ['git', '-C', dirname(input.path), 'cat-file', 'blob', `HEAD:./${basename(input.path)}`];
  const { status, stdout } = await context.run(command, { env: quiet, timeout: patience });
  if (status !== 0) return undefined;
  try {
    return compareSealed(readSealed(stdout, format, { keySources }), readSealed(readInput(input), format, { keySources }));
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

function tell({ added, removed, moved, changedInClear, changedCiphertext }: SealedDifferences): string {
  const parts = [
    list('removed', removed),
    list('added', added),
    list('moved', moved),
    list('changed in clear', changedInClear),
    list('other ciphertext', changedCiphertext),
  ].filter((part) => part !== '');
  return `compared with the last commit: ${parts.length === 0 ? 'the same keys, order and values' : parts.join('; ')}`;
}

/** At most so many paths of a kind are named. */
const most = 10;

function list(what: string, paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const more = paths.length > most ? ` and ${paths.length - most} more` : '';
  return `${what}: ${paths.slice(0, most).join(', ')}${more}`;
}
