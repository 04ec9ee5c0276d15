import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { privateFolder } from '../private-folder.ts';

/** Where data keys are asked for: a socket in the user's private folder; undefined where there can be none. Its name goes with the messages: other ones, another name. */
export function dataKeySocket(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = privateFolder(env);
  return folder === undefined ? undefined : join(folder, 'data-keys-1');
}

/** Whether a socket stands there. The folder is the user's alone: what is in it is what an agent made. */
export const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
