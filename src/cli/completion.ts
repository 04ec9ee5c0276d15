import type { FlagSpec } from './argv.ts';
import { completionWord } from './completion-script.ts';
import { globalFlags, modeFlags, versionFlags } from './flags.ts';
import type { Command } from './catalog/command.ts';
import { print } from './report.ts';

/** One thing that may be typed next. */
export interface Suggestion {
  readonly word: string;
  readonly help: string;
}

/**
 * What may stand behind the words of a command line: the names of commands, or of flags where the last word begins like one. Nothing where files go, which the shell completes itself.
 * @param words without the program's name and without the one that asks for suggestions
 * @param commands all that there are
 */
export function suggest(words: readonly string[], commands: readonly Command[]): readonly Suggestion[] {
  const last = words.at(-1) ?? '';
  const typed = fromCommandOn(
    words.filter((word) => !word.startsWith('-')),
    commands,
  );
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
function fromCommandOn(typed: readonly string[], commands: readonly Command[]): readonly string[] {
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

/** Prints what may be typed next, in the form that the shell of the script asks for by a variable: zsh's `word:help`, fish's `word<tab>help`. */
export function printSuggestions(
  argv: readonly string[],
  commands: readonly Command[],
  env: Readonly<Record<string, string | undefined>>,
): void {
  const spell = env['_CLI_ZSH_AUTOCOMPLETE_HACK'] === '1' ? ':' : env['_CLI_FISH_AUTOCOMPLETE'] === '1' ? '\t' : undefined;
  const lines = suggest(
    argv.filter((word) => word !== completionWord),
    commands,
  ).map(({ word, help }) => (spell === undefined ? `${word}\n` : `${spell === ':' ? word.replaceAll(':', '\\:') : word}${spell}${help}\n`));
  print(lines.join(''));
}
