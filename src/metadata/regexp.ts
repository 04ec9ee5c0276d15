import type { RE2JS } from 're2js';
import { SopsError } from '../errors.ts';
import { automaton } from './regexp-automaton.ts';
import { parsePlain } from './regexp-syntax.ts';

/** Compiles a regular expression as Go understands it (RE2) to a search anywhere in a text. Throws `MALFORMED_PATTERN`. */
export type Compile = (pattern: string) => (text: string) => boolean;

/**
 * Makes ready to compile these patterns. Plain ones, which are nearly all that people write, run on an automaton of our own; only for others `re2js` is loaded, which takes
 * longer than decrypting a small file. Neither backtracks.
 */
export async function loadRegexps(patterns: readonly string[]): Promise<Compile> {
  const isPlain = patterns.every((pattern) => parsePlain(pattern) !== undefined);
  return isPlain ? compilePlain : compileAny((await import('re2js')).RE2JS);
}

const compilePlain: Compile = (pattern) => {
  const part = parsePlain(pattern);
  if (!part) throw new TypeError(`the regular expression ${pattern} was not announced to loadRegexps`);
  return automaton(part);
};

const compileAny =
  (engine: typeof RE2JS): Compile =>
  (pattern) => {
    const part = parsePlain(pattern);
    if (part) return automaton(part);
    try {
      const regexp = engine.compile(pattern);
      return (text) => regexp.matcher(text).find();
    } catch (error) {
      throw new SopsError('MALFORMED_PATTERN', `the regular expression ${pattern} does not compile`, { cause: error });
    }
  };
