import { SopsError } from '../../errors.ts';
import { move } from '../../operations/move.ts';
import { sealedFormatsOf } from '../format-choice.ts';
import { findFile, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { tellWarnings } from '../output.ts';
import { rewritingOptions } from '../print-options.ts';
import { log } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { changePath } from '../tree-path.ts';

/** `sopsmith move file path path`. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, context } = invocation;
  if (words.length !== 3) throw new SopsError('NO_FILE_SPECIFIED', 'a file, the path of what moves and the path to move it to are needed');
  const [file = '', origin = '', destination = ''] = words;
  const input = findFile({ ...invocation, words: [file] });
  const from = changePath(origin, 'path');
  const to = changePath(destination, 'path', { places: true });
  const { input: format, output } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const options = rewritingOptions(invocation, output);
  const outcome = await inSealedFile({ input, format, context }, () => move(readInput(input), format, { from, to, options }, services), [
    'decrypt',
    'encrypt',
  ]);
  tellWarnings(invocation, input, outcome.warnings);
  await context.files.replace(input.path, outcome.content);
  log({ level: 'info', message: 'File written successfully' });
}
