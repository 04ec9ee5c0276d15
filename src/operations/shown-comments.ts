import type { Mapping } from '../document/tree.ts';
import { walk } from '../document/walk.ts';
import type { Format } from '../formats/format.ts';

/** Comments, and how often each is there. */
type Comments = ReadonlyMap<string, number>;

/** The comments that show when a format prints branches. */
export function shownComments(branches: readonly Mapping[], format: Format): Comments {
  const shown = new Map<string, number>();
  const count = (text: string, by: number): void => void shown.set(text, (shown.get(text) ?? 0) + by);
  for (const branch of branches) {
    walk(branch, (item) => {
      if (item.kind === 'comment' && item.unseen !== true) count(item.text, 1);
    });
  }
  for (const text of format.lostComments?.(branches) ?? []) count(text, -1);
  return shown;
}

/** Whether all of `others` are among `ones`. */
export const holds = (ones: Comments, others: Comments): boolean => [...others].every(([text, count]) => (ones.get(text) ?? 0) >= count);

/** How many there are. */
export const sizeOf = (comments: Comments): number => [...comments.values()].reduce((sum, count) => sum + count, 0);
