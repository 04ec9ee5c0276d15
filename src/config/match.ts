import { SopsError } from '../errors.ts';
import type { Compile } from '../metadata/regexp.ts';
import type { Config, CreationRule, DestinationEntry, RuleOptions } from './config.ts';

/** For which file a rule is looked for. */
export interface Match {
  /** Of the config file: absolute, without `.` and `..`. */
  readonly configPath: string;
  /** Absolute, or relative to the config file's folder. */
  readonly filePath: string;
  /** Ready for {@link Config.patterns}. */
  readonly compile: Compile;
}

/**
 * The first creation rule that takes a file (`config/config.go`, parseCreationRuleForFile), or undefined where the config has no rules at all.
 * Throws `NO_MATCHING_RULE` where there are rules and none takes it, `MALFORMED_CONFIG` where what is wrong stands in a rule that is asked.
 */
export function ruleFor(config: Config, { configPath, filePath, compile }: Match, options: RuleOptions = {}): CreationRule | undefined {
  if (!config.creationRules) return undefined;
  const path = pathBelow(configPath, filePath);
  const rule = config.creationRules.find((entry) => entry.matches(path, compile));
  if (rule) return rule.read(compile, options);
  throw new SopsError('NO_MATCHING_RULE', `no matching creation rules found for ${path}`, {
    file: configPath,
    hint: 'path_regex is matched with the path relative to the folder of the config file; a rule without path_regex at the end takes every other file',
  });
}

/**
 * The first destination rule that takes a file, undefined where none does. Real sops matches the path as the user names it (`config/config.go`, parseDestinationRuleForFile);
 * where no rule takes that, the path relative to the folder of the config file is tried, as for creation rules. Throws `MALFORMED_CONFIG`.
 * @param named the path as the user names it
 */
export function destinationFor(config: Config, { configPath, filePath, compile }: Match, named: string): DestinationEntry | undefined {
  const below = pathBelow(configPath, filePath);
  const first = (path: string): DestinationEntry | undefined => config.destinationRules.find((entry) => entry.matches(path, compile));
  return first(named) ?? first(below);
}

/** The path that rules are matched with. On Windows rules see the slashes they are written with. */
export function pathBelow(configPath: string, filePath: string): string {
  const isWindows = /^(?:[A-Za-z]:[\\/]|\\\\)/.test(configPath);
  const [config, file] = isWindows ? [configPath.replaceAll('\\', '/'), filePath.replaceAll('\\', '/')] : [configPath, filePath];
  const slash = config.lastIndexOf('/');
  const folder = slash === 0 ? '//' : config.slice(0, slash + 1);
  return folder !== '' && file.startsWith(folder) ? file.slice(folder.length) : file;
}
