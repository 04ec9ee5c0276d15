import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { SopsError } from '../errors.ts';
import { systemCode, systemError } from './files.ts';

/** Makes a file that was not there before: never overwrites one, not even behind a link. Throws `OUTPUT_UNWRITABLE`. */
export function createFile(path: string, content: string, mode: number): void {
  const descriptor = openNew(path, mode);
  try {
    const bytes = Buffer.from(content);
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(path, { force: true });
    throw systemError('OUTPUT_UNWRITABLE', 'could not write the file', path, error);
  } finally {
    closeSync(descriptor);
  }
}

function openNew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new SopsError('OUTPUT_UNWRITABLE', 'there is a file of this name already, which is left as it is', { file: path });
    throw systemError('OUTPUT_UNWRITABLE', 'could not make the file', path, error);
  }
}
