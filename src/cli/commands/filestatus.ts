import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { status } from '../../operations/status.ts';
import { formatFor } from '../format-choice.ts';
import { findFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { print } from '../report.ts';

/** `sopsmith filestatus file`: `{"encrypted":true}`. */
export async function run(invocation: Invocation): Promise<void> {
  if (invocation.words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const input = findFile(invocation);
  const format = formatFor(invocation.flags.text('input-type'), input.name);
  const { encrypted } = await inFile(input.shown, () => status(readInput(input), format, { keySources }));
  print(`${JSON.stringify({ encrypted })}\n`);
}
