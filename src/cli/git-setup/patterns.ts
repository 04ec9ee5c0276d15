import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { indexEntries } from '../../git/entries.ts';
import type { Repository } from '../../git/repository.ts';
import { attributesOf, driverLine, filterLine, patternsFor, usualPatterns } from '../../git/setup/attributes.ts';
import { blockOf } from '../../git/setup/block.ts';
import { readText, writeAttributes } from '../../git/setup/install.ts';
import { globsOf } from '../../git/setup/path-globs.ts';
import { sealedEntries } from '../../git/setup/sealed-entries.ts';
import type { Context } from '../../ports.ts';
import { parseConfigFile } from '../config-file.ts';

/** What became of the attributes. */
export interface Attributed {
  readonly file: string;
  readonly lines: readonly string[];
  /** Encrypted files that other lines of the user give to another driver. */
  readonly others: readonly string[];
}

interface Wanted {
  readonly file: string;
  /** Patterns for the filter. */
  readonly filter: readonly string[];
}

/** Writes the attributes of all repositories of the user: endings that say that a file is encrypted. */
export async function attributeUsual({ file, filter }: Wanted, context: Context): Promise<Attributed> {
  const lines = [...usualPatterns.map(driverLine), ...(await filterLines({ file, filter }, context))];
  await writeAttributes(file, lines, context);
  return { file, lines, others: [] };
}

/** Writes the attributes of one repository: what its creation rules are for, and what is encrypted in its index. */
export async function attributeRepository(repository: Repository, { file, filter }: Wanted, context: Context): Promise<Attributed> {
  const { git } = repository;
  const sealed = await sealedEntries(repository, context, { keySources });
  const lines = [...(await rulePatterns(repository, context)).map(driverLine), ...(await filterLines({ file, filter }, context))];
  const before = await readText(file, context);
  if (lines.length > 0 || blockOf(before) !== undefined) await writeAttributes(file, lines, context);
  const told = await attributesOf(git, sealed, ['diff']);
  const missed = sealed.filter((path) => told.get(path)?.get('diff') === 'unspecified');
  const all = [...patternsFor(missed, await othersIn(repository, sealed)).map(driverLine), ...lines];
  if (missed.length > 0) await writeAttributes(file, all, context);
  return { file, lines: all, others: sealed.filter((path) => !/^(?:sopsmith|unspecified)$/.test(told.get(path)?.get('diff') ?? '')) };
}

/** The files in the index that are not encrypted. */
async function othersIn(repository: Repository, sealed: readonly string[]): Promise<readonly string[]> {
  const all = new Set((await indexEntries(repository.git)).map(({ path }) => path));
  for (const path of sealed) all.delete(path);
  return [...all];
}

/** Those that are wanted, and those that were before. */
async function filterLines({ file, filter }: Wanted, context: Context): Promise<readonly string[]> {
  const before = blockOf(await readText(file, context)) ?? [];
  return [...new Set([...before.filter((line) => line.includes(' filter=')), ...filter.map(filterLine)])];
}

/** What the creation rules of all config files of a repository are for, as far as attributes can say it. */
async function rulePatterns({ git, top, bare }: Repository, { files }: Context): Promise<readonly string[]> {
  if (bare) return [];
  const configs = await git.list(['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ':(glob)**/.sops.yaml']);
  const patterns: string[] = [];
  for (const path of new Set(configs)) {
    const content = await files.read(`${top}/${path}`);
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const regex of content === undefined ? [] : pathRegexes(`${top}/${path}`, content))
      patterns.push(...(globsOf(regex, folder) ?? []));
  }
  // A rule for whatever there is says nothing of which files are encrypted.
  return [...new Set(patterns)].filter((pattern) => /[^*/]/.test(pattern));
}

function pathRegexes(path: string, content: Uint8Array): readonly string[] {
  try {
    return (parseConfigFile(path, content).creationRules ?? []).flatMap(({ pathRegex }) => pathRegex ?? []);
  } catch (error) {
    // `doctor` and `check` say what is wrong with it.
    if (error instanceof SopsError) return [];
    throw error;
  }
}
