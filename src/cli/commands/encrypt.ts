import { basename } from 'node:path';
import { SopsError } from '../../errors.ts';
import { encrypt } from '../../operations/encrypt.ts';
import { audit } from '../audit.ts';
import { creationRule, loadConfig } from '../config-file.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { readsPlaintext } from '../exit-codes.ts';
import { formatsOf } from '../format-choice.ts';
import { type Input, mustExist, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { onInputs } from '../many-files.ts';
import { masterKeysOf } from '../master-keys.ts';
import { deliver } from '../output.ts';
import { printOptions } from '../print-options.ts';
import { encryptionSettings } from '../rule.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith encrypt [file…]`. */
export async function run(invocation: Invocation): Promise<number> {
  const wanted = (path: string): Promise<boolean> => isToBeEncrypted(path, invocation);
  return onInputs(invocation, {
    wanted,
    done: 'encrypted',
    makes: 'content',
    together: true,
    exitCodes: readsPlaintext,
    step: (input) => encryptInput(invocation, input),
  });
}

/** Files of the project itself and of Git, which no rule means even where it takes every file. */
const neverMeant: ReadonlySet<string> = new Set(['.sops.yaml', '.sops.yml', '.gitattributes', '.gitignore', '.gitmodules']);

/** Whether a file below a folder is one that a creation rule takes, or flags name keys for, and is not encrypted yet. */
async function isToBeEncrypted(path: string, invocation: Invocation): Promise<boolean> {
  if (neverMeant.has(basename(path)) || isEncrypted(path, invocation.flags.text('input-type'))) return false;
  const found = loadConfig(invocation);
  if (found === undefined) return true;
  try {
    return (await creationRule(found, path, invocation)) !== undefined || masterKeysOf(invocation.flags, '').length > 0;
  } catch (error) {
    if (error instanceof SopsError && error.code === 'NO_MATCHING_RULE') return false;
    throw error;
  }
}

async function encryptInput(invocation: Invocation, input: Input): Promise<void> {
  if (input.name === '') throw new SopsError('CONFLICTING_FLAGS', 'must specify --filename-override when reading from stdin');
  mustExist(input);
  const { input: from, output: to } = formatsOf(invocation, input);
  const services = servicesOf(invocation);
  const settings = await inFile(input.shown, () => encryptionSettings(invocation, input, { input: from, output: to }));
  const formats = { input: from, output: to, print: printOptions(invocation, to) };
  const outcome = await inFile(input.shown, () => encrypt(readInput(input), formats, settings, services));
  await audit(['encrypt'], input.path);
  await deliver(invocation, input, outcome);
}
