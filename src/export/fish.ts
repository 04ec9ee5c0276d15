import type { Exporter } from './exporter.ts';
import { cannotHold, checkNames, identifier } from './refusal.ts';

/** What fish does not let be set, or sets itself. */
const kept: ReadonlySet<string> = new Set(
  '_ EUID FISH_VERSION PWD SHLVL argv fish_kill_signal fish_killring fish_pid history hostname pipestatus status status_generation umask version'.split(
    ' ',
  ),
);

/** Fish keeps bytes that are no UTF-8, and marks of its own, where these characters of the private use area are. */
const ownMarks = /[\uF600-\uF6FF\uFDD0-\uFDEF]/;

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`'\n'`)}'`;

/** Every line break is spelled out and every command ends in `;`, so that it holds in a pipe to `source` and in `eval (…)`, which makes one line of all. */
export const fish: Exporter = {
  name: 'fish',
  print(variables) {
    checkNames(variables, { format: 'a fish script', names: identifier, kept });
    const lines = Array.from(variables, ([name, text]) => {
      if (ownMarks.test(text)) throw cannotHold('a fish script', name, 'the value has characters that fish takes for marks of its own');
      return `set -gx ${name} ${quoted(text)};\n`;
    });
    return { text: lines.join(''), warnings: [] };
  },
};
