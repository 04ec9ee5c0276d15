import { dirname, join } from 'node:path';
import { lookupConfig } from '../config/lookup.ts';
import { recipientNames, type RecipientNames } from '../config/recipient-names.ts';
import { readFile, statFile } from '../node/files.ts';

const known = new Map<string, RecipientNames>();

/**
 * What the config file in force calls a master key beside it, for messages: the file that `$SOPS_CONFIG` names, else the one for the working folder, else the one for the folder of
 * the encrypted file. Undefined where there is none, or it cannot be read: an error is told already.
 */
export function nameBeside(masterKey: string, file: string | undefined): string | undefined {
  const folder = dirname(file ?? '.');
  const names = known.get(folder) ?? readNames(folder);
  known.set(folder, names);
  return names.nameOf(masterKey);
}

function readNames(folder: string): RecipientNames {
  const path = process.env['SOPS_CONFIG'] || find('.') || find(folder);
  try {
    return recipientNames(new TextDecoder().decode(path ? readFile(path) : undefined));
  } catch {
    return recipientNames('');
  }
}

function find(folder: string): string | undefined {
  const { path } = lookupConfig(join(process.cwd(), folder), (candidate) => statFile(join(folder, candidate)) !== undefined);
  return path === undefined ? undefined : join(folder, path);
}
