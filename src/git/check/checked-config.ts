import type { ConfigFlaw, MaxAge } from '../../config/config.ts';
import { parseConfig } from '../../config/parse.ts';
import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import type { KeySource } from '../../keysources/keysource.ts';
import { loadRegexps } from '../../metadata/regexp.ts';
import { decodeText } from '../../operations/text.ts';
import { type CheckedRule, readRules } from './checked-rules.ts';
import { readSettings, type Settings } from './settings.ts';

/** A `.sops.yaml`, and what is wrong with it. */
export interface CheckedConfig {
  /** Absolute, with `/`. */
  readonly path: string;
  readonly source: string;
  readonly flaws: readonly ConfigFlaw[];
  /** None where it cannot be read. */
  readonly rules: readonly CheckedRule[];
  /** Why it cannot be read, or a rule of it. */
  readonly errors: readonly SopsError[];
  readonly settings: Settings;
  readonly maxAge: MaxAge;
}

/** What config files are read with. */
export interface ConfigReading {
  readonly yaml: Format;
  readonly keySources: readonly KeySource[];
  readonly destinations: NonNullable<Parameters<typeof parseConfig>[3]>;
}

const nothing: Settings = { exclude: [], allow: new Map(), flaws: [] };

/** Reads a config file with every rule in it, which sops does only for the rule that it chooses. Never throws for what the file holds. */
export async function checkConfig(
  path: string,
  content: Uint8Array,
  { yaml, keySources, destinations }: ConfigReading,
): Promise<CheckedConfig> {
  let source = '';
  try {
    source = decodeText(content);
    const document = source.trim() === '' ? { source, branches: [], notes: [] } : yaml.parse(source);
    const config = parseConfig(document, path, keySources, destinations);
    const rules = readRules(config.creationRules ?? [], await loadRegexps(config.patterns));
    const errors = rules.flatMap(({ error }) => (error === undefined ? [] : [error]));
    return { path, source, flaws: config.flaws, rules, errors, settings: readSettings(document), maxAge: config.maxAge };
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    const isEmpty = error.code === 'EMPTY_DOCUMENT';
    return { path, source, flaws: [], rules: [], errors: isEmpty ? [] : [error], settings: nothing, maxAge: {} };
  }
}
