// What sops itself says that it has: its help, command by command.
import { spawnSync } from 'node:child_process';
import { needed } from '../support/peers.ts';

/** One command, or one flag of a command, as the help of sops lists it. */
export interface Row {
  /** Empty for what stands before a command's name. */
  readonly command: string;
  /** The flag without dashes; empty where the row is for the command itself. */
  readonly flag: string;
  /** Its other spelling, without dashes. */
  readonly short: string | undefined;
  readonly takesValue: boolean;
  readonly variable: string | undefined;
}

const lineOfFlag = /^ {3}--(?<flag>[a-z-]+)(?: value)?(?:, --?(?<short>[a-z]+)(?: value)?)? {2,}/;

function helpOf(words: readonly string[]): readonly string[] {
  const { status, stdout } = spawnSync(needed('sops'), [...words, '--help'], {
    encoding: 'utf8',
    env: { SOPS_DISABLE_VERSION_CHECK: '1' },
  });
  if (status !== 0) throw new Error(`sops ${words.join(' ')} --help ends with ${String(status)}`);
  return stdout.split('\n');
}

function flagRow(command: string, line: string): readonly Row[] {
  const { flag, short } = lineOfFlag.exec(line)?.groups ?? {};
  if (flag === undefined) return [];
  const variable = /\[\$(?<name>[A-Z_]+)\]/.exec(line)?.groups?.['name'];
  return [{ command, flag, short, takesValue: /^ {3}--[a-z-]+ value/.test(line), variable }];
}

/** The commands that a help lists, below the one that it is of. */
function namesIn(lines: readonly string[]): readonly string[] {
  const start = lines.indexOf('COMMANDS:');
  if (start === -1) return [];
  const end = lines.indexOf('', start);
  return lines.slice(start + 1, end).flatMap((line) => /^ {3,5}(?<name>[a-z-]+)(?=,| )/.exec(line)?.groups?.['name'] ?? []);
}

/** All rows below a command; the empty one is sops itself. */
function rowsOf(words: readonly string[]): readonly Row[] {
  const command = words.join(' ');
  if (command === 'help') return [rowOfCommand(command)];
  const lines = helpOf(words);
  return [
    ...(command === '' ? [] : [rowOfCommand(command)]),
    ...lines.flatMap((line) => flagRow(command, line)),
    ...namesIn(lines).flatMap((name) => rowsOf([...words, name])),
  ];
}

const rowOfCommand = (command: string): Row => ({ command, flag: '', short: undefined, takesValue: false, variable: undefined });

/** Every command and flag of sops, from its own help. */
export const sopsRows = (): readonly Row[] => rowsOf([]);
