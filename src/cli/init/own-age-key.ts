import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { statFile, systemError } from '../../node/files.ts';
import { createFile } from '../../node/new-file.ts';
import type { Context } from '../../ports.ts';

/** The reader's own age key. */
export interface OwnAgeKey {
  readonly recipient: string;
  /** Where its identity is. */
  readonly place: string;
  readonly made: boolean;
}

/** An age identity that is there already, where sops looks for them; else a new one, in the file where sops looks. Throws `OUTPUT_UNWRITABLE`, `UNSUPPORTED`. */
export const ownAgeKey = async (context: Context): Promise<OwnAgeKey> => (await existingKey(context)) ?? makeKey(context);

async function existingKey(context: Context): Promise<OwnAgeKey | undefined> {
  const client = await keySources.find(({ kind }) => kind === 'age')?.load();
  for (const { name, keys } of (await client?.held?.(context)) ?? []) {
    const recipient = keys.find((key) => key.startsWith('age1'));
    if (recipient !== undefined) return { recipient, place: name, made: false };
  }
  return undefined;
}

async function makeKey(context: Context): Promise<OwnAgeKey> {
  const { userConfig } = context.files;
  if (userConfig === undefined)
    throw new SopsError('UNSUPPORTED', 'there is no folder for your configuration to keep a key in', {
      hint: 'set HOME or XDG_CONFIG_HOME',
    });
  const path = join(userConfig, 'sops', 'age', 'keys.txt');
  if (statFile(path) !== undefined)
    throw new SopsError('OUTPUT_UNWRITABLE', 'there is a file of keys already, whose recipients are not known here; it is left as it is', {
      file: path,
      hint: 'give the recipient of your key with --age',
    });
  const { makeIdentity } = await import('../../keysources/age/client-identity.ts');
  const { recipient, file } = makeIdentity(context);
  makeFolder(dirname(path));
  createFile(path, file, 0o600);
  return { recipient, place: path, made: true };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw systemError('OUTPUT_UNWRITABLE', 'could not make the folder', path, error);
  }
}
