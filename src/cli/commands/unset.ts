import { SopsError } from '../../errors.ts';
import { unset } from '../../operations/set.ts';
import { sealedFormatsOf } from '../format-choice.ts';
import { findFile, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { tellWarnings } from '../output.ts';
import { rewritingOptions } from '../print-options.ts';
import { log } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { changePath } from '../tree-path.ts';

/** `sopsmith unset file index`. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags, context } = invocation;
  if (words.length !== 2) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified, or index is missing');
  const [file = '', index = ''] = words;
  const input = findFile({ ...invocation, words: [file] });
  const path = changePath(index, 'unset index');
  const { input: format, output } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const options = rewritingOptions(invocation, output);
  try {
    const outcome = await inSealedFile({ input, format, context }, () => unset(readInput(input), format, { path, options }, services), [
      'decrypt',
      'encrypt',
    ]);
    tellWarnings(invocation, input, outcome.warnings);
    await context.files.replace(input.path, outcome.content);
    log({ level: 'info', message: 'File written successfully' });
  } catch (error) {
    if (!(error instanceof SopsError && error.code === 'PATH_NOT_FOUND' && flags.isOn('idempotent'))) throw error;
  }
}
