import type { FlagSpec } from './argv.ts';
import { globalFlags, modeFlags, versionFlags } from './flags.ts';
import type { Command } from './catalog/command.ts';
import { commands } from './program.ts';
import { heading, print } from './report.ts';
import { wrapText } from './wrap-text.ts';

/** Commands that are used for one end, in the order of the overview; those that are in none stand at the end. */
const topics: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Secrets in files', names: ['encrypt', 'decrypt', 'edit', 'set', 'unset', 'move', 'find', 'import', 'filestatus'] },
  { title: 'Keys of files', names: ['rotate', 'updatekeys', 'groups add', 'groups delete', 'keys'] },
  { title: 'What is wrong, and who saw what', names: ['check', 'doctor', 'fix-mac', 'blame', 'exposure'] },
  { title: 'Secrets for programs', names: ['exec-env', 'exec-file', 'export', 'publish', 'keyservice'] },
  { title: 'Pipelines', names: ['kustomize decrypt', 'kustomize lint', 'ksops', 'ci login', 'ci mask'] },
  {
    title: 'Git',
    names: ['install', 'uninstall', 'status', 'resolve', 'refresh', 'cache', 'difftool', 'textconv', 'filter-process']
      .map((name) => `git ${name}`)
      .concat('merge'),
  },
  { title: 'Setting up', names: ['init', 'rules', 'schema', 'completion'] },
];

const topicNames = new Set(topics.flatMap(({ names }) => names));

const examples: readonly string[] = [
  'sopsmith init                                    start: a key, and a .sops.yaml',
  'sopsmith edit secrets.yaml                       write secrets, in your editor',
  'sopsmith decrypt secrets.yaml                    print them',
  `sopsmith exec-env secrets.yaml 'npm start'       hand them to a program`,
];

/** The overview: commands by what they are for, what holds for all of them, examples. */
export function showHelp(): void {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const others = { title: 'More', names: commands.map(({ name }) => name).filter((name) => !topicNames.has(name)) };
  const listed = [...topics, others].flatMap(({ title, names }) => {
    const members = commands.filter(({ name }) => names.includes(name));
    return members.length === 0
      ? []
      : [
          section(
            title,
            members.flatMap((command) => commandLines(command, width)),
          ),
        ];
  });
  print(
    `${[
      'sopsmith encrypts the values of YAML, JSON, dotenv, INI and binary files in the SOPS format.',
      section('Usage', ['  sopsmith command [flags] file', '  sopsmith [flags] file                edit a file']),
      ...listed,
      flagSection('Old spellings', modeFlags),
      flagSection('Everywhere', [...globalFlags, ...versionFlags.slice(0, 1)]),
      section(
        'Examples',
        examples.map((example) => `  ${example}`),
      ),
      'More about a command: sopsmith COMMAND --help',
    ].join('\n\n')}\n`,
  );
}

const section = (title: string, lines: readonly string[]): string => [heading(`${title}:`), ...lines].join('\n');

/** A summary that is too long for a line goes on below itself. */
const commandLines = ({ name, summary }: Command, width: number): readonly string[] =>
  wrapText(summary, 78 - width)
    .split('\n')
    .map((line, at) => `  ${(at === 0 ? name : '').padEnd(width)}${line}`);

/** Commands of two words that have the first in common. */
export function showFamilyHelp(family: readonly Command[]): void {
  const width = Math.max(...family.map(({ name }) => name.length)) + 2;
  print(
    `${[
      section(
        'Commands',
        family.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
      ),
      '',
      'More about a command: sopsmith COMMAND --help',
    ].join('\n')}\n`,
  );
}

/** One command: usage, flags by group, examples. */
export function showCommandHelp({ name, takes, summary, groups, examples: own }: Command): void {
  print(
    `${[
      `${heading('Usage:')} sopsmith ${name} [flags] ${takes}`.trimEnd(),
      summary,
      ...groups.map(({ title, flags }) => flagSection(title, flags)),
      flagSection('Everywhere', globalFlags),
      section(
        'Examples',
        own.map((example) => (example.includes('sopsmith') ? `  ${example}` : `  sopsmith ${example}`)),
      ),
    ].join('\n\n')}\n`,
  );
}

const indent = 38;

function flagSection(title: string, flags: readonly FlagSpec[]): string {
  return section(title, flags.map(flagLine));
}

function flagLine({ name, short, value, env, help }: FlagSpec): string {
  const left = `  ${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const text = wrapText(`${help}${env === undefined ? '' : ` [$${env}]`}`, 60).replaceAll('\n', `\n${' '.repeat(indent)}`);
  return left.length >= indent ? `${left}\n${' '.repeat(indent)}${text}` : `${left.padEnd(indent)}${text}`;
}
