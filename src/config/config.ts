import type { Destination, Place } from '../destinations/destination.ts';
import type { KeyOptions } from '../keysources/keysource.ts';
import type { MasterKey, Selection } from '../metadata/metadata.ts';
import type { Compile } from '../metadata/regexp.ts';

/** `.sops.yaml`, parsed. */
export interface Config {
  /** Undefined where the file has none: then there is no rule to fail to match. */
  readonly creationRules: readonly RuleEntry[] | undefined;
  /** Where to publish to. */
  readonly destinationRules: readonly DestinationEntry[];
  readonly stores: StoresConfig;
  /** How old keys may be, for those who ask: nothing is refused for it. */
  readonly maxAge: MaxAge;
  /** Every regular expression of the creation rules: what must be loaded before one of them is looked for; each destination rule has its own. */
  readonly patterns: readonly string[];
  /** What the user should be told once, each with file and line. */
  readonly warnings: readonly string[];
  /** The same, for programs. */
  readonly flaws: readonly ConfigFlaw[];
}
/** How old keys may be, in milliseconds; undefined where nothing is said. */
export interface MaxAge {
  readonly dataKey?: number;
  readonly recipient?: number;
}
/** Something in the config file that is harmless to read and most likely not meant. */
export interface ConfigFlaw {
  /** A name that nobody reads; key groups of one kind of key each; anything else. */
  readonly kind: 'unknown key' | 'split groups' | 'other';
  /** Line in the config file, from 1. */
  readonly line: number;
  readonly message: string;
}
/** One entry of `creation_rules`; its keys are read when it is chosen, since sops looks over mistakes in the others. */
export interface RuleEntry {
  /** Line in the config file, from 1. */
  readonly line: number;
  /** Undefined: it takes every file. */
  readonly pathRegex: string | undefined;
  /** Every regular expression in it. */
  readonly patterns: readonly string[];
  /** @param path relative to the config file's folder where it is below it; `/` between folders. Throws `MALFORMED_CONFIG` where the expression does not compile. */
  matches(path: string, compile: Compile): boolean;
  /** Throws `MALFORMED_CONFIG`. */
  read(compile: Compile, options: RuleOptions): CreationRule;
}
/** One entry of `destination_rules`; as with creation rules, some mistakes are looked over where it is not chosen. */
export interface DestinationEntry {
  /** Line in the config file, from 1. */
  readonly line: number;
  /** Undefined: it takes every file. */
  readonly pathRegex: string | undefined;
  /** Every regular expression in it. */
  readonly patterns: readonly string[];
  /** @param path as the user names the file. Throws `MALFORMED_CONFIG` where the expression does not compile. */
  matches(path: string, compile: Compile): boolean;
  /** Throws `MALFORMED_CONFIG`. */
  read(compile: Compile): DestinationRule;
}
/** A destination rule, read. */
export interface DestinationRule {
  /** Line in the config file, from 1. */
  readonly line: number;
  /** Undefined where it names no destination. */
  readonly to?: { readonly destination: Destination; readonly place: Place };
  readonly omitExtensions: boolean;
  /** How secrets are made of a file, for destinations that take them. */
  readonly secrets: SecretSettings;
  /** For whom to encrypt again, and what; without keys in its first group, files are published as they are. */
  readonly recreationRule: CreationRule;
}
/** How secrets are made of a file, and what is kept beside them. */
export interface SecretSettings {
  /** One secret a key, not one for the whole file. */
  readonly perKey: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** `''` where there is none. */
  readonly description: string;
  /** Who publishes, so that others who publish files of the same names are told apart; `''` where nobody is named. */
  readonly owner: string;
}
/** What flags add to the keys of a rule; the profile of AWS is the rule's own. */
export type RuleOptions = Pick<KeyOptions, 'encryptionContext'>;
/** A creation rule, read: which keys, which leaves. */
export interface CreationRule {
  /** Line in the config file, from 1. */
  readonly line: number;
  /** Each without repetitions; a rule without `key_groups` has one, which may be empty. */
  readonly keyGroups: readonly (readonly MasterKey[])[];
  /** 0 where the rule gives none. */
  readonly shamirThreshold: number;
  /** Undefined where the rule leaves the choice to flags and the default. */
  readonly selection: Selection | undefined;
  readonly macOnlyEncrypted: boolean;
}
/** The `stores` block: indentation, and whether the layout entry may be written. */
export interface StoresConfig {
  readonly yaml: StoreConfig;
  readonly json: StoreConfig;
  readonly jsonBinary: StoreConfig;
  readonly dotenv: StoreConfig;
  readonly ini: StoreConfig;
}
export interface StoreConfig {
  /** Spaces; -1 is one tab (JSON). Undefined: as sops does. */
  readonly indent?: number;
  readonly layout?: 'auto' | 'never';
}
