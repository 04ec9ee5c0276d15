import { decodeText } from '../../operations/text.ts';
import { utf8 } from '../../crypto/bytes.ts';
import type { Context } from '../../ports.ts';
import { driverSettings, ownSettings } from '../drivers/settings.ts';
import { withBlock, withoutBlock } from './block.ts';
import type { SetupPlace } from './place.ts';

/** Tells Git what to run. Throws `GIT_FAILED`. @param program how the program is called, as a shell takes it */
export async function writeSettings({ git, scope }: SetupPlace, program: string): Promise<void> {
  const settings = Object.values(driverSettings(program)).flatMap((some) => Object.entries(some));
  for (const [name, value] of settings) await git.output(['config', scope, '--replace-all', name, value]);
}

/** Takes out the settings that are ours, and no other. Answers how many there were. */
export async function removeSettings({ git, scope }: SetupPlace): Promise<number> {
  let removed = 0;
  for (const name of ownSettings) {
    if ((await git.ask(['config', scope, '--get-all', name])) === undefined) continue;
    await git.output(['config', scope, '--unset-all', name]);
    removed++;
  }
  return removed;
}

/** A file of attributes as text; empty where there is none. Throws `MALFORMED_DOCUMENT` where it is not UTF-8. */
export async function readText(path: string, { files }: Pick<Context, 'files'>): Promise<string> {
  return decodeText((await files.read(path)) ?? new Uint8Array());
}

/** Puts lines of ours into a file of attributes; answers whether that changed it. Throws `MALFORMED_DOCUMENT`, `OUTPUT_UNWRITABLE`. */
export async function writeAttributes(path: string, lines: readonly string[], context: Pick<Context, 'files'>): Promise<boolean> {
  const before = await readText(path, context);
  return replaceText(path, before, withBlock(before, lines), context);
}

/** Takes our lines out of a file of attributes. Answers what is left of it; undefined where nothing of ours was there. */
export async function removeAttributes(path: string, context: Pick<Context, 'files'>): Promise<string | undefined> {
  const before = await readText(path, context);
  const after = withoutBlock(before);
  return (await replaceText(path, before, after, context)) ? after : undefined;
}

async function replaceText(path: string, before: string, after: string, { files }: Pick<Context, 'files'>): Promise<boolean> {
  if (before === after) return false;
  await files.replace(path, utf8(after));
  return true;
}
