import { decrypt } from '../../operations/decrypt.ts';
import { formatsOf } from '../format-choice.ts';
import { findInput, mustExist, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { deliver } from '../output.ts';
import { printOptions } from '../print-options.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { parseTreePath } from '../tree-path.ts';

/** `sopsmith decrypt [file]`. */
export async function run(invocation: Invocation): Promise<void> {
  const { flags } = invocation;
  const input = findInput(invocation);
  mustExist(input);
  const { input: from, output: to } = formatsOf(invocation, input);
  const services = servicesOf(invocation);
  const extract = parseTreePath(flags.text('extract') ?? '');
  const printed = from !== to || extract.length > 0;
  const formats = { input: from, output: to, print: printed ? printOptions(invocation, to) : {} };
  const options = { ignoreMac: flags.isOn('ignore-mac'), extract };
  const outcome = await inSealedFile({ input, format: from, context: invocation.context }, () =>
    decrypt(readInput(input), formats, options, services),
  );
  await deliver(invocation, input, outcome);
}
