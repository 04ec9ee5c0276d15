import { ownCommand } from '../../node/own-command.ts';
import { isProgram } from '../../node/program.ts';
import type { Context } from '../../ports.ts';

/** What Git calls the program by where it is in `PATH`. */
const byName = 'sopsmith';

/** How Git shall call this program, as a shell takes it: by name, which outlives upgrades, or where there is none of that name or it is wanted so, by its path. */
export function programWord(absolute: boolean, env: Context['env']): string {
  if (!absolute && isProgram(byName, env)) return byName;
  return ownCommand().map(shellWord).join(' ');
}

/** A word that a shell takes as it is. */
const shellWord = (word: string): string =>
  /^[\w@+:,./-]+$/.test(word) ? word : `'${word.replaceAll('\\', '/').replaceAll("'", String.raw`'\''`)}'`;
