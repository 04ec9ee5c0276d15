import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyData, keysInManifest } from '../../deploy/flux/key-entries.ts';
import { entryKeyring, type Keyring, ownKeyring } from '../../deploy/flux/keyring.ts';
import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { readFile, statFile } from '../../node/files.ts';
import type { Invocation } from '../invocation.ts';
import { servicesOf } from '../services.ts';

/** The entries that `--keys` names: files of a folder, as a Secret is mounted, or a Secret in a manifest; undefined without the flag. Throws `INPUT_UNREADABLE`, `MALFORMED_KEY`. */
export function givenKeyData({ flags }: Invocation): KeyData | undefined {
  const path = flags.text('keys');
  if (path === undefined) return undefined;
  if (statFile(path)?.isDirectory() === true) return keysInFolder(path);
  const content = readFile(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', 'there are no keys: no such file or directory', { file: path });
  return keysInManifest(content, path, flags.text('secret'));
}

function keysInFolder(folder: string): KeyData {
  const entries = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder).toSorted()) {
    const path = join(folder, name);
    const content = statFile(path)?.isFile() === true ? readFile(path) : undefined;
    if (content !== undefined) entries.set(name, content);
  }
  return entries;
}

/** What unwraps: the keys that are given and nothing else, or without any, the person's own. Throws `MALFORMED_KEY`. */
export function keyringOf(invocation: Invocation): Keyring {
  const data = givenKeyData(invocation);
  return data === undefined ? ownKeyring(servicesOf(invocation)) : entryKeyring(data, keySources, invocation.context);
}
