import { oneLine } from '../../errors.ts';
import { findRepository } from '../../git/repository.ts';
import { examineSetup, type Finding } from '../git-setup/findings.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../report.ts';

/** `sopsmith git status`: what is set up for Git, what is missing, what is doubtful. */
export async function run({ flags, context }: Invocation): Promise<void> {
  const findings = await examineSetup(await findRepository('.', context), context);
  print(flags.isOn('json') ? `${JSON.stringify(findings, undefined, 2)}\n` : table(findings));
}

/** No more files are named for people. */
const most = 20;

function table(findings: readonly Finding[]): string {
  const [states, abouts] = [findings.map(({ state }) => state.length), findings.map(({ about }) => about.length)].map((lengths) =>
    Math.max(...lengths),
  );
  return findings
    .map(({ state, about, message, files = [] }) => {
      const more = files.length > most ? [`and ${files.length - most} more`] : [];
      const listed = [...files.slice(0, most).map(oneLine), ...more].map((file) => `    ${file}\n`);
      return `${state.padEnd(states ?? 0)}  ${about.padEnd(abouts ?? 0)}  ${oneLine(message)}\n${listed.join('')}`;
    })
    .join('');
}
