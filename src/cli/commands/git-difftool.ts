import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { SopsError } from '../../errors.ts';
import { showFile } from '../../git/diff/show.ts';
import { findRepository } from '../../git/repository.ts';
import { runEditor } from '../../node/editor.ts';
import { readFile, statFile } from '../../node/files.ts';
import { openScratchFolder, type ScratchFolder } from '../../node/scratch.ts';
import { watchSignals } from '../../node/signals.ts';
import { audit } from '../audit.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { diffTool } from '../git-setup/diff-tool.ts';
import { fileInput, mustBeFile } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { nameBeside } from '../recipient-name.ts';
import { rememberedKeys } from '../remembered-keys.ts';
import { servicesOf } from '../services.ts';
import { editFile } from './edit.ts';

/** `sopsmith git difftool old new`: both in clear in the user's diff tool. What is changed there in a file of the work tree is encrypted and written, as `edit` does. */
export async function run(invocation: Invocation): Promise<void> {
  const [old, now] = invocation.words;
  if (old === undefined || now === undefined || invocation.words.length > 2)
    throw new SopsError('USAGE', 'git difftool takes two files, the old and the new');
  if ([old, now].some((path) => statFile(path)?.isDirectory() === true))
    throw new SopsError('UNSUPPORTED', 'folders cannot be compared in clear', { hint: 'run git difftool without --dir-diff' });
  const tool = await diffTool(invocation.context);
  const folder = openScratchFolder(invocation.context.env);
  const signals = watchSignals();
  try {
    const before = await putInto(folder, 'old', old, invocation);
    if (await isEditable(now, invocation)) return await unlessSame(editFile(invocation, mustBeFile(fileInput(now)), [...tool, before]));
    const after = await putInto(folder, 'new', now, invocation);
    const ran = runEditor([...tool, before], after, (child) => {
      signals.passTo(child);
    });
    await Promise.race([ran, signals.cancelled]);
  } finally {
    folder.wipe();
    signals.stop();
  }
  return undefined;
}

/** Nothing was changed: that is how it should be. */
async function unlessSame(edited: Promise<void>): Promise<void> {
  try {
    await edited;
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'FILE_NOT_MODIFIED') throw error;
  }
}

/** An encrypted file of the work tree; what Git wrote for the tool alone is none. */
async function isEditable(path: string, { context }: Invocation): Promise<boolean> {
  if (statFile(path)?.isFile() !== true || !isEncrypted(path, undefined)) return false;
  const repository = await findRepository('.', context);
  if (repository === undefined || repository.bare) return false;
  const real = realpathSync(path);
  return real.startsWith(realpathSync(repository.top) + sep) && !real.startsWith(realpathSync(repository.gitDir) + sep);
}

/** Writes what a version shows into a folder that goes. */
async function putInto(folder: ScratchFolder, side: string, path: string, invocation: Invocation): Promise<string> {
  const content = statFile(path)?.isFile() === true ? readFile(path) : undefined;
  const target = join(folder.path, side, basename(path));
  mkdirSync(dirname(target), { mode: 0o700 });
  const shown = await showFile(basename(path), content ?? new Uint8Array(), {
    ...servicesOf(invocation),
    contentOnly: true,
    known: rememberedKeys(invocation.context),
    called: (name) => nameBeside(name, resolve(path)),
    opened: async () => audit(['decrypt'], path),
    closed: async () => undefined,
  });
  writeFileSync(target, shown, { mode: 0o600, flag: 'wx' });
  return target;
}
