import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SopsError } from '../errors.ts';
import { systemCode } from './files.ts';
import { shellWords } from './shell-words.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const fallbacks = ['vim', 'nano', 'vi'] as const;

/** The editor's command: `$SOPS_EDITOR`, else `$EDITOR`, else the first of vim, nano and vi that there is. Throws `EDITOR_FAILED`. */
export function editorCommand(env: Environment): readonly string[] {
  for (const variable of ['SOPS_EDITOR', 'EDITOR'] as const) {
    const command = env[variable];
    if (command === undefined || command === '') continue;
    const words = readCommand(variable, command);
    if (words.length === 0) throw new SopsError('EDITOR_FAILED', `could not run editor: $${variable} names no program`);
    return words;
  }
  const found = fallbacks.find((name) => isOnPath(name, env));
  if (found !== undefined) return [found];
  throw new SopsError(
    'EDITOR_FAILED',
    `could not run editor: $SOPS_EDITOR and $EDITOR are not set, and there is none of ${fallbacks.join(', ')}`,
    {
      hint: 'set EDITOR to the editor you want, for example: EDITOR="code --wait"',
    },
  );
}

function readCommand(variable: string, command: string): readonly string[] {
  try {
    return shellWords(command);
  } catch (error) {
    throw new SopsError(
      'EDITOR_FAILED',
      `could not run editor: $${variable} cannot be read: ${error instanceof Error ? error.message : ''}`,
      { cause: error },
    );
  }
}

function isOnPath(name: string, env: Environment): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/**
 * Runs the editor on a file and waits for it; `started` is given its process.
 * Throws `EDITOR_FAILED` where it cannot be started or says by its status that it failed.
 */
export async function runEditor(command: readonly string[], file: string, started: (editor: ChildProcess) => void): Promise<void> {
  const [program = '', ...words] = command;
  const editor = spawn(program, [...words, file], { stdio: 'inherit' });
  started(editor);
  const failure = await ended(editor);
  if (failure !== undefined) throw new SopsError('EDITOR_FAILED', `could not run editor: ${failure}`);
}

/** Why the editor counts as failed; undefined where it does not. */
function ended(editor: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    editor.on('error', (error) => {
      resolve(`${editor.spawnfile}: ${systemCode(error) === 'ENOENT' ? 'executable file not found' : error.message}`);
    });
    editor.on('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `signal: ${signal ?? 'unknown'}` : `exit status ${code}`);
    });
  });
}
