import type { MasterKey, Selection } from '../metadata/metadata.ts';

/** `.sops.yaml`, parsed. */
export interface Config {
  /** Undefined where the file has none: then there is no rule to fail to match. */
  readonly creationRules: readonly CreationRule[] | undefined;
  readonly stores: StoresConfig;
  readonly warnings: readonly string[];
}
/** One entry of `creation_rules`, parsed: which files, which keys, which leaves. */
export interface CreationRule {
  /** Line in the config file, from 1. */
  readonly line: number;
  readonly pathRegex: string | undefined;
  /** @param path relative to the config file's folder where it is below it, else absolute; `/` between folders */
  readonly matches: (path: string) => boolean;
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
  readonly indent?: number;
  readonly layout?: 'auto' | 'never';
}
