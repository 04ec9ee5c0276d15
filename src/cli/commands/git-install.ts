import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SopsError } from '../../errors.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { writeSettings } from '../../git/setup/install.ts';
import { clonePlace, type SetupPlace, userPlace } from '../../git/setup/place.ts';
import { attributesFileOf } from '../git-setup/attributes-file.ts';
import { installHook } from '../git-setup/hook.ts';
import { type Attributed, attributeRepository, attributeUsual } from '../git-setup/patterns.ts';
import { programWord } from '../git-setup/program-word.ts';
import type { Invocation } from '../invocation.ts';
import { print, shortPath } from '../report.ts';

/** `sopsmith git install`: tells Git what to run for which files. May be run again at any time. */
export async function run({ flags, words, context }: Invocation): Promise<void> {
  refuseMix(flags.isOn('global'), flags.isOn('local') || flags.isOn('private') || flags.isOn('hooks'));
  if (words.length > 0) throw new SopsError('USAGE', 'git install takes no file: patterns for the filter are given with --filter');
  const program = programWord(flags.isOn('absolute'), context.env);
  const repository = flags.isOn('global') ? undefined : await openRepository('.', context);
  const place = repository === undefined ? await userPlace(context) : clonePlace(repository, !flags.isOn('private'));
  await writeSettings(place, program);
  print(
    `Git calls \`${program}\` ${repository === undefined ? 'in all your repositories' : 'in this clone'}: to diff, merge, filter and edit.\n`,
  );
  print(`${toldOf(await attributed(place, repository, { filter: flags.texts('filter'), context }))}\n`);
  if (repository !== undefined && flags.isOn('hooks')) print(`Commits are checked: ${shortPath(await installHook(repository, program))}\n`);
}

function refuseMix(global: boolean, local: boolean): void {
  if (global && local)
    throw new SopsError('CONFLICTING_FLAGS', '--global is for all repositories: --local, --private and --hooks are for one');
}

async function attributed(
  place: SetupPlace,
  repository: Repository | undefined,
  { filter, context }: { readonly filter: readonly string[]; readonly context: Invocation['context'] },
): Promise<Attributed> {
  const file = attributesFileOf(place);
  if (file === undefined) throw new SopsError('OUTPUT_UNWRITABLE', 'there is no home folder to put the attributes in');
  mkdirSync(dirname(file), { recursive: true });
  if (repository === undefined) return attributeUsual({ file, filter }, context);
  return attributeRepository(repository, { file, filter }, context);
}

function toldOf({ file, lines, others }: Attributed): string {
  if (lines.length === 0)
    return 'No creation rule names files, and nothing in the index is encrypted yet: run this again once there is something, or write lines for .gitattributes yourself.';
  return [
    `${shortPath(file)} says for which files:`,
    ...lines.map((line) => `  ${line}`),
    ...(lines.some((line) => line.includes(' filter='))
      ? ['Files of the filter that lie here encrypted become clear with `sopsmith git refresh`.']
      : []),
    ...(others.length === 0
      ? []
      : ['Other lines give these to another diff driver, which is left so:', ...others.map((path) => `  ${path}`)]),
  ].join('\n');
}
