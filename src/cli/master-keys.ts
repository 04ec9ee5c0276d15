import { SopsError } from '../errors.ts';
import { keySources } from '../keysources/index.ts';
import type { KeyOptions } from '../keysources/keysource.ts';
import type { MasterKey } from '../metadata/metadata.ts';
import type { Flags } from './argv.ts';

/**
 * The master keys that flags name, kind by kind: `--age`, or with a prefix `--add-age`.
 * Throws `MALFORMED_KEY`, `MALFORMED_ENCRYPTION_CONTEXT`.
 */
export function masterKeysOf(flags: Flags, prefix: '' | 'add-' | 'rm-'): readonly MasterKey[] {
  const options = keyOptions(flags);
  return keySources.flatMap((source) => {
    const text = flags.text(`${prefix}${source.flag.name}`);
    return text === undefined ? [] : source.parse(text, options);
  });
}

/** What flags say beside the keys themselves. */
export function keyOptions(flags: Flags): KeyOptions {
  const context = flags.text('encryption-context');
  const awsProfile = flags.text('aws-profile');
  return {
    ...(context === undefined ? {} : { encryptionContext: encryptionContext(context) }),
    ...(awsProfile === undefined ? {} : { awsProfile }),
  };
}

/** `key:value` pairs with commas between (`kms/keysource.go`, ParseKMSContext). */
function encryptionContext(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((pair) => pair.split(':'));
  if (pairs.some((pair) => pair.length !== 2))
    throw new SopsError('MALFORMED_ENCRYPTION_CONTEXT', 'invalid KMS encryption context format: give key:value pairs with commas between');
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value]));
}
