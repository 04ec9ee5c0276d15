import { resolve } from 'node:path';
import { SopsError } from '../../errors.ts';
import { encrypt } from '../../operations/encrypt.ts';
import { audit } from '../audit.ts';
import { creationRule, loadConfig } from '../config-file.ts';
import { isEncrypted, mayBeMeant } from '../encrypted-files.ts';
import { readsPlaintext } from '../exit-codes.ts';
import { formatsOf } from '../format-choice.ts';
import { type Input, mustExist, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type Done, onInputs } from '../many-files.ts';
import { masterKeysOf } from '../master-keys.ts';
import { deliver } from '../output.ts';
import { printOptions } from '../print-options.ts';
import type { Reuse } from '../reuse.ts';
import { encryptionSettings } from '../rule.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith encrypt [file…]`. */
export async function run(invocation: Invocation): Promise<number> {
  const wanted = (path: string): Promise<boolean> => isToBeEncrypted(path, invocation);
  const { flags } = invocation;
  const reuse =
    flags.isOn('in-place') && !flags.isOn('no-reuse') && flags.text('into') === undefined ? await reuseOf(invocation) : undefined;
  let several = false;
  try {
    return await onInputs(invocation, {
      wanted,
      done: 'encrypted',
      makes: 'content',
      together: true,
      exitCodes: readsPlaintext,
      step: (input, oneOfSeveral) => {
        several ||= oneOfSeveral;
        return encryptInput(invocation, input, { several, reuse });
      },
    });
  } finally {
    reuse?.tell(several);
    await reuse?.close();
  }
}

/** What Git has of the files is loaded only where there is a repository. */
async function reuseOf(invocation: Invocation): Promise<Reuse | undefined> {
  const { workTreeOf } = await import('../earlier-versions.ts');
  const { words } = invocation;
  if (words.every((word) => workTreeOf(resolve(word, 'x')) === undefined)) return undefined;
  const { Reuse } = await import('../reuse.ts');
  return new Reuse(invocation);
}

/** Whether a file below a folder is one that a creation rule takes, or flags name keys for, and is not encrypted yet. */
async function isToBeEncrypted(path: string, invocation: Invocation): Promise<boolean> {
  if (!mayBeMeant(path) || isEncrypted(path, invocation.flags.text('input-type'))) return false;
  const found = loadConfig(invocation);
  if (found === undefined) return true;
  try {
    return (await creationRule(found, path, invocation)) !== undefined || masterKeysOf(invocation.flags, '').length > 0;
  } catch (error) {
    if (error instanceof SopsError && error.code === 'NO_MATCHING_RULE') return false;
    throw error;
  }
}

/** Whether a file is one of several, and where earlier versions are looked for. */
interface Among {
  readonly several: boolean;
  readonly reuse: Reuse | undefined;
}

async function encryptInput(invocation: Invocation, input: Input, { several, reuse }: Among): Promise<Done> {
  const old = invocation.flags.text('into');
  if (old !== undefined) {
    if (several) throw new SopsError('CONFLICTING_FLAGS', '--into names the earlier version of one file, and there are several');
    return (await import('../into.ts')).encryptIntoOld(invocation, input, old);
  }
  if (input.name === '') throw new SopsError('CONFLICTING_FLAGS', 'must specify --filename-override when reading from stdin');
  mustExist(input);
  const { input: from, output: to } = formatsOf(invocation, input);
  const services = servicesOf(invocation);
  const settings = await inFile(input.shown, () => encryptionSettings(invocation, input, { input: from, output: to }));
  const formats = { input: from, output: to, print: printOptions(invocation, to) };
  const plaintext = readInput(input);
  const outcome = await inFile(
    input.shown,
    async () =>
      (await reuse?.encrypt(plaintext, input, { formats, ...settings, keys: settings, what: settings }, services)) ??
      encrypt(plaintext, formats, settings, services),
  );
  await audit(['encrypt'], input.path);
  await deliver(invocation, input, outcome);
}
