import type { Mapping, Node } from '../../document/tree.ts';
import { nodeText } from './node-text.ts';
import { eachOf, type Three } from './three.ts';
import { commentsIn } from './tree-changes.ts';

/**
 * Whether a value or a comment stands in merged branches more often than it may: one side removed it, and the other moved it to where it is not recognised, say. Each is counted over the
 * whole file, so that it does not matter how it came to stand where it is.
 */
export function comesBack(versions: Three<readonly Mapping[]>, merged: readonly Mapping[]): boolean {
  const { base, ours, theirs } = eachOf(versions, counted);
  return [...counted(merged)].some(([text, count]) => {
    const before = base.get(text) ?? 0;
    const [mine, others] = [ours.get(text) ?? 0, theirs.get(text) ?? 0];
    // What both removed may be the same one; what both added stays twice.
    const most = mine < before && others < before ? Math.max(mine, others) : mine + others - before;
    return before > 0 && count > most;
  });
}

/** Whether a value is recognised elsewhere: what is empty, a bool or null is not. */
export const isTelling = (node: Node): boolean =>
  node.kind === 'leaf' ? node.type !== 'bool' && node.text !== '' : node.kind === 'sequence' && node.items.length > 0;

function counted(branches: readonly Mapping[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (text: string): void => {
    counts.set(text, (counts.get(text) ?? 0) + 1);
  };
  const visit = (node: Node): void => {
    if (node.kind === 'leaf' && isTelling(node)) count(nodeText(node, false));
    if (node.kind !== 'mapping' && node.kind !== 'sequence') return;
    for (const item of node.items) if (item.kind !== 'comment') visit(item.kind === 'entry' ? item.value : item);
  };
  for (const branch of branches) {
    visit(branch);
    for (const comment of commentsIn(branch)) if (comment !== '') count(`# ${comment}`);
  }
  return counts;
}
