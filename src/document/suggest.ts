import { nearest } from './nearest.ts';
import type { PathStep, TreePath } from './path.ts';
import type { Mapping, Node, Sequence } from './tree.ts';

/**
 * What a path that names nothing may have meant: the same with misspelled keys put right as far as it goes, else where its last key stands elsewhere. Undefined where nothing is close.
 */
export function suggestPath(branch: Mapping, path: TreePath): TreePath | undefined {
  const corrected = correct(branch, path);
  if (corrected !== undefined) return corrected;
  const last = path.findLast((step) => typeof step === 'string');
  return last === undefined ? undefined : find(branch, last);
}

function correct(branch: Mapping, path: TreePath): TreePath | undefined {
  const steps: PathStep[] = [];
  let node: Node | undefined = branch;
  let isOther = false;
  for (const step of path) {
    const next: PathStep | undefined = node && nearestStep(node, step);
    if (next === undefined) break;
    isOther ||= next !== step;
    steps.push(next);
    node = node && under(node, next);
  }
  return isOther ? steps : undefined;
}

function nearestStep(node: Node, step: PathStep): PathStep | undefined {
  if (node.kind === 'sequence') return typeof step === 'number' && under(node, step) !== undefined ? step : undefined;
  if (node.kind !== 'mapping' || typeof step === 'number') return undefined;
  const keys = node.items.flatMap((item) => (item.kind === 'entry' ? [item.key] : []));
  if (keys.includes(step)) return step;
  return keys.find((key) => key.toLowerCase() === step.toLowerCase()) ?? nearest(step, keys);
}

const under = (node: Node, step: PathStep): Node | undefined => childrenOf(node).find(([found]) => found === step)?.[1];

/** The first place of a key in walking order. */
function find(node: Node, key: string): TreePath | undefined {
  for (const [step, value] of childrenOf(node)) {
    const below = step === key ? [] : find(value, key);
    if (below !== undefined) return [step, ...below];
  }
  return undefined;
}

const childrenOf = (node: Node): readonly (readonly [PathStep, Node])[] =>
  node.kind === 'mapping' || node.kind === 'sequence' ? children(node) : [];

function children(collection: Mapping | Sequence): readonly (readonly [PathStep, Node])[] {
  let index = 0;
  return collection.items.flatMap((item): readonly (readonly [PathStep, Node])[] => {
    if (item.kind === 'comment') return [];
    return [item.kind === 'entry' ? [item.key, item.value] : [index++, item]];
  });
}
