import { basename } from 'node:path';
import { SopsError } from '../errors.ts';
import { keySources } from '../keysources/index.ts';
import { readFile } from '../node/files.ts';
import { status } from '../operations/status.ts';
import { sealedFormatFor } from './format-choice.ts';
import type { Input } from './input.ts';
import type { Invocation } from './invocation.ts';
import { filesNamed } from './wanted-inputs.ts';

/** Files of the project itself and of Git, which no rule means even where it takes every file. */
const neverMeant: ReadonlySet<string> = new Set(['.sops.yaml', '.sops.yml', '.gitattributes', '.gitignore', '.gitmodules']);

/** Whether a file found in a folder may be one to encrypt. */
export const mayBeMeant = (path: string): boolean => !neverMeant.has(basename(path));

/** The quickest way to see that a file is not encrypted. */
export function mayBeEncrypted(content: Uint8Array): boolean {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return text.includes('sops') && text.includes('ENC[AES256_GCM,');
}

/**
 * Whether a file is encrypted. One that holds ciphertext but cannot be read (a merge conflict, say) counts as such: what works on it will say why.
 */
export function isEncrypted(path: string, inputType: string | undefined): boolean {
  const content = readFile(path);
  if (content === undefined || !mayBeEncrypted(content)) return false;
  try {
    return status(content, sealedFormatFor(inputType, { name: path, path }), { keySources }).encrypted;
  } catch (error) {
    if (error instanceof SopsError) return sealedFormatFor(inputType, { name: path, path }).name !== 'binary';
    throw error;
  }
}

/** The files that words name for a command that only reads encrypted ones: {@link filesNamed}. */
export const sealedFilesNamed = (words: readonly string[], { flags }: Invocation, asOften?: boolean): Promise<readonly Input[]> =>
  filesNamed(words, (path) => isEncrypted(path, flags.text('input-type')), asOften);
