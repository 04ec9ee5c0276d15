import type { CreationRule } from '../../config/config.ts';
import { pathBelow } from '../../config/match.ts';
import type { CheckedConfig } from './checked-config.ts';

/** Which config file and which of its rules are in force for files. */
export interface Policy {
  /** The rule that takes a file; undefined where none does, or there is no config file. @param path absolute, with `/` */
  ruling(path: string): Promise<Ruling | undefined>;
  /** The config file in force for a file, whatever it says. */
  config(path: string): Promise<CheckedConfig | undefined>;
  /** All config files that were asked so far. */
  readonly asked: () => readonly CheckedConfig[];
}

/** The creation rule that takes a file. */
export interface Ruling {
  readonly config: CheckedConfig;
  /** From 1. */
  readonly number: number;
  readonly line: number;
  /** Undefined where it cannot be read: what is wrong with it is told of the config file. */
  readonly rule: CreationRule | undefined;
  /** It names these files, so that they must be encrypted; one that takes every file only says how. */
  readonly names: boolean;
}

/** Reads the config file at an absolute path; undefined where there is none. */
export type ReadConfig = (path: string) => Promise<CheckedConfig | undefined>;

/** The nearest config file counts: what sops finds when it is called in the file's folder. @param fixed the one that counts for all files, if it is named */
export function policyOf(read: ReadConfig, fixed?: CheckedConfig): Policy {
  const byFolder = new Map<string, Promise<CheckedConfig | undefined>>();
  const asked = new Map<string, CheckedConfig>();
  const inFolder = async (folder: string): Promise<CheckedConfig | undefined> => {
    const here = await read(`${folder}/.sops.yaml`);
    if (here !== undefined) return here;
    return folder === '' ? undefined : known(parentOf(folder));
  };
  const known = (folder: string): Promise<CheckedConfig | undefined> => {
    const before = byFolder.get(folder);
    if (before !== undefined) return before;
    const found = inFolder(folder);
    byFolder.set(folder, found);
    return found;
  };
  const config = async (path: string): Promise<CheckedConfig | undefined> => {
    const found = fixed ?? (await known(parentOf(path)));
    if (found !== undefined) asked.set(found.path, found);
    return found;
  };
  return {
    config,
    asked: () => [...asked.values()],
    ruling: async (path) => {
      const found = await config(path);
      return found === undefined ? undefined : rulingOf(found, path);
    },
  };
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function rulingOf(config: CheckedConfig, path: string): Ruling | undefined {
  const below = pathBelow(config.path, path);
  const found = config.rules.find(({ takes }) => takes(below));
  return found && { config, number: found.number, line: found.line, rule: found.rule, names: !found.takesAll };
}
