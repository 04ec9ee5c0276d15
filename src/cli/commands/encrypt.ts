import { SopsError } from '../../errors.ts';
import { encrypt } from '../../operations/encrypt.ts';
import { formatsOf } from '../format-choice.ts';
import { findInput, mustExist, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { deliver } from '../output.ts';
import { printOptions } from '../print-options.ts';
import { encryptionSettings } from '../rule.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith encrypt [file]`. */
export async function run(invocation: Invocation): Promise<void> {
  const input = findInput(invocation);
  if (input.name === '') throw new SopsError('CONFLICTING_FLAGS', 'must specify --filename-override when reading from stdin');
  mustExist(input);
  const { input: from, output: to } = formatsOf(invocation, input);
  const services = servicesOf(invocation);
  const settings = await inFile(input.shown, () => encryptionSettings(invocation, input, { input: from, output: to }));
  const formats = { input: from, output: to, print: printOptions(invocation, to) };
  const outcome = await inFile(input.shown, () => encrypt(readInput(input), formats, settings, services));
  await deliver(invocation, input, outcome);
}
