import { append, type PathStep, type TreePath } from '../document/path.ts';
import { SopsError } from '../errors.ts';

/**
 * Reads a path such as `["db"]['users'][0]` (`cmd/sops/main.go`, parseTreePath); an empty text is the empty path.
 * Beyond sops, a key in quotes may hold brackets, and
 * where places are wanted that are not there yet, `[+]` is the one behind the last of a list. Throws `MALFORMED_PATH`.
 */
export function parseTreePath(text: string, { places = false }: { readonly places?: boolean } = {}): TreePath {
  const steps: PathStep[] = [];
  let rest = text === '' || text.startsWith('[') ? text : `[${text}`;
  while (rest !== '') {
    const { step, length } = readStep(rest, places);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function readStep(text: string, places: boolean): { readonly step: PathStep; readonly length: number } {
  const [all, double, single, index] = /^\[(?:"(.*?)"|'(.*?)'|([+-]?\d{1,15}|\+))\](?=\[|$)/s.exec(text) ?? [];
  if (all === undefined || (index === '+' && !places))
    throw new SopsError('MALFORMED_PATH', `component ${text.slice(1)} of the path is neither a key in quotes nor a number, closed with ]`, {
      hint: `a path looks like '["key"][0]'`,
    });
  return { step: double ?? single ?? (index === '+' ? append : Number(index)), length: all.length };
}

/** A path to a value to change. Throws `MALFORMED_VALUE`, which is what sops says for those. */
export function changePath(text: string, what: string, options: { readonly places?: boolean } = {}): TreePath {
  try {
    return parseTreePath(text, options);
  } catch (error) {
    if (error instanceof SopsError) throw new SopsError('MALFORMED_VALUE', `invalid ${what} format: ${error.message}`, error.details);
    throw error;
  }
}
