import { SopsError } from '../errors.ts';
import type { Selection } from '../metadata/metadata.ts';
import { loadRegexps } from '../metadata/regexp.ts';
import { patternsOf, type Selector, selector } from '../metadata/selection.ts';

/**
 * A selection ready to be asked. In a `new` file a regular expression that does not compile is refused (`MALFORMED_PATTERN`); in one that is `read`, it matches nothing, as in
 * real sops, which looks over the error.
 */
export async function selectorOf(selection: Selection, use: 'new' | 'read'): Promise<Selector> {
  const patterns = patternsOf(selection);
  if (patterns.length === 0) return selector(selection, () => () => false);
  const compile = await loadRegexps(patterns);
  return selector(selection, (pattern) => {
    try {
      return compile(pattern);
    } catch (error) {
      if (use === 'read' && error instanceof SopsError && error.code === 'MALFORMED_PATTERN') return () => false;
      throw error;
    }
  });
}
