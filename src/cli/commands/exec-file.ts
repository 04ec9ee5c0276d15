import { holdSignals, runInBackground, runInForeground } from '../../node/hand-over.ts';
import { type HandedOver, handOver } from '../../node/hand-over-file.ts';
import { decrypt } from '../../operations/decrypt.ts';
import { becomeWanted, type CommandLine, inBackground, readCommandLine } from '../command-to-run.ts';
import { sealedFilesNamed } from '../encrypted-files.ts';
import { sealedFormatsOf } from '../format-choice.ts';
import { type Input, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { tellWarnings } from '../output.ts';
import { printOptions } from '../print-options.ts';
import { warn } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith exec-file file command`, `sopsmith exec-file file… -- program word…`. */
export async function run(invocation: Invocation): Promise<void | number> {
  const { flags, context } = invocation;
  const line = readCommandLine(invocation);
  const background = inBackground(invocation, 'exec-file');
  const contents: Uint8Array[] = [];
  for (const input of await sealedFilesNamed(line.files, invocation, true)) contents.push(await plaintextOf(input, invocation));
  const user = await becomeWanted(invocation);
  const env = { ...context.env, ...user };
  const how = { name: flags.text('filename'), pipe: wantsPipe(invocation) && !background };
  const handed: HandedOver[] = [];
  const signals = holdSignals();
  try {
    for (const content of contents) handed.push(await handOver(content, how, env));
    const toRun = { words: filledIn(line, handed), env };
    if (!background) return await runInForeground(toRun, signals);
    return await runInBackground(toRun);
  } finally {
    if (!background) for (const one of handed) await one.close();
    signals.release();
  }
}

async function plaintextOf(input: Input, invocation: Invocation): Promise<Uint8Array> {
  const { flags, context } = invocation;
  const { input: from, output: to } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const formats = { input: from, output: to, print: from === to ? {} : printOptions(invocation, to) };
  const { content, warnings } = await inSealedFile({ input, format: from, context }, () =>
    decrypt(readInput(input), formats, { ignoreMac: flags.isOn('ignore-mac') }, services),
  );
  tellWarnings(invocation, input, warnings);
  return content;
}

function wantsPipe({ flags }: Invocation): boolean {
  if (flags.isOn('no-fifo')) return false;
  if (process.platform !== 'win32') return true;
  warn('no fifos on windows, use --no-fifo next time');
  return false;
}

/** The command with the names of the temporary files: `{}` is the first, or all of them where it is a word of its own; `{1}`, `{2}` are one each. */
function filledIn({ command: [program, ...words] }: CommandLine, handed: readonly HandedOver[]): readonly [string, ...string[]] {
  const paths = handed.map(({ path }) => path);
  const fill = (word: string): string =>
    word
      .replaceAll('{}', () => paths[0] ?? '')
      .replaceAll(/\{(\d+)\}/g, (text, number) => (paths.length > 1 ? (paths[Number(number) - 1] ?? text) : text));
  return [fill(program), ...words.flatMap((word) => (word === '{}' ? paths : [fill(word)]))];
}
