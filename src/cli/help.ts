import type { FlagSpec } from './argv.ts';
import { globalFlags, modeFlags, versionFlags } from './flags.ts';
import type { Command } from './catalog/command.ts';
import { commands } from './program.ts';
import { print } from './report.ts';
import { wrapText } from './wrap-text.ts';

/** The overview: commands, what holds for all of them, examples. */
export function showHelp(): void {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  print(
    `${[
      'sopsmith encrypts the values of YAML, JSON, dotenv, INI and binary files in the SOPS format.',
      ['Usage:', '  sopsmith command [flags] file', '  sopsmith [flags] file                edit a file'].join('\n'),
      ['Commands:', ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`)].join('\n'),
      flagSection('Old spellings', modeFlags),
      flagSection('Everywhere', [...globalFlags, ...versionFlags.slice(0, 1)]),
      ['Examples:', ...commands.slice(0, 3).flatMap(({ examples }) => examples.slice(0, 1).map((example) => `  sopsmith ${example}`))].join(
        '\n',
      ),
      'More about a command: sopsmith COMMAND --help',
    ].join('\n\n')}\n`,
  );
}

/** Commands of two words that have the first in common. */
export function showFamilyHelp(family: readonly Command[]): void {
  const width = Math.max(...family.map(({ name }) => name.length)) + 2;
  print(
    `${['Commands:', ...family.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`), '', 'More about a command: sopsmith COMMAND --help'].join('\n')}\n`,
  );
}

/** One command: usage, flags by group, examples. */
export function showCommandHelp({ name, takes, summary, groups, examples }: Command): void {
  print(
    `${[
      `Usage: sopsmith ${name} [flags] ${takes}`.trimEnd(),
      summary,
      ...groups.map(({ title, flags }) => flagSection(title, flags)),
      flagSection('Everywhere', globalFlags),
      ['Examples:', ...examples.map((example) => (example.includes('sopsmith') ? `  ${example}` : `  sopsmith ${example}`))].join('\n'),
    ].join('\n\n')}\n`,
  );
}

const indent = 38;

function flagSection(title: string, flags: readonly FlagSpec[]): string {
  return [`${title}:`, ...flags.map(flagLine)].join('\n');
}

function flagLine({ name, short, value, env, help }: FlagSpec): string {
  const left = `  ${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const text = wrapText(`${help}${env === undefined ? '' : ` [$${env}]`}`, 60).replaceAll('\n', `\n${' '.repeat(indent)}`);
  return left.length >= indent ? `${left}\n${' '.repeat(indent)}${text}` : `${left.padEnd(indent)}${text}`;
}
