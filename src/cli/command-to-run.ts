import { SopsError } from '../errors.ts';
import { becomeUser } from '../node/user.ts';
import { shellCommand } from '../node/hand-over.ts';
import type { Invocation } from './invocation.ts';
import { warn } from './report.ts';

/** The files and the command that a command line names. */
export interface CommandLine {
  readonly files: readonly string[];
  readonly command: readonly [string, ...string[]];
}

/** What the shell would make nothing of. */
const plainWord = /^[\w./@%+:,-]+$/;

/**
 * Reads `FILE COMMAND`, where the shell runs the command, as in sops, or `FILE... -- PROGRAM WORD...`, where no shell is between. One word behind `--` is for the shell too, unless it is
 * nothing but the name of a program.
 * Throws `USAGE`.
 */
export function readCommandLine({ words, wordsBeforeDashes }: Invocation): CommandLine {
  const dashed = wordsBeforeDashes < words.length;
  const files = words.slice(0, dashed ? wordsBeforeDashes : 1);
  const [program, ...more] = words.slice(files.length);
  if (files.length === 0 || program === undefined || (!dashed && more.length > 0))
    throw new SopsError('USAGE', 'error: missing file to decrypt', {
      hint: 'give a file and a command in quotes, or files, two dashes and a program with its words: FILE -- PROGRAM WORD',
    });
  const direct = dashed && (more.length > 0 || plainWord.test(program));
  return { files, command: direct ? [program, ...more] : shellCommand(program) };
}

/** Becomes the user that `--user` names; answers the variables that go with it. */
export async function becomeWanted({ flags, context }: Invocation): Promise<Readonly<Record<string, string>>> {
  const user = flags.text('user');
  return user === undefined ? {} : becomeUser(user, context);
}

/** Whether the command is not to be waited for, which sops takes for deprecated. */
export function inBackground({ flags }: Invocation, command: string): boolean {
  if (!flags.isOn('background')) return false;
  warn(`${command}'s --background option is deprecated and will be removed in a future version of sops`);
  return true;
}
