import { gitIn } from '../../git/git.ts';
import { editorCommand } from '../../node/editor.ts';
import { shellWords } from '../../node/shell-words.ts';
import type { Context } from '../../ports.ts';

/** What editors take to compare two files and wait: by the name of their program. */
const comparing: readonly (readonly [program: RegExp, flags: readonly string[]])[] = [
  [/^(?:code|code-insiders|codium|cursor|windsurf)$/, ['--wait', '--diff']],
  [/^(?:vim|nvim|gvim|mvim|vi)$/, ['-d']],
];

/** The tool that compares two files: what `sopsmith.difftool` says, else the editor where it can, else `vim -d`. Throws `EDITOR_FAILED`. */
export async function diffTool({ env, run }: Pick<Context, 'env' | 'run'>): Promise<readonly string[]> {
  const words = shellWords((await gitIn('.', { run }).ask(['config', '--get', 'sopsmith.difftool'])) ?? '');
  if (words.length > 0) return words;
  const [editor = 'vim', ...rest] = editorCommand(env);
  const name = editor.replace(/^.*[\\/]/, '').replace(/\.(?:exe|cmd)$/i, '');
  const flags = comparing.find(([program]) => program.test(name))?.[1];
  return flags === undefined ? ['vim', '-d'] : [editor, ...rest.filter((word) => word !== '--wait' && word !== '-w'), ...flags];
}
