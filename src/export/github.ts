import type { Exporter } from './exporter.ts';
import { formsOf, maskCommands } from './masks.ts';
import { cannotHold, checkNames } from './refusal.ts';

const format = "GitHub's file of variables";

/** What the runner does not let a step set. */
const kept: ReadonlySet<string> = new Set(['NODE_OPTIONS']);
const ofRunner = /^(GITHUB|RUNNER)_/i;

/** A line that no value has: the runner's way to hold values of several lines. */
function delimiterFor(variables: Iterable<string>, random: (length: number) => Uint8Array): string {
  const texts = [...variables];
  for (;;) {
    const delimiter = `sopsmith_${Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    if (!texts.some((text) => text.includes(delimiter))) return delimiter;
  }
}

/** For the file that `GITHUB_ENV` names (or `GITHUB_OUTPUT`), with the commands that keep values out of logs. */
export const github: Exporter = {
  name: 'github',
  appendsTo: 'GITHUB_ENV',
  print(variables, { random }) {
    checkNames(variables, { format, names: /^[A-Za-z_][\w.-]*$/, kept });
    for (const name of variables.keys())
      if (ofRunner.test(name)) throw cannotHold(format, name, 'the runner keeps GITHUB_… and RUNNER_… for itself');
    const delimiter = delimiterFor(variables.values(), random);
    return {
      text: Array.from(variables, ([name, text]) => `${name}<<${delimiter}\n${text}\n${delimiter}\n`).join(''),
      announcements: maskCommands([...variables.values()].flatMap(formsOf)),
      warnings: [],
    };
  },
};
