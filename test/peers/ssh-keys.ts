import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { succeed } from './run.ts';
import { needed } from '../support/peers.ts';

/** A key pair that ssh-keygen made. */
export interface SshKeyPair {
  readonly path: string;
  /** The line of the `.pub` file. */
  readonly recipient: string;
}

/** Makes a key pair in a folder; `words` are what ssh-keygen takes: `-t rsa -b 2048`. */
export async function sshKeyPair(folder: string, name: string, words: string, passphrase = ''): Promise<SshKeyPair> {
  const path = join(folder, name);
  await succeed([needed('ssh-keygen'), '-q', ...words.split(' '), '-N', passphrase, '-C', 'somebody at home', '-f', path]);
  return { path, recipient: (await readFile(`${path}.pub`, 'utf8')).trim() };
}
