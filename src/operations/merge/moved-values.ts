import type { PathStep, TreePath } from '../../document/path.ts';
import type { Mapping, Node } from '../../document/tree.ts';
import type { Conflict } from './merge-trees.ts';
import { isTelling } from './comes-back.ts';
import { nodeText } from './node-text.ts';
import { eachOf, type Three } from './three.ts';

/**
 * Values that one side removed and the other moved or renamed, or that both moved to different places: put together path by path they would be there, or there twice, though
 * one side took them away.
 */
export function movedValues(versions: Three<readonly Mapping[]>): readonly Conflict[] {
  // Documents that come or go move all behind them.
  if (new Set([versions.base.length, versions.ours.length, versions.theirs.length]).size > 1) return [];
  const { base, ours, theirs } = eachOf(versions, textsIn);
  const conflicts = new Map<string, Conflict>();
  for (const [place, { text }] of base) {
    if (ours.has(place) || theirs.has(place)) continue;
    const mine = placesOf(text, ours, base);
    const others = placesOf(text, theirs, base);
    note(conflicts, beyond(mine, others), `moved here by us, ${others.size > 0 ? 'and elsewhere by them' : 'removed by them'}`);
    note(conflicts, beyond(others, mine), `moved here by them, ${mine.size > 0 ? 'and elsewhere by us' : 'removed by us'}`);
  }
  return [...conflicts.values()];
}

interface Text {
  readonly path: TreePath;
  readonly text: string;
}

type Texts = ReadonlyMap<string, Text>;
type Places = ReadonlyMap<string, TreePath>;

const beyond = (one: Places, other: Places): Places => new Map([...one].filter(([place]) => !other.has(place)));

function note(conflicts: Map<string, Conflict>, places: Places, what: string): void {
  for (const [place, path] of places) conflicts.set(place, { path, what });
}

/** Where a side has a text that the base has not there. */
function placesOf(text: string, side: Texts, base: Texts): Places {
  const places = new Map<string, TreePath>();
  for (const [place, found] of side) if (found.text === text && base.get(place)?.text !== text) places.set(place, found.path);
  return places;
}

/** The values of mappings, lists whole; items of lists are recognised otherwise. */
function textsIn(branches: readonly Mapping[]): Texts {
  const texts = new Map<string, Text>();
  const visit = (node: Node, path: readonly PathStep[]): void => {
    if (isTelling(node)) texts.set(JSON.stringify(path), { path, text: nodeText(node, false) });
    if (node.kind === 'mapping') for (const item of node.items) if (item.kind === 'entry') visit(item.value, [...path, item.key]);
  };
  for (const [at, branch] of branches.entries()) visit(branch, branches.length > 1 ? [at] : []);
  return texts;
}
