import { decrypt } from '../../operations/decrypt.ts';
import { sealedFormatsOf } from '../format-choice.ts';
import { type Input, mustExist, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { onInputs } from '../many-files.ts';
import { deliver } from '../output.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { parseTreePath } from '../tree-path.ts';

/** `sopsmith decrypt [file…]`. */
export async function run(invocation: Invocation): Promise<number> {
  const wanted = async (path: string): Promise<boolean> =>
    (await import('../encrypted-files.ts')).isEncrypted(path, invocation.flags.text('input-type'));
  return onInputs(invocation, {
    wanted,
    done: 'decrypted',
    makes: 'content',
    together: true,
    step: (input) => decryptInput(invocation, input),
  });
}

async function decryptInput(invocation: Invocation, input: Input): Promise<void> {
  const { flags } = invocation;
  mustExist(input);
  const { input: from, output: to } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const extract = parseTreePath(flags.text('extract') ?? '');
  const printed = from !== to || extract.length > 0;
  const formats = { input: from, output: to, print: printed ? (await import('../print-options.ts')).printOptions(invocation, to) : {} };
  const options = { ignoreMac: flags.isOn('ignore-mac'), extract };
  const outcome = await inSealedFile({ input, format: from, context: invocation.context }, () =>
    decrypt(readInput(input), formats, options, services),
  );
  await deliver(invocation, input, outcome);
}
