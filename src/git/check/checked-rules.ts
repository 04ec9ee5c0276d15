import type { CreationRule, RuleEntry } from '../../config/config.ts';
import { SopsError } from '../../errors.ts';
import type { Compile } from '../../metadata/regexp.ts';

/** A creation rule, read whether or not it is chosen. */
export interface CheckedRule {
  /** From 1. */
  readonly number: number;
  /** Line in the config file, from 1. */
  readonly line: number;
  readonly pathRegex: string | undefined;
  /** Undefined where it cannot be read. */
  readonly rule: CreationRule | undefined;
  readonly error: SopsError | undefined;
  /** It takes every file, as the last rule of many config files does. */
  readonly takesAll: boolean;
  /** @param path relative to the folder of the config file; one whose expression does not compile takes none */
  readonly takes: (path: string) => boolean;
}

/** Paths that have nothing in common. */
const strangers: readonly string[] = ['0', '~', 'q/w.z'];

/** Reads the rules of a config file, each once. */
export function readRules(entries: readonly RuleEntry[], compile: Compile): readonly CheckedRule[] {
  const known = new Map<string, ReturnType<Compile>>();
  const remembering: Compile = (pattern) => {
    const compiled = known.get(pattern) ?? compile(pattern);
    known.set(pattern, compiled);
    return compiled;
  };
  return entries.map((entry, at) => {
    const read = attempt(() => {
      entry.matches('', remembering);
      return entry.read(remembering, {});
    });
    const takes = (path: string): boolean => attempt(() => entry.matches(path, remembering)) === true;
    return {
      number: at + 1,
      line: entry.line,
      pathRegex: entry.pathRegex,
      rule: read instanceof SopsError ? undefined : read,
      error: read instanceof SopsError ? read : undefined,
      takesAll: strangers.every(takes),
      takes,
    };
  });
}

function attempt<T>(read: () => T): T | SopsError {
  try {
    return read();
  } catch (error) {
    if (error instanceof SopsError) return error;
    throw error;
  }
}
