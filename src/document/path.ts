/** One step into a document: a mapping key or a list index. */
export type PathStep = string | number;
/** Where a node stands in a document. */
export type TreePath = readonly PathStep[];

/** The additional data that authenticates a value or comment: its keys, each followed by a colon (`sops.go`: `strings.Join(path, ":") + ":"`). */
export const additionalData = (keys: readonly string[]): string => `${keys.join(':')}:`;

/** A path as people read it: `a.b[0]`. */
export function showPath(path: TreePath): string {
  let shown = '';
  for (const step of path) {
    if (typeof step === 'number') shown += `[${showIndex(step)}]`;
    else shown += shown === '' ? step : `.${step}`;
  }
  return shown === '' ? '(top)' : shown;
}

/** The place behind the last one of a list, whatever its length. */
export const append: number = Number.MAX_SAFE_INTEGER;

/** A path as the command line takes it: `["a"][0]`. */
export const spellPath = (path: TreePath): string =>
  path.map((step) => `[${typeof step === 'number' ? showIndex(step) : step.includes('"') ? `'${step}'` : `"${step}"`}]`).join('');

const showIndex = (index: number): string => (index === append ? '+' : String(index));
