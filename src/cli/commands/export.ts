import { resolve } from 'node:path';
import { nearest } from '../../document/nearest.ts';
import { SopsError } from '../../errors.ts';
import type { Exporter } from '../../export/exporter.ts';
import { exporters } from '../../export/index.ts';
import { appendLines } from '../../node/append-file.ts';
import type { Flags } from '../argv.ts';
import { chosenVariables } from '../chosen-variables.ts';
import type { Invocation } from '../invocation.ts';
import { isStandardOutput } from '../output.ts';
import { print, say, warn } from '../report.ts';

/** `sopsmith export file…`. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags, context } = invocation;
  const exporter = wantedExporter(flags.text('format'));
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const variables = await chosenVariables(words, invocation);
  const { text, announcements = '', warnings } = exporter.print(variables, { secret: secretOf(flags), random: context.random });
  if (warnings.length > 0 && flags.isOn('strict')) throw new SopsError('STRICT', warnings.join('; '));
  for (const warning of warnings) warn(warning);
  const file = fileFor(exporter, invocation);
  if (file === undefined) {
    sayAll(announcements);
    print(text);
    return;
  }
  print(announcements);
  if (exporter.appendsTo === undefined) await context.files.replace(file, Buffer.from(text));
  else appendLines(file, text);
}

/** Beside the text, where that takes standard output. */
const sayAll = (announcements: string): void => {
  if (announcements !== '') say(announcements.trimEnd());
};

function wantedExporter(name: string | undefined): Exporter {
  const names = exporters.map((exporter) => exporter.name);
  const found = name === undefined ? exporters[0] : exporters.find((exporter) => exporter.name === name);
  if (found !== undefined) return found;
  const close = nearest(name ?? '', names);
  throw new SopsError('USAGE', `--format is one of ${names.join(', ')}`, close === undefined ? {} : { hint: `did you mean ${close}?` });
}

function secretOf(flags: Flags): { readonly name?: string; readonly namespace?: string; readonly type?: string } {
  const texts = ['name', 'namespace', 'type'].flatMap((name) => {
    const text = flags.text(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(texts);
}

/** Where the text goes; undefined for standard output. Throws `USAGE` where a program has a file of its own and nothing names it. */
function fileFor({ name, appendsTo }: Exporter, { flags, context }: Invocation): string | undefined {
  const output = flags.text('output');
  if (output !== undefined) return isStandardOutput(output) ? undefined : resolve(output);
  if (appendsTo === undefined) return undefined;
  const named = context.env[appendsTo];
  if (named) return resolve(named);
  throw new SopsError('USAGE', `there is no ${appendsTo} in the environment, which names the file for --format ${name}`, {
    hint: 'outside of a workflow, name one with --output',
  });
}
