import { rmSync } from 'node:fs';
import { SopsError } from '../../errors.ts';
import { openRepository } from '../../git/repository.ts';
import { blockOf } from '../../git/setup/block.ts';
import { readText, removeAttributes, removeSettings } from '../../git/setup/install.ts';
import { clonePlace, type SetupPlace, userPlace } from '../../git/setup/place.ts';
import { attributesFileOf } from '../git-setup/attributes-file.ts';
import { hookFile, removeHook } from '../git-setup/hook.ts';
import type { Invocation } from '../invocation.ts';
import { print, shortPath } from '../report.ts';

/** `sopsmith git uninstall`: takes out what `git install` put in, and nothing else. */
export async function run({ flags, context }: Invocation): Promise<void> {
  const repository = flags.isOn('global') ? undefined : await openRepository('.', context);
  const places = repository === undefined ? [await userPlace(context)] : [clonePlace(repository, true), clonePlace(repository, false)];
  if (!flags.isOn('force')) for (const place of places) await refuseFilter(place, context);
  const done: string[] = [];
  for (const place of places) done.push(...(await takeOut(place, context)));
  if (repository !== undefined && (await removeHook(repository))) done.push(`the hook ${shortPath(await hookFile(repository))}`);
  print(done.length === 0 ? 'There was nothing to take out.\n' : `Taken out: ${done.join(', ')}.\n`);
}

/** Files that lie in clear in the work tree would be added in clear from then on. Throws `UNSUPPORTED`. */
async function refuseFilter(place: SetupPlace, context: Invocation['context']): Promise<void> {
  const file = attributesFileOf(place);
  const lines = file === undefined ? [] : (blockOf(await readText(file, context)) ?? []);
  if (file === undefined || !lines.some((line) => line.includes(' filter='))) return;
  throw new SopsError(
    'UNSUPPORTED',
    'there are patterns for the filter: without it, Git would add the files that lie here in clear as they are',
    {
      file,
      hint: 'put them away with `sopsmith git refresh --encrypted`, then run `sopsmith git uninstall --force`',
    },
  );
}

async function takeOut(place: SetupPlace, context: Invocation['context']): Promise<readonly string[]> {
  const settings = (await removeSettings(place)) > 0 ? [`the settings of Git (${place.scope.slice(2)})`] : [];
  const file = attributesFileOf(place);
  const rest = file === undefined ? undefined : await removeAttributes(file, context);
  if (file === undefined || rest === undefined) return settings;
  if (rest === '') rmSync(file);
  return [...settings, `our lines in ${shortPath(file)}`];
}
