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
    const found = /^\[(?:"(.*?)"|'(.*?)'|([+-]?\d{1,15}|\+))\](?=\[|$)/s.exec(rest);
    if (!found || (found[3] === '+' && !places))
      throw new SopsError(
        'MALFORMED_PATH',
        `component ${rest.slice(1)} of the path is neither a key in quotes nor a number, closed with ]`,
        { hint: `a path looks like '["key"][0]'` },
      );
    const [all, double, single, index] = found;
    steps.push(double ?? single ?? (index === '+' ? append : Number(index)));
    rest = rest.slice(all.length);
  }
  return steps;
}
