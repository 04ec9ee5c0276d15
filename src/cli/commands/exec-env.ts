import { SopsError } from '../../errors.ts';
import { holdSignals, replaceProcess, runInBackground, runInForeground } from '../../node/hand-over.ts';
import { chosenVariables } from '../chosen-variables.ts';
import { becomeWanted, inBackground, readCommandLine } from '../command-to-run.ts';
import type { Invocation } from '../invocation.ts';

/** `sopsmith exec-env file command`, `sopsmith exec-env file… -- program word…`. */
export async function run(invocation: Invocation): Promise<void | number> {
  const { flags, context } = invocation;
  const { files, command } = readCommandLine(invocation);
  const background = inBackground(invocation, 'exec-env');
  if (background && flags.isOn('same-process'))
    throw new SopsError('CONFLICTING_FLAGS', 'the --same-process flag cannot be used with --background');
  const variables = await chosenVariables(files, invocation);
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
