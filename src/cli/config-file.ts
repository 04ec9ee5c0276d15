import { resolve } from 'node:path';
import type { Config, CreationRule } from '../config/config.ts';
import { lookupConfig } from '../config/lookup.ts';
import { ruleFor } from '../config/match.ts';
import { parseConfig } from '../config/parse.ts';
import { SopsError } from '../errors.ts';
import { destinations } from '../destinations/index.ts';
import { keySources } from '../keysources/index.ts';
import { loadRegexps } from '../metadata/regexp.ts';
import { readFile, statFile } from '../node/files.ts';
import { decodeText } from '../operations/text.ts';
import type { Context } from '../ports.ts';
import { formatFor } from './format-choice.ts';
import type { Invocation } from './invocation.ts';
import { keyOptions } from './master-keys.ts';
import { warn } from './report.ts';

/** The config file in force. */
export interface FoundConfig {
  /** As the user knows it: as `--config` says, or relative to the working folder. */
  readonly path: string;
  readonly config: Config;
}

const read = new WeakMap<Context, FoundConfig | undefined>();

/**
 * The config file: what `--config` names, else the first `.sops.yaml` in the working folder or above; undefined where there is none. Read once a run, and its warnings told then.
 * Throws `CONFIG_NOT_FOUND` where a file is named but missing, `MALFORMED_CONFIG`.
 */
export function loadConfig({ flags, context }: Pick<Invocation, 'flags' | 'context'>): FoundConfig | undefined {
  if (read.has(context)) return read.get(context);
  const path = flags.text('config') ?? findConfig();
  const found = path === undefined ? undefined : readConfig(path);
  read.set(context, found);
  context.log({
    level: 'debug',
    message: found === undefined ? 'no config file' : 'config file read',
    ...(found && { fields: { file: found.path } }),
  });
  return found;
}

/** As {@link loadConfig}, where there must be one. Throws `CONFIG_NOT_FOUND`, `MALFORMED_CONFIG`. */
export function neededConfig(invocation: Pick<Invocation, 'flags' | 'context'>): FoundConfig {
  const found = loadConfig(invocation);
  if (found !== undefined) return found;
  throw new SopsError('CONFIG_NOT_FOUND', 'config file not found', {
    hint: 'write a .sops.yaml here or in a folder above, or name one with --config',
  });
}

function findConfig(): string | undefined {
  const { path, warning } = lookupConfig(process.cwd(), (candidate) => statFile(candidate) !== undefined);
  if (warning !== undefined) warn(warning);
  return path;
}

function readConfig(path: string): FoundConfig {
  const content = readFile(path);
  if (content === undefined)
    throw new SopsError('CONFIG_NOT_FOUND', 'could not read config file: no such file or directory', { file: path });
  const config = parseConfigFile(path, content);
  for (const warning of config.warnings) warn(warning);
  return { path, config };
}

/** The content of a config file. Throws `MALFORMED_CONFIG`. */
export function parseConfigFile(path: string, content: Uint8Array): Config {
  try {
    return parseConfig(formatFor('yaml', path).parse(decodeText(content)), path, keySources, destinations);
  } catch (error) {
    if (!(error instanceof SopsError) || error.code === 'MALFORMED_CONFIG') throw error;
    if (error.code === 'EMPTY_DOCUMENT') return parseConfig({ source: '', branches: [], notes: [] }, path, keySources, destinations);
    throw new SopsError('MALFORMED_CONFIG', `error loading config: ${error.message}`, { ...error.details, file: path, cause: error });
  }
}

/**
 * The creation rule for a file; undefined where the config has no rules at all.
 * Throws `NO_MATCHING_RULE`, `MALFORMED_CONFIG`.
 * @param filePath absolute
 */
export async function creationRule(
  { path, config }: FoundConfig,
  filePath: string,
  { flags }: Pick<Invocation, 'flags'>,
): Promise<CreationRule | undefined> {
  const { encryptionContext } = keyOptions(flags);
  const compile = await loadRegexps(config.patterns);
  return ruleFor(config, { configPath: resolve(path), filePath, compile }, encryptionContext === undefined ? {} : { encryptionContext });
}
