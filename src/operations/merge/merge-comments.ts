import type { Comment } from '../../document/tree.ts';
import { commentText } from './node-text.ts';
import { type Range, regionsOf } from './regions.ts';
import { eachOf, type Pick, picked, type Three } from './three.ts';

/** Merges the comments of one place. `conflict` where both sides changed the same of them in different ways. */
export function mergeComments(
  { base, ours, theirs }: Three<readonly Comment[]>,
  pick: Pick,
): { readonly comments: readonly Comment[]; readonly conflict: boolean } {
  const texts = (comments: readonly Comment[]): readonly string[] => comments.map(commentText);
  const comments: Comment[] = [];
  let conflict = false;
  for (const region of regionsOf(texts(base), texts(ours), texts(theirs))) {
    const from = (all: readonly Comment[], { start, end }: Range): readonly Comment[] => all.slice(start, end);
    const [old, mine, others] = [from(base, region.base), from(ours, region.ours), from(theirs, region.theirs)];
    if (region.changed !== 'both') comments.push(...(region.changed === 'theirs' ? others : mine));
    else if (texts(mine).join() === texts(others).join()) comments.push(...mine);
    else if (old.length === 0) {
      const known = new Set(texts(mine));
      comments.push(...mine, ...others.filter((comment) => !known.has(commentText(comment))));
    } else {
      conflict = true;
      comments.push(...picked({ base: old, ours: mine, theirs: others }, pick));
    }
  }
  return { comments, conflict };
}

/**
 * The items of a merged collection with each comment as often as it should be there. Comments hang on what follows them: where each side put something else behind one, it would be there
 * twice; where what followed it has gone, not at all. Such a one is put in front of what else follows it on a side.
 * @param nameOf what an item is recognised by
 */
export function reconciled<T extends { readonly kind: string }>(
  items: readonly (T | Comment)[],
  versions: Three<readonly (T | Comment)[]>,
  nameOf: (item: T) => string,
): readonly (T | Comment)[] {
  const counts = eachOf(versions, countComments);
  const wanted = (text: string): Range => {
    const { base, ours, theirs } = eachOf(counts, (of) => of.get(text) ?? 0);
    if (base === 0) return { start: Math.max(ours, theirs), end: Infinity };
    const both = Math.max(0, ours + theirs - base);
    return { start: both, end: both };
  };
  const seen = new Map<string, number>();
  const kept = items.filter((item) => {
    if (!isComment(item)) return true;
    const text = commentText(item);
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return before < wanted(text).end;
  });
  const sides = [versions.ours, versions.theirs];
  for (const comment of sides.flatMap((side) => side.filter(isComment))) {
    const there = kept.filter((item) => isComment(item) && commentText(item) === commentText(comment)).length;
    if (there < wanted(commentText(comment)).start) kept.splice(placeFor(comment, kept, sides, nameOf), 0, comment);
  }
  return kept;
}

/** In front of the first item that follows a comment on a side and is still there; else at the end. */
function placeFor<T extends { readonly kind: string }>(
  comment: Comment,
  items: readonly (T | Comment)[],
  sides: readonly (readonly (T | Comment)[])[],
  nameOf: (item: T) => string,
): number {
  const side = sides.find((one) => one.includes(comment)) ?? [];
  for (const item of side.slice(side.indexOf(comment))) {
    const at = isComment(item) ? -1 : items.findIndex((other) => !isComment(other) && nameOf(other) === nameOf(item));
    if (at >= 0) return at;
  }
  return items.length;
}

const isComment = (item: { readonly kind: string }): item is Comment => item.kind === 'comment';

function countComments(items: readonly ({ readonly kind: string } | Comment)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) if (isComment(item)) counts.set(commentText(item), (counts.get(commentText(item)) ?? 0) + 1);
  return counts;
}
