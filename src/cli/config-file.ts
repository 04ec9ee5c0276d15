import { resolve } from 'node:path';
import type { Config, CreationRule } from '../config/config.ts';
import { lookupConfig } from '../config/lookup.ts';
import { ruleFor as findRule } from '../config/match.ts';
import { parseConfig } from '../config/parse.ts';
import { SopsError } from '../errors.ts';
import { yaml } from '../formats/yaml/index.ts';
import { keySources } from '../keysources/index.ts';
import { type Compile, loadRegexps } from '../metadata/regexp.ts';
import { readFile, statFile } from '../node/files.ts';
import { inFile, type Invocation } from './invocation.ts';
import { keyOptions } from './master-keys.ts';
import { shortPath, warn } from './report.ts';

/** The config file in force. */
export interface FoundConfig {
  /** Absolute. */
  readonly path: string;
  readonly config: Config;
  readonly compile: Compile;
  readonly options: Parameters<typeof findRule>[2];
}

const loaded = new WeakMap<Invocation, Promise<FoundConfig | undefined>>();

/** Reads the config file that `--config` names or that is found from the working folder upwards, once a run. Throws `MALFORMED_CONFIG`, `INPUT_UNREADABLE`. */
export function loadConfig(invocation: Invocation): Promise<FoundConfig | undefined> {
  const known = loaded.get(invocation);
  if (known) return known;
  const loading = load(invocation);
  loaded.set(invocation, loading);
  return loading;
}

async function load({ flags }: Invocation): Promise<FoundConfig | undefined> {
  const named = flags.text('config') ?? lookup();
  if (named === undefined) return undefined;
  const path = resolve(named);
  const content = readFile(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', 'could not read config file: there is no such file', { file: path });
  const config = await inFile(path, () => parseConfig(yaml.parse(new TextDecoder().decode(content)), shortPath(path), keySources));
  for (const warning of config.warnings) warn(warning);
  return { path, config, compile: await loadRegexps(config.patterns), options: keyOptions(flags) };
}

function lookup(): string | undefined {
  const { path, warning } = lookupConfig(process.cwd(), (candidate) => statFile(candidate) !== undefined);
  if (warning !== undefined) warn(warning);
  return path;
}

/** The creation rule for a file. Throws `NO_MATCHING_RULE`, `MALFORMED_CONFIG`. */
export function ruleFor({ path, config, compile, options }: FoundConfig, file: string): CreationRule | undefined {
  return findRule(config, { configPath: path, filePath: resolve(file), compile }, options);
}
