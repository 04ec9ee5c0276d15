import { SopsError } from '../errors.ts';

/** Compiles a Go (RE2) regular expression to a search anywhere in a text. Throws `MALFORMED_PATTERN`. */
export type Compile = (pattern: string) => (text: string) => boolean;

/** Makes ready to compile the given patterns, and any others. */
export async function loadRegexps(_patterns: readonly string[]): Promise<Compile> {
  const { RE2JS } = await import('re2js');
  return (pattern) => {
    try {
      const regexp = RE2JS.compile(pattern);
      return (text) => regexp.matcher(text).find();
    } catch (error) {
      throw new SopsError('MALFORMED_PATTERN', `the regular expression ${pattern} does not compile`, { cause: error });
    }
  };
}
