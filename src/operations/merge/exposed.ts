import { hex } from '../../crypto/bytes.ts';
import { showPath } from '../../document/path.ts';
import type { Comment, Leaf, Mapping } from '../../document/tree.ts';
import { walk } from '../../document/walk.ts';
import type { Selector } from '../../metadata/selection.ts';

/** A plaintext tree, and which of its values are encrypted; none are where there is no selection. */
export interface Selected {
  readonly branches: readonly Mapping[];
  readonly selects: Selector | undefined;
}

/**
 * Values and comments of a merged tree that would stand in clear, though a side had them encrypted and no side has them in clear: where the selections or the comments that they go by
 * came together otherwise than either side had them. Paths, never values.
 */
export function exposedIn(merged: Selected, sides: readonly Selected[]): readonly string[] {
  const [sealed, clear] = [new Set<string>(), new Set<string>()];
  for (const side of sides) visit(side, (name, encrypted) => (encrypted ? sealed : clear).add(name));
  const exposed = new Set<string>();
  visit(merged, (name, encrypted, path) => {
    if (!encrypted && sealed.has(name) && !clear.has(name)) exposed.add(showPath(path));
  });
  return [...exposed];
}

function visit({ branches, selects }: Selected, see: (name: string, encrypted: boolean, path: readonly string[]) => void): void {
  for (const branch of branches)
    walk(branch, (item, path, comments) => {
      if (isEmpty(item)) return;
      see(nameOf(item, path), selects?.(path, comments, item.kind === 'comment') === true, path);
    });
}

const isEmpty = (item: Leaf | Comment): boolean => item.text === '' && (item.kind === 'comment' || item.bytes === undefined);

/** A value with its path. A comment without one: it may hang elsewhere and say the same. */
const nameOf = (item: Leaf | Comment, path: readonly string[]): string =>
  item.kind === 'comment'
    ? JSON.stringify([item.text])
    : JSON.stringify([path, item.type, item.bytes === undefined ? item.text : hex(item.bytes)]);
