import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { status } from '../../operations/status.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { readsAnything } from '../exit-codes.ts';
import { type Input, mustBeFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { onInputs } from '../many-files.ts';
import { print } from '../report.ts';

/** `sopsmith filestatus file…`: `{"encrypted":true}`; with the names of the files where there are several. */
export async function run(invocation: Invocation): Promise<number> {
  if (invocation.words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const step = async (input: Input, several: boolean): Promise<void> => {
    const format = sealedFormatFor(invocation.flags.text('input-type'), input);
    const { encrypted } = await inFile(input.shown, () => status(readInput(mustBeFile(input)), format, { keySources }));
    print(`${JSON.stringify(several ? { file: input.shown, encrypted } : { encrypted })}\n`);
  };
  return onInputs(invocation, { wanted: () => true, done: 'read', together: false, exitCodes: readsAnything, step });
}
