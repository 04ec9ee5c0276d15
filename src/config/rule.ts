import type { KeySource } from '../keysources/keysource.ts';
import { patternRules, type Selection, suffixRules } from '../metadata/metadata.ts';
import type { Compile } from '../metadata/regexp.ts';
import { selectionsFrom } from '../metadata/selection.ts';
import type { CreationRule, RuleEntry, RuleOptions } from './config.ts';
import { GroupReader, ruleKeys } from './keys.ts';
import type { ConfigReader, Value } from './reader.ts';

/** Reads one creation rule as far as sops does for every file: names and types. What it says of keys is read when it is chosen. Throws `MALFORMED_CONFIG`. */
export function parseRule(value: Value, keySources: readonly KeySource[], reader: ConfigReader): RuleEntry {
  const rule = new RuleReader(value, keySources, reader);
  const { line, pathRegex, patterns } = rule;
  return {
    line,
    pathRegex,
    patterns,
    matches: (path, compile) => rule.matches(path, compile),
    read: (compile, options) => rule.read(compile, options),
  };
}

class RuleReader {
  readonly line: number;
  readonly pathRegex: string | undefined;
  readonly patterns: readonly string[];
  readonly #fields: ReadonlyMap<string, Value>;
  readonly #groups: readonly Value[];
  readonly #groupReader: GroupReader;
  readonly #shamirThreshold: number;
  readonly #macOnlyEncrypted: boolean;
  readonly #keySources: readonly KeySource[];
  readonly #reader: ConfigReader;

  constructor(value: Value, keySources: readonly KeySource[], reader: ConfigReader) {
    this.#reader = reader;
    this.#keySources = keySources;
    this.#groupReader = new GroupReader(keySources, reader);
    this.#fields = reader.fields(value);
    this.line = reader.line(value.offset);
    this.pathRegex = this.#text('path_regex') || undefined;
    this.patterns = ['path_regex', ...patternRules].map((name) => this.#text(name)).filter((pattern) => pattern !== '');
    this.#groups = this.#read('key_groups', (groups) => reader.list(groups, 'a key group')) ?? [];
    this.#shamirThreshold = this.#read('shamir_threshold', (threshold) => reader.integer(threshold)) ?? 0;
    this.#macOnlyEncrypted = this.#read('mac_only_encrypted', (only) => reader.bool(only)) ?? false;
    if (!this.#fields.has('shamir_threshold')) this.#warnOfSplitGroups();
  }

  matches(path: string, compile: Compile): boolean {
    return this.pathRegex === undefined || this.#compiled('path_regex', this.pathRegex, compile)(path);
  }

  /** `config/config.go`, configFromRule. */
  read(compile: Compile, options: RuleOptions): CreationRule {
    return {
      line: this.line,
      selection: this.#selection(compile),
      keyGroups: this.#keyGroups(options),
      shamirThreshold: this.#shamirThreshold,
      macOnlyEncrypted: this.#macOnlyEncrypted,
    };
  }

  #selection(compile: Compile): Selection | undefined {
    const [selection, other] = selectionsFrom((by) => this.#text(by));
    if (selection && other) {
      const all = [...suffixRules, ...patternRules].join(', ');
      throw this.#reader.malformed(
        this.#fields.get(other.by)?.offset ?? 0,
        `${other.by} stands beside ${selection.by}: a rule can have one of ${all}`,
      );
    }
    if (selection && 'pattern' in selection) this.#compiled(selection.by, selection.pattern, compile);
    return selection;
  }

  #keyGroups(options: RuleOptions): CreationRule['keyGroups'] {
    if (this.#groups.length > 0) return this.#groups.map((group) => this.#groupReader.keys(group));
    return [ruleKeys(this.#fields, this.#keySources, this.#reader, { ...options, awsProfile: this.#text('aws_profile') })];
  }

  #compiled(name: string, pattern: string, compile: Compile): (text: string) => boolean {
    try {
      return compile(pattern);
    } catch (error) {
      throw this.#reader.malformed(this.#fields.get(name)?.offset ?? 0, `'${name}' of a creation rule is not a regular expression`, error);
    }
  }

  #text(name: string): string {
    return this.#read(name, (value) => this.#reader.text(value)) ?? '';
  }

  #read<T>(name: string, read: (value: Value) => T): T | undefined {
    const value = this.#fields.get(name);
    return value && read(value);
  }

  /** Groups that hold one kind of key each are most often meant as one group: as they stand, every one of them is needed to decrypt. */
  #warnOfSplitGroups(): void {
    const [, second] = this.#groups;
    if (!second) return;
    const kinds = this.#groups.map((group) => this.#groupReader.kinds(group));
    if (kinds.some(({ length }) => length !== 1) || new Set(kinds.flat()).size < kinds.length) return;
    const count = this.#groups.length;
    const advice = `put them into one group if any one key shall do, or say so with shamir_threshold: ${count}`;
    this.#reader.warn(second.offset, `a key of each of the ${count} key groups will be needed to decrypt: ${advice}`, 'split groups');
  }
}
