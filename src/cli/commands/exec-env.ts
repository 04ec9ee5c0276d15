import { nearest } from '../../config/nearest.ts';
import { SopsError } from '../../errors.ts';
import { holdSignals, replaceProcess, runInBackground, runInForeground } from '../../node/hand-over.ts';
import { decryptToVariables, type Variables } from '../../operations/environment.ts';
import { becomeWanted, inBackground, readCommandLine } from '../command-to-run.ts';
import { formatFor } from '../format-choice.ts';
import { fileInput, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { tellWarnings } from '../output.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith exec-env file command`, `sopsmith exec-env file… -- program word…`. */
export async function run(invocation: Invocation): Promise<void | number> {
  const { flags, context } = invocation;
  const { files, command } = readCommandLine(invocation);
  const background = inBackground(invocation, 'exec-env');
  if (background && flags.isOn('same-process'))
    throw new SopsError('CONFLICTING_FLAGS', 'the --same-process flag cannot be used with --background');
  const variables = await variablesOf(files, invocation);
  const inherited = flags.isOn('pristine') ? {} : context.env;
  const env = { ...inherited, ...(await becomeWanted(invocation)), ...Object.fromEntries(variables) };
  const toRun = { words: command, env };
  if (background) return runInBackground(toRun);
  if (flags.isOn('same-process')) replaceProcess(toRun);
  const signals = holdSignals();
  try {
    return await runInForeground(toRun, signals);
  } finally {
    signals.release();
  }
}

/** The variables of all files, chosen and named as the flags say; those of a later file go before. */
async function variablesOf(files: readonly string[], invocation: Invocation): Promise<Variables> {
  const all = new Map<string, string>();
  for (const file of files) for (const [name, text] of await variablesIn(file, invocation)) all.set(name, text);
  const prefix = invocation.flags.text('prefix') ?? '';
  return new Map(chosen(all, invocation.flags.text('only')).map(([name, text]) => [prefix + name, text]));
}

async function variablesIn(file: string, invocation: Invocation): Promise<Variables> {
  const { flags, context } = invocation;
  const input = fileInput(file);
  const format = formatFor(flags.text('input-type'), input.name);
  const services = servicesOf(invocation);
  return inSealedFile({ input, format, context }, async () => {
    const opened = await decryptToVariables(readInput(input), format, { ignoreMac: flags.isOn('ignore-mac') }, services);
    tellWarnings(invocation, input, opened.warnings);
    return opened.variables;
  });
}

function chosen(all: Variables, only: string | undefined): readonly (readonly [string, string])[] {
  if (only === undefined) return [...all];
  return only.split(',').map((word) => {
    const name = word.trim();
    const text = all.get(name);
    if (text !== undefined) return [name, text] as const;
    const close = nearest(name, [...all.keys()]);
    throw new SopsError(
      'PATH_NOT_FOUND',
      `there is no value for the variable ${name}`,
      close === undefined ? {} : { hint: `did you mean ${close}?` },
    );
  });
}
