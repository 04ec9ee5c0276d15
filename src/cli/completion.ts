import type { FlagSpec } from './argv.ts';
import { globalFlags, modeFlags, versionFlags } from './flags.ts';
import { type Command, commands } from './program.ts';

/** One thing that may be typed next. */
export interface Suggestion {
  readonly word: string;
  readonly help: string;
}

/** The word that asks for suggestions; real sops has the same, and scripts in the field call it. */
export const completionWord = '--generate-bash-completion';

/**
 * What may stand behind the words of a command line: the names of commands, or of flags where the last word begins like one. Nothing where files go, which the shell completes itself.
 * @param words without the program's name and without {@link completionWord}
 */
export function suggest(words: readonly string[]): readonly Suggestion[] {
  const last = words.at(-1) ?? '';
  const typed = fromCommandOn(words.filter((word) => !word.startsWith('-')));
  const command = commands.find(({ name }) => name === typed.slice(0, name.split(' ').length).join(' '));
  if (last.startsWith('-')) return flagsFor(command).filter(({ word }) => word.startsWith(last));
  if (command !== undefined) return [];
  const before = typed.length === 0 ? '' : `${typed.join(' ')} `;
  return distinct(
    commands
      .filter(({ name }) => name.startsWith(before))
      .map(({ name, summary }) => {
        const rest = name.slice(before.length).split(' ');
        return { word: rest[0] ?? '', help: rest.length === 1 ? summary : `${rest.slice(1).join(' ')}: ${summary}` };
      }),
  );
}

/** Words before the name of a command are values of flags. */
function fromCommandOn(typed: readonly string[]): readonly string[] {
  const starts = new Set(commands.map(({ name }) => name.split(' ')[0]));
  const at = typed.findIndex((word) => starts.has(word));
  return at === -1 ? [] : typed.slice(at);
}

function flagsFor(command: Command | undefined): readonly Suggestion[] {
  const own = command === undefined ? [...modeFlags, ...versionFlags] : command.groups.flatMap(({ flags }) => flags);
  return distinct([...own, ...globalFlags].map(({ name, help }: FlagSpec) => ({ word: `--${name}`, help })));
}

const distinct = (suggestions: readonly Suggestion[]): readonly Suggestion[] =>
  [...new Map(suggestions.toReversed().map((one) => [one.word, one])).values()].toReversed();

/** Shells that there are scripts for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that makes a shell ask the program itself what may be typed next, so that it never grows old. @param name what the program is called */
export function completionScript(shell: Shell, name: string): string {
  const call = name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  switch (shell) {
    case 'bash':
      return `_${call}_complete() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=("\${COMP_WORDS[@]:1:COMP_CWORD-1}") suggestions
  [[ "$current" == -* ]] && words+=("$current")
  suggestions=$("\${COMP_WORDS[0]}" "\${words[@]}" ${completionWord} 2>/dev/null) || return 0
  COMPREPLY=($(compgen -W "$suggestions" -- "$current"))
}
complete -o bashdefault -o default -F _${call}_complete ${name}
`;
    case 'zsh':
      return `#compdef ${name}
_${call}_complete() {
  local current="\${words[CURRENT]}"
  local -a before suggestions
  before=("\${(@)words[2,CURRENT-1]}")
  [[ "$current" == -* ]] && before+=("$current")
  suggestions=("\${(@f)$(_CLI_ZSH_AUTOCOMPLETE_HACK=1 "\${words[1]}" "\${before[@]}" ${completionWord} 2>/dev/null)}")
  if [[ -n "\${suggestions[1]}" ]]; then _describe '${name}' suggestions; else _files; fi
}
compdef _${call}_complete ${name}
`;
    case 'fish':
      return `function __${call}_complete
  set -l before (commandline --current-process --tokenize --cut-at-cursor)
  set -l current (commandline --current-token --cut-at-cursor)
  string match --quiet -- '-*' $current; and set --append before $current
  env _CLI_FISH_AUTOCOMPLETE=1 $before[1] $before[2..] ${completionWord} 2>/dev/null
end
complete --command ${name} --arguments '(__${call}_complete)'
`;
  }
}
