import type { Exporter } from './exporter.ts';
import { checkNames, identifier } from './refusal.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What bash does not let be set, or sets itself. */
const kept = words(
  'BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_LINENO BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD LINENO OPTIND PIPESTATUS PPID RANDOM SECONDS SHELLOPTS SRANDOM UID',
);

/** What zsh does not let be set, or takes for something else: `path` is `PATH` there. Other shells have no use for these names. */
const keptByZsh = words(
  'ARGC CPUTYPE EGID ERRNO GID HISTCHARS HOST IFS MACHTYPE NULLCMD OSTYPE TTY TTYIDLE USERNAME VENDOR argv cdpath fignore fpath histchars mailpath manpath module_path path pipestatus prompt psvar signals status watch zsh_eval_context',
);

/** For sh, dash, bash, zsh, ksh: nothing has a meaning in single quotes, so that only they themselves must be put apart. */
export const sh: Exporter = {
  name: 'sh',
  print(variables) {
    checkNames(variables, { format: 'a shell script', names: identifier, kept });
    const lines = Array.from(variables, ([name, text]) => `export ${name}='${text.replaceAll("'", String.raw`'\''`)}'\n`);
    const unlike = [...variables.keys()].filter((name) => keptByZsh.has(name));
    return {
      text: lines.join(''),
      warnings: unlike.map((name) => `to zsh the name ${name} has a meaning of its own: --prefix changes names`),
    };
  },
};
