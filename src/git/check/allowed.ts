import type { CheckedConfig } from './checked-config.ts';
import { type GlobMatch, globMatch } from './globs.ts';
import type { Subject } from './subject.ts';

/** What people have said is to be let pass. */
export interface Allowed {
  /** Whether a file is not to be looked at. */
  excludes(path: string, config: CheckedConfig | undefined): Promise<boolean>;
  /** Whether a rule does not hold for a line of a file. */
  allows(rule: string, line: number, subject: Subject, config: CheckedConfig | undefined): Promise<boolean>;
}

/** What a comment says on the line of a finding or the one above: `sopsmith-allow: private-key`. */
const comment = /sopsmith-allow:\s*([a-z-]+(?:\s*,\s*[a-z-]+)*)/;

/** Reads what `--exclude` says and what the config files in force say. @param exclude of the command line */
export function allowedBy(exclude: GlobMatch): Allowed {
  const matchers = new Map<
    CheckedConfig,
    { readonly exclude: Promise<GlobMatch>; readonly allow: ReadonlyMap<string, Promise<GlobMatch>> }
  >();
  const of = (config: CheckedConfig): NonNullable<ReturnType<typeof matchers.get>> => {
    const before = matchers.get(config);
    if (before !== undefined) return before;
    const folder = config.path.slice(0, config.path.lastIndexOf('/') + 1);
    const { settings } = config;
    const made = {
      exclude: globMatch(settings.exclude, folder),
      allow: new Map(Array.from(settings.allow, ([rule, globs]) => [rule, globMatch(globs, folder)])),
    };
    matchers.set(config, made);
    return made;
  };
  return {
    excludes: async (path, config) => exclude(path) || (config !== undefined && (await of(config).exclude)(path)),
    allows: async (rule, line, { path, places }, config) => {
      if ([line, line - 1].some((one) => isAllowedOn(places.line(one), rule))) return true;
      const globs = config === undefined ? undefined : of(config).allow.get(rule);
      return globs !== undefined && (await globs)(path);
    },
  };
}

const isAllowedOn = (line: string, rule: string): boolean =>
  (comment.exec(line.slice(0, 10_000))?.[1] ?? '').split(',').some((one) => one.trim() === rule);
