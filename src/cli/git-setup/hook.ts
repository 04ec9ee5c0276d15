import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { SopsError } from '../../errors.ts';
import { preCommitHook } from '../../git/hooks/pre-commit.ts';
import type { Repository } from '../../git/repository.ts';
import { readFile } from '../../node/files.ts';
import { createFile } from '../../node/new-file.ts';

/** The hook that checks what is to be committed. */
export type HookState = 'ours' | 'none' | 'foreign';

const decode = (content: Uint8Array | undefined): string | undefined =>
  content === undefined ? undefined : new TextDecoder().decode(content);

/** Where Git looks for it, whatever `core.hooksPath` says. Throws `GIT_FAILED`. */
export const hookFile = async ({ git }: Repository): Promise<string> =>
  git.text(['rev-parse', '--path-format=absolute', '--git-path', 'hooks/pre-commit']);

/** Whose hook stands there. One of others may call ours. */
export function hookState(file: string): HookState {
  const text = decode(readFile(file));
  if (text === undefined) return 'none';
  const [, command = ''] = /^exec (.*) check --staged$/m.exec(text) ?? [];
  return text === preCommitHook(command) ? 'ours' : 'foreign';
}

/** Whether a hook of others calls ours. */
export const callsCheck = (file: string): boolean => /\bsopsmith\b.*\bcheck\b/.test(decode(readFile(file)) ?? '');

/**
 * Puts the hook in its place. Throws `OUTPUT_UNWRITABLE` where a hook of others stands there, and `UNSUPPORTED` where the folder of hooks is that of all repositories.
 * @param program how the program is called, as a shell takes it
 */
export async function installHook(repository: Repository, program: string): Promise<string> {
  const file = await hookFile(repository);
  const line = `${program} check --staged`;
  const scope = await repository.git.ask(['config', '--show-scope', '--get', 'core.hooksPath']);
  if (scope !== undefined && !/^(?:local|worktree)\t/.test(scope))
    throw new SopsError('UNSUPPORTED', 'core.hooksPath names a folder of hooks for all repositories, which is left as it is', {
      file,
      hint: `add this line to its pre-commit hook: ${line}`,
    });
  const state = hookState(file);
  if (state === 'foreign' && callsCheck(file)) return file;
  if (state === 'foreign')
    throw new SopsError('OUTPUT_UNWRITABLE', 'there is a pre-commit hook already, which is left as it is', {
      file,
      hint: `add this line to it: ${line}`,
    });
  if (state === 'ours') rmSync(file);
  mkdirSync(dirname(file), { recursive: true });
  createFile(file, preCommitHook(program), 0o777);
  return file;
}

/** Takes the hook away, if it is ours; answers whether it was. */
export async function removeHook(repository: Repository): Promise<boolean> {
  const file = await hookFile(repository);
  if (hookState(file) !== 'ours') return false;
  rmSync(file);
  return true;
}
