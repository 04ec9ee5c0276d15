import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { maskCommands } from '../../export/masks.ts';
import { sh } from '../../export/sh.ts';
import { systemError } from '../../node/files.ts';
import { createFile } from '../../node/new-file.ts';
import { tokenOfJob } from '../../services/job-token.ts';
import type { Flags } from '../argv.ts';
import { type Login, wantedLogins } from '../ci-logins.ts';
import type { Invocation } from '../invocation.ts';
import { print, say } from '../report.ts';

const forOneself = 0o700;
const readable = 0o600;

/** `sopsmith ci login`: puts the identity tokens of a CI job into files of a folder, and prints what a shell is to set for sopsmith to log in with them. */
export async function run({ flags, context }: Invocation): Promise<void> {
  const logins = wantedLogins(flags);
  const folder = folderFrom(flags);
  const variables = new Map<string, string>();
  for (const login of logins) {
    const file = join(folder, `${login.name}-token`);
    createFile(file, await tokenFor(login, context), readable);
    for (const [name, text] of Object.entries(login.variables(file))) if (text !== '') variables.set(name, text);
  }
  print(sh.print(variables, { secret: {}, random: context.random }).text);
}

/** Throws `USAGE`, `OUTPUT_UNWRITABLE`. */
function folderFrom(flags: Flags): string {
  const folder = flags.text('folder');
  if (!folder)
    throw new SopsError('USAGE', 'no folder for the tokens', { hint: 'name one with --folder, and remove it when all is decrypted' });
  try {
    mkdirSync(folder, { recursive: true, mode: forOneself });
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', 'could not make the folder', folder, error);
  }
  return resolve(folder);
}

/** Asks for the token where a job may, else takes it from a variable, as GitLab gives it. Throws `USAGE`, `DATA_KEY_UNRECOVERABLE`. */
async function tokenFor({ name, audience, variable }: Login, context: Invocation['context']): Promise<string> {
  const asked = await tokenOfJob(audience, context);
  if (asked !== undefined) {
    // On standard error, which the runner reads as well: standard output is for the shell.
    say(maskCommands([asked]).trimEnd());
    return asked;
  }
  const given = context.env[variable];
  if (given) return given;
  throw new SopsError('USAGE', `this job has no identity token for ${name}`, {
    hint: `in GitHub Actions give the job the permission id-token: write; in GitLab name the token ${variable} under id_tokens`,
  });
}
