import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { rotate } from '../../operations/rotate.ts';
import { statFile } from '../../node/files.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { sealedFormatsOf } from '../format-choice.ts';
import { type Input, mustBeFile, mustExist, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { onInputs, type Work } from '../many-files.ts';
import { masterKeysOf } from '../master-keys.ts';
import { deliver } from '../output.ts';
import { layoutOption, printOptions } from '../print-options.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith rotate file…`. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  if (flags.text('older-than') !== undefined || flags.isOn('overdue') || flags.isOn('dry-run'))
    return (await import('../due-rotation.ts')).rotateDue(invocation, rotateFile);
  return rotateAll(invocation, (input) => rotateFile(invocation, mustBeFile(input)));
}

/** The old spelling, `sopsmith -r file…`, which has a status of its own for a file that does not exist. */
export const runOld = (invocation: Invocation): Promise<number> =>
  rotateAll(invocation, async (input) => {
    if (!changesKeys(invocation)) mustExist(input);
    await rotateFile(invocation, mustBeFile(input));
  });

async function rotateAll(invocation: Invocation, step: Work['step']): Promise<number> {
  const { words, flags } = invocation;
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const wanted = (path: string): boolean => isEncrypted(path, flags.text('input-type'));
  return onInputs(invocation, { wanted, done: 'rotated', makes: 'content', together: true, step });
}

const changesKeys = ({ flags }: Invocation): boolean =>
  keySources.some(({ flag }) => flags.text(`add-${flag.name}`) !== undefined || flags.text(`rm-${flag.name}`) !== undefined);

async function rotateFile(invocation: Invocation, input: Input & { readonly path: string }): Promise<void> {
  const { flags } = invocation;
  if (changesKeys(invocation) && statFile(input.path) === undefined)
    throw new SopsError('KEYS_OF_MISSING_FILE', `cannot add or remove keys on non-existent file "${input.path}"`, {
      hint: 'make the file with `edit`',
    });
  const { input: format, output } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const options = {
    add: masterKeysOf(flags, 'add-'),
    remove: masterKeysOf(flags, 'rm-'),
    ignoreMac: flags.isOn('ignore-mac'),
    layout: layoutOption(invocation, output),
  };
  const formats = { input: format, output, print: printOptions(invocation, output) };
  const outcome = await inSealedFile(
    { input, format, context: invocation.context },
    () => rotate(readInput(input), formats, options, services),
    ['rotate', 'decrypt', 'encrypt'],
  );
  await deliver(invocation, input, outcome);
}
