import type { Comment } from '../../document/tree.ts';
import { commentText } from './node-text.ts';
import { type Range, regionsOf } from './regions.ts';
import { type Pick, picked, type Three } from './three.ts';

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
