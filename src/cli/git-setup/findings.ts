import { driverSettings } from '../../git/drivers/settings.ts';
import { type Git, gitIn } from '../../git/git.ts';
import type { Repository } from '../../git/repository.ts';
import { attributesOf } from '../../git/setup/attributes.ts';
import { sealedEntries } from '../../git/setup/sealed-entries.ts';
import { keySources } from '../../keysources/index.ts';
import { askDataKeys } from '../../node/data-keys/client.ts';
import { isProgram } from '../../node/program.ts';
import { shellWords } from '../../node/shell-words.ts';
import type { Context } from '../../ports.ts';
import { secondsToRemember } from '../remembered-keys.ts';
import { shortPath } from '../report.ts';
import { callsCheck, hookFile, hookState } from './hook.ts';

/** One thing that is set up, or is not, or is doubtful. */
export interface Finding {
  readonly state: 'ok' | 'missing' | 'doubtful' | 'off';
  /** What it is about: `diff`, `files`. */
  readonly about: string;
  readonly message: string;
  /** The files in question. */
  readonly files?: readonly string[];
}

/** Looks at everything that `git install` sets up. @param repository undefined outside of one: then at what holds for all */
export async function examineSetup(repository: Repository | undefined, context: Context): Promise<readonly Finding[]> {
  const git = repository?.git ?? gitIn('.', context);
  const drivers = await Promise.all(
    Object.entries(driverSettings('')).map(async ([about, some]) => driver(about, Object.keys(some), git, context)),
  );
  return [
    ...drivers,
    ...(await plaintextCache(git)),
    ...(repository === undefined ? [] : [...(await files(repository, context)), await hook(repository)]),
    await memory(context),
  ];
}

async function driver(about: string, names: readonly string[], git: Git, { env }: Context): Promise<Finding> {
  const told = await Promise.all(names.map(async (name) => git.ask(['config', '--show-scope', '--get', name])));
  const missing = names.filter((_, at) => told[at] === undefined);
  if (missing.length > 0) return { state: 'missing', about, message: `${missing.join(' and ')} not set: run \`sopsmith git install\`` };
  const [scope = '', command = ''] = (told.find((text) => /git |merge /.test(text ?? '')) ?? '').split('\t');
  const program = programOf(command);
  if (program === undefined || !isProgram(program, env))
    return { state: 'missing', about, message: `the program ${program ?? 'of its setting'} is not found: run \`sopsmith git install\`` };
  return { state: 'ok', about, message: `${command} (${scope})` };
}

/** The program of a command line for a shell. */
function programOf(command: string): string | undefined {
  try {
    return shellWords(command)[0];
  } catch {
    return undefined;
  }
}

/** Git can keep what it is shown, in clear, among its objects. */
async function plaintextCache(git: Git): Promise<readonly Finding[]> {
  const on = (await git.ask(['config', '--type=bool', '--get', 'diff.sopsmith.cachetextconv'])) === 'true';
  const kept = (await git.ask(['rev-parse', '--verify', '--quiet', 'refs/notes/textconv/sopsmith'])) !== undefined;
  return [
    ...(on
      ? [
          {
            state: 'doubtful',
            about: 'diff',
            message: 'diff.sopsmith.cachetextconv has Git keep plaintext in the repository: unset it',
          } as const,
        ]
      : []),
    ...(kept
      ? [
          {
            state: 'doubtful',
            about: 'diff',
            message: 'Git kept plaintext: `git update-ref -d refs/notes/textconv/sopsmith` and `git gc --prune=now`',
          } as const,
        ]
      : []),
  ];
}

async function files(repository: Repository, context: Context): Promise<readonly Finding[]> {
  const sealed = await sealedEntries(repository, context, { keySources });
  const told = await attributesOf(repository.git, sealed, ['diff', 'merge', 'filter']);
  const lacking = (name: string): readonly string[] => sealed.filter((path) => told.get(path)?.get(name) !== 'sopsmith');
  const filtered = sealed.length - lacking('filter').length;
  const [undiffed, unmerged] = [lacking('diff'), lacking('merge')];
  const what = `encrypted ${sealed.length === 1 ? 'file' : 'files'} in the index`;
  return [
    undiffed.length === 0
      ? { state: 'ok', about: 'files', message: `${sealed.length} ${what}, ${filtered} of them in clear in the work tree` }
      : {
          state: 'missing',
          about: 'files',
          message: `${undiffed.length} of ${sealed.length} ${what} without diff=sopsmith`,
          files: undiffed,
        },
    ...(unmerged.length === 0
      ? []
      : [
          {
            state: 'missing',
            about: 'files',
            message: `${unmerged.length} of ${sealed.length} ${what} without merge=sopsmith`,
            files: unmerged,
          } as const,
        ]),
  ];
}

async function hook(repository: Repository): Promise<Finding> {
  const file = await hookFile(repository);
  const state = hookState(file);
  const shown = shortPath(file);
  if (state === 'ours' || (state === 'foreign' && callsCheck(file)))
    return { state: 'ok', about: 'hook', message: `commits are checked: ${shown}` };
  const message =
    state === 'none' ? 'commits are not checked: `sopsmith git install --hooks`' : `${shown} does not call \`sopsmith check --staged\``;
  return { state: 'off', about: 'hook', message };
}

async function memory({ env, run }: Context): Promise<Finding> {
  const seconds = await secondsToRemember({ env, run });
  if (seconds === 0) return { state: 'off', about: 'data keys', message: 'not remembered: that is switched off' };
  const answer = await askDataKeys({ verb: 'count' }, env);
  const count = answer?.found === 'count' ? answer.count : 0;
  return { state: 'ok', about: 'data keys', message: `${count} remembered in memory, each for ${seconds} seconds after its last use` };
}
