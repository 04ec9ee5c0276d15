/** The word that asks the program what may be typed next; real sops has the same, and scripts in the field call it. */
export const completionWord = '--generate-bash-completion';

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
