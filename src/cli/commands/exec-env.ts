import { SopsError } from '../../errors.ts';
import {
  type Command,
  type HeldSignals,
  holdSignals,
  replaceProcess,
  runFiltered,
  runInBackground,
  runInForeground,
} from '../../node/hand-over.ts';
import type { Variables } from '../../operations/environment.ts';
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
  if (flags.isOn('mask') && (background || flags.isOn('same-process')))
    throw new SopsError('CONFLICTING_FLAGS', '--mask needs the output of the command, which --background and --same-process do not have');
  const variables = await chosenVariables(files, invocation);
  const inherited = flags.isOn('pristine') ? {} : context.env;
  const env = { ...inherited, ...(await becomeWanted(invocation)), ...Object.fromEntries(variables) };
  const toRun = { words: command, env };
  if (background) return runInBackground(toRun);
  if (flags.isOn('same-process')) replaceProcess(toRun);
  const signals = holdSignals();
  try {
    return await (flags.isOn('mask') ? runMasked(toRun, signals, variables) : runInForeground(toRun, signals));
  } finally {
    signals.release();
  }
}

/** With values, in all the forms that logs have them in, masked in what the command writes. */
async function runMasked(toRun: Command, signals: HeldSignals, variables: Variables): Promise<number> {
  const [{ formsOf }, { StreamMasker }] = await Promise.all([import('../../export/masks.ts'), import('../../node/stream-masker.ts')]);
  const forms = [...variables.values()].flatMap(formsOf);
  return runFiltered(toRun, signals, () => new StreamMasker(forms));
}
