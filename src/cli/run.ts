import { SopsError } from '../errors.ts';
import { statFile } from '../node/files.ts';
import { createNodeContext } from '../node/index.ts';
import { type Arguments, type FlagSpec, type Flags, firstWord, parseArguments } from './argv.ts';
import { completionWord } from './completion-script.ts';
import { type ExitCodeOverrides, success } from './exit-codes.ts';
import { globalFlags, modeFlags, versionFlags } from './flags.ts';
import { nearest } from '../document/nearest.ts';
import type { Command } from './catalog/command.ts';
import { commands, oldSpellings } from './program.ts';
import { beVerbose, log, reportError, warn } from './report.ts';

/** Does what a command line asks for; answers the exit status. Never throws. */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCodes: ExitCodeOverrides = {};
  try {
    if (argv.at(-1) === completionWord) {
      (await import('./completion.ts')).printSuggestions(argv, commands, process.env);
      return success;
    }
    const { command, rest, anyFlags } = findCommand(argv);
    if (command === undefined) return await answerWithout(rest, anyFlags);
    exitCodes = command.exitCodes ?? {};
    return await runCommand(command, rest, anyFlags);
  } catch (error) {
    return reportError(error, exitCodes);
  }
}

interface Found {
  readonly command: Command | undefined;
  /** The command line without the command's name. */
  readonly rest: readonly string[];
  /** All flags of all commands: those may stand before the name. */
  readonly anyFlags: readonly FlagSpec[];
}

function findCommand(argv: readonly string[]): Found {
  const anyFlags = distinct([
    ...globalFlags,
    ...modeFlags,
    ...versionFlags,
    ...[...commands, ...Object.values(oldSpellings)].flatMap(flagsOf),
  ]);
  const first = cutWord(argv, anyFlags);
  if (first === undefined) return { command: undefined, rest: argv, anyFlags };
  const command = commands.find(({ name }) => name === first.word);
  if (command !== undefined) return { command, rest: first.rest, anyFlags };
  const family = familyOf(first.word);
  const second = family.length === 0 ? undefined : cutWord(first.rest, anyFlags);
  if (second === undefined) return { command: undefined, rest: argv, anyFlags };
  const member = family.find(({ name }) => name === `${first.word} ${second.word}`);
  if (member === undefined)
    throw new SopsError('USAGE', `there is no command ${first.word} ${second.word}`, {
      hint: `there is ${new Intl.ListFormat('en').format(family.map(({ name }) => name))}`,
    });
  return { command: member, rest: second.rest, anyFlags };
}

/** Takes the first word out of a command line. */
function cutWord(
  argv: readonly string[],
  anyFlags: readonly FlagSpec[],
): { readonly word: string; readonly rest: readonly string[] } | undefined {
  const at = firstWord(argv, anyFlags);
  const word = at === undefined ? undefined : argv[at];
  return word === undefined ? undefined : { word, rest: argv.filter((_, index) => index !== at) };
}

/** Commands of two words that have the first in common. */
const familyOf = (word: string | undefined): readonly Command[] => commands.filter(({ name }) => name.startsWith(`${word ?? ''} `));

const flagsOf = ({ groups }: Command): readonly FlagSpec[] => groups.flatMap(({ flags }) => flags);

const distinct = (specs: readonly FlagSpec[]): readonly FlagSpec[] => [...new Map(specs.map((spec) => [spec.name, spec])).values()];

async function runCommand(command: Command, argv: readonly string[], anyFlags: readonly FlagSpec[]): Promise<number> {
  const own = distinct([...globalFlags, ...flagsOf(command)]);
  const { flags, ...words } = parse(argv, own, anyFlags);
  if (flags.isOn('verbose')) beVerbose();
  if (flags.isOn('help')) {
    (await import('./help.ts')).showCommandHelp(command);
    return success;
  }
  return (await (await command.load()).run({ ...words, flags, context: createNodeContext({ log }) })) ?? success;
}

/** Flags of other commands are taken and said to be without effect, as sops takes them before the command's name; flags that nobody knows are errors. */
function parse(argv: readonly string[], own: readonly FlagSpec[], anyFlags: readonly FlagSpec[]): Arguments {
  const parsed = parseArguments(argv, distinct([...anyFlags, ...own]), process.env);
  const names = new Set(own.map(({ name }) => name));
  for (const name of parsed.flags.given) if (!names.has(name)) warn(`--${name} is without effect here`);
  return { ...parsed, flags: only(names, parsed.flags) };
}

/** What a command sees of flags: its own. */
const only = (names: ReadonlySet<string>, flags: Flags): Flags => ({
  isOn: (name) => names.has(name) && flags.isOn(name),
  text: (name) => (names.has(name) ? flags.text(name) : undefined),
  number: (name) => (names.has(name) ? flags.number(name) : undefined),
  texts: (name) => (names.has(name) ? flags.texts(name) : []),
  given: flags.given.filter((name) => names.has(name)),
});

/** A command line that names no command: help, version, or an old spelling. */
async function answerWithout(argv: readonly string[], anyFlags: readonly FlagSpec[]): Promise<number> {
  const { words, flags } = parseArguments(argv, anyFlags, process.env);
  const [word, ...topic] = words;
  const asked = word === 'help' ? topic : words;
  if (word === 'help' || flags.isOn('help') || familyOf(word).length > 0) {
    const { showCommandHelp, showFamilyHelp, showHelp } = await import('./help.ts');
    const command = commands.find(({ name }) => name === asked.slice(0, 2).join(' ')) ?? commands.find(({ name }) => name === asked[0]);
    const family = familyOf(asked[0]);
    if (command !== undefined) showCommandHelp(command);
    else if (family.length > 0) showFamilyHelp(family);
    else showHelp();
    return success;
  }
  if (flags.isOn('version')) {
    (await import('./version.ts')).showVersion();
    return success;
  }
  const command = oldSpelling(flags);
  if (command === oldSpellings.edit) refuseMisspelling(word);
  return runCommand(command, argv, anyFlags);
}

/** A word that is nearly a command is none of the files to make. Throws `USAGE`. */
function refuseMisspelling(word: string | undefined): void {
  if (word === undefined || !/^[a-z-]+$/.test(word) || statFile(word) !== undefined) return;
  const close = nearest(
    word,
    commands.map(({ name }) => name),
  );
  if (close !== undefined) throw new SopsError('USAGE', `there is no command and no file ${word}`, { hint: `did you mean ${close}?` });
}

function oldSpelling(flags: Flags): Command {
  const modes = (['encrypt', 'decrypt', 'rotate', 'set'] as const).filter((mode) =>
    mode === 'set' ? flags.text(mode) !== undefined : flags.isOn(mode),
  );
  if (modes.length > 1)
    throw new SopsError('CONFLICTING_FLAGS', `more than one command has been specified: ${modes.map((mode) => `--${mode}`).join(', ')}`);
  return oldSpellings[modes[0] ?? 'edit'];
}
