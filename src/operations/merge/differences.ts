/** One stretch of a sequence that another puts something else in the place of; the places of both, `end` not included. */
export interface Difference {
  readonly start: number;
  readonly end: number;
  readonly otherStart: number;
  readonly otherEnd: number;
}

/** How many differences are looked for one by one; what differs more counts as replaced as a whole. */
const mostSteps = 2000;

/** The shortest way from one sequence to another (Myers, "An O(ND) Difference Algorithm"), as differences in order that do not touch. */
export function differences(one: readonly string[], other: readonly string[]): readonly Difference[] {
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < one.length - head && tail < other.length - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const [left, right] = [one.slice(head, one.length - tail), other.slice(head, other.length - tail)];
  if (left.length === 0 && right.length === 0) return [];
  return gaps(matches(left, right), left.length, right.length).map(({ start, end, otherStart, otherEnd }) => ({
    start: start + head,
    end: end + head,
    otherStart: otherStart + head,
    otherEnd: otherEnd + head,
  }));
}

type Match = readonly [at: number, otherAt: number];

function gaps(matched: readonly Match[], length: number, otherLength: number): readonly Difference[] {
  const found: Difference[] = [];
  let [start, otherStart] = [0, 0];
  for (const [at, otherAt] of [...matched, [length, otherLength] as const]) {
    if (at > start || otherAt > otherStart) found.push({ start, end: at, otherStart, otherEnd: otherAt });
    [start, otherStart] = [at + 1, otherAt + 1];
  }
  return found;
}

/** The places that are matched, in order; none where there are too many differences. */
function matches(one: readonly string[], other: readonly string[]): readonly Match[] {
  const traces: Reached[] = [];
  let reached: Reached = new Map([[1, 0]]);
  for (let steps = 0; steps <= Math.min(mostSteps, one.length + other.length); steps++) {
    traces.push(reached);
    const next = new Map<number, number>();
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      let at = stepTo(reached, diagonal, steps).at;
      while (at < one.length && at - diagonal < other.length && one[at] === other[at - diagonal]) at++;
      next.set(diagonal, at);
      if (at >= one.length && at - diagonal >= other.length) return wayBack(traces, one.length, diagonal);
    }
    reached = next;
  }
  return [];
}

/** How far each diagonal was gone with one step less. */
type Reached = ReadonlyMap<number, number>;

/** The place on a diagonal that the next step leads to, and the diagonal it comes from. */
function stepTo(reached: Reached, diagonal: number, steps: number): { readonly at: number; readonly from: number } {
  const [below, above] = [reached.get(diagonal - 1) ?? -1, reached.get(diagonal + 1) ?? -1];
  const down = diagonal === -steps || (diagonal !== steps && below < above);
  return down ? { at: above, from: diagonal + 1 } : { at: below + 1, from: diagonal - 1 };
}

function wayBack(traces: readonly Reached[], length: number, last: number): readonly Match[] {
  const matched: Match[] = [];
  let [at, diagonal] = [length, last];
  for (let steps = traces.length - 1; steps >= 0; steps--) {
    const reached = traces[steps] ?? new Map<number, number>();
    const step = stepTo(reached, diagonal, steps);
    while (at > step.at) matched.push([--at, at - diagonal]);
    at = reached.get(step.from) ?? 0;
    diagonal = step.from;
  }
  return matched.toReversed();
}
