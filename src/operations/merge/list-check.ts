import type { Node } from '../../document/tree.ts';
import { identityOf, sameNodes } from './node-text.ts';
import { eachOf, type Three, undisputed } from './three.ts';

/**
 * Whether a merged list is not what its items must come to: one stands there more often than on either side, or though a side removed it, or as it was before a side changed it.
 * That is so where items were moved on one side, and moved elsewhere, removed or changed on the other.
 * @param together items that were put together of both sides
 */
export function goesAstray(versions: Three<readonly Node[]>, merged: readonly Node[], together: ReadonlySet<Node>): boolean {
  const groups = eachOf(versions, grouped);
  const found = grouped(merged);
  const names = new Set([...groups.ours.keys(), ...groups.theirs.keys(), ...found.keys()]);
  return [...names].some((name) => {
    const { base, ours, theirs } = eachOf(groups, (of) => of.get(name) ?? []);
    const there = found.get(name) ?? [];
    const all = [...base, ...ours, ...theirs];
    // What neither side has was put together of both.
    if (ours.length + theirs.length === 0 || all.some((item) => together.has(item))) return false;
    if (Math.max(base.length, ours.length, theirs.length, there.length) > 1) return isTooOften({ base, ours, theirs }, there);
    const three = { base: base[0], ours: ours[0], theirs: theirs[0] };
    const side = undisputed<Node | undefined>(three, sameNodes, true);
    return side === undefined || !sameNodes(three[side], there[0]);
  });
}

function isTooOften({ base, ours, theirs }: Three<readonly Node[]>, there: readonly Node[]): boolean {
  if (there.length > Math.max(ours.length, theirs.length)) return true;
  return base.length > 0 && there.length > ours.length + theirs.length - base.length;
}

/** Items by what they are recognised by. */
function grouped(items: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const groups = new Map<string, Node[]>();
  for (const item of items) {
    const name = identityOf(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}
