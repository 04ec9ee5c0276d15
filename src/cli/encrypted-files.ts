import { SopsError } from '../errors.ts';
import { keySources } from '../keysources/index.ts';
import { readFile } from '../node/files.ts';
import { status } from '../operations/status.ts';
import { sealedFormatFor } from './format-choice.ts';
import { allFilesBelow } from './wanted-inputs.ts';

/** All encrypted files in a folder and below it, in order of their names. Symbolic links are not followed. */
export const encryptedFilesBelow = (folder: string, inputType: string | undefined): readonly string[] =>
  [...allFilesBelow(folder)].filter((path) => isEncrypted(path, inputType));

/**
 * Whether a file is encrypted. One that holds ciphertext but cannot be read (a merge conflict, say) counts as such: what works on it will say why.
 */
export function isEncrypted(path: string, inputType: string | undefined): boolean {
  const content = readFile(path);
  if (content === undefined) return false;
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (!text.includes('sops') || !text.includes('ENC[AES256_GCM,')) return false;
  try {
    return status(content, sealedFormatFor(inputType, { name: path, path }), { keySources }).encrypted;
  } catch (error) {
    if (error instanceof SopsError) return sealedFormatFor(inputType, { name: path, path }).name !== 'binary';
    throw error;
  }
}
