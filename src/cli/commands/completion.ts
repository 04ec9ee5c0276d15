import { basename } from 'node:path';
import { SopsError } from '../../errors.ts';
import { nearest } from '../../config/nearest.ts';
import { completionScript, completionWord, type Shell, shells, suggest } from '../completion.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../report.ts';

const isShell = (word: string | undefined): word is Shell => shells.some((shell) => shell === word);

/** `sopsmith completion bash|zsh|fish`. */
export async function run({ words: [shell] }: Invocation): Promise<void> {
  if (!isShell(shell)) {
    const close = shell === undefined ? undefined : nearest(shell, shells);
    throw new SopsError('USAGE', shell === undefined ? 'no shell named' : `there is no completion for ${shell}`, {
      hint: close === undefined ? `there is ${shells.join(', ')}` : `did you mean ${close}?`,
    });
  }
  print(completionScript(shell, programName()));
}

/** What the program was called by: `sops`, where it stands in for that. */
function programName(): string {
  const called = basename(process.argv[1] ?? '').replace(/\.(c?js|exe|ts)$/, '');
  const own = basename(process.argv0).replace(/\.exe$/, '');
  return [called, own].includes('sops') ? 'sops' : 'sopsmith';
}

/** Prints what may be typed next, in the form that the shell of the script asks for by a variable: zsh's `word:help`, fish's `word<tab>help`. */
export function printSuggestions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): void {
  const spell = env['_CLI_ZSH_AUTOCOMPLETE_HACK'] === '1' ? ':' : env['_CLI_FISH_AUTOCOMPLETE'] === '1' ? '\t' : undefined;
  const lines = suggest(argv.filter((word) => word !== completionWord)).map(({ word, help }) =>
    spell === undefined ? `${word}\n` : `${spell === ':' ? word.replaceAll(':', '\\:') : word}${spell}${help}\n`,
  );
  print(lines.join(''));
}
