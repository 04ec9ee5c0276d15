import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SopsError } from '../errors.ts';
import { systemError } from '../node/files.ts';
import type { Context } from '../ports.ts';
import type { Outcome } from '../operations/operation.ts';
import type { Input } from './input.ts';
import type { Invocation } from './invocation.ts';
import { print, warn } from './report.ts';

const standardOutput: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** Whether `--output` names standard output. */
export const isStandardOutput = (output: string): boolean => standardOutput.has(output);

/** Tells the warnings of an operation once. Throws `STRICT` where they count as errors. */
export function tellWarnings({ flags }: Invocation, { shown }: Pick<Input, 'shown'>, warnings: readonly string[]): void {
  if (warnings.length > 0 && flags.isOn('strict'))
    throw new SopsError('STRICT', warnings.join('; '), { file: shown, hint: 'leave out --strict to let it pass with a warning' });
  for (const warning of warnings) warn(`${shown}: ${warning}`);
}

/** Writes what an operation made to where the flags say: the file itself, another file, or standard output. Throws `OUTPUT_UNWRITABLE`, `STRICT`. */
export async function deliver(invocation: Invocation, input: Input, outcome: Outcome): Promise<void> {
  const { flags, context } = invocation;
  tellWarnings(invocation, input, outcome.warnings);
  const output = flags.text('output');
  if (input.target !== undefined) await writeBelow(resolve(output ?? '.'), input.target, outcome.content, context.files);
  else if (flags.isOn('in-place') && input.path !== undefined) await context.files.replace(input.path, outcome.content);
  else if (output === undefined || isStandardOutput(output)) print(outcome.content);
  else await context.files.replace(resolve(output), outcome.content);
}

/** What may be plaintext is not for other users, whatever the folder's tree is like. */
const forOneself = 0o077;

/** Writes a file below a folder, with the folders between, readable to this user alone. Throws `OUTPUT_UNWRITABLE`, also where a symbolic link would lead out of the folder. */
async function writeBelow(folder: string, path: string, content: Uint8Array, files: Context['files']): Promise<void> {
  for (let part = path; part !== folder && part !== dirname(part); part = dirname(part))
    if (isLink(part))
      throw new SopsError('OUTPUT_UNWRITABLE', `${part} is a symbolic link, and nothing is written through one below --output`, {
        hint: 'remove the link, or name the folder that it leads to',
      });
  if (process.platform !== 'win32') process.umask(forOneself);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', 'could not make the folder', dirname(path), error);
  }
  await files.replace(path, content);
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
