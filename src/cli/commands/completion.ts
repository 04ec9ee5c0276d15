import { basename } from 'node:path';
import { SopsError } from '../../errors.ts';
import { nearest } from '../../document/nearest.ts';
import { completionScript, type Shell, shells } from '../completion-script.ts';
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
