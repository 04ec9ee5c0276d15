import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SopsError } from '../errors.ts';
import { keySources } from '../keysources/index.ts';
import { readFile, systemError } from '../node/files.ts';
import { status } from '../operations/status.ts';
import { formatFor } from './format-choice.ts';

/** Folders that hold copies and history, never files to work on. */
const passedBy: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/**
 * All encrypted files in a folder and below it, in order of their names. Symbolic links are not followed.
 * A file that holds ciphertext but cannot be read (a merge conflict, say) is among them: what works on it will say why.
 */
export function encryptedFilesBelow(folder: string, inputType: string | undefined): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return passedBy.has(entry.name) ? [] : encryptedFilesBelow(path, inputType);
    return entry.isFile() && isEncrypted(path, inputType) ? [path] : [];
  });
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    throw systemError('INPUT_UNREADABLE', 'error reading folder', folder, error);
  }
}

function isEncrypted(path: string, inputType: string | undefined): boolean {
  const content = readFile(path);
  if (content === undefined) return false;
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (!text.includes('sops') || !text.includes('ENC[AES256_GCM,')) return false;
  try {
    return status(content, formatFor(inputType, path), { keySources }).encrypted;
  } catch (error) {
    if (error instanceof SopsError) return formatFor(inputType, path).name !== 'binary';
    throw error;
  }
}
