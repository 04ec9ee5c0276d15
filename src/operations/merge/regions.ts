import { type Difference, differences } from './differences.ts';

/** Places of a sequence, `end` not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A stretch of three sequences that belong together, and who changed it. All regions in order are all of each sequence. */
export interface Region {
  readonly base: Range;
  readonly ours: Range;
  readonly theirs: Range;
  readonly changed: 'nobody' | 'ours' | 'theirs' | 'both';
}

/** Cuts three versions of a sequence into regions. Changes that touch but do not overlap are regions of their own; two insertions at one place are one region. */
export function regionsOf(base: readonly string[], ours: readonly string[], theirs: readonly string[]): readonly Region[] {
  const [left, right] = [differences(base, ours), differences(base, theirs)];
  const regions: Region[] = [];
  let [baseAt, oursAt, theirsAt] = [0, 0, 0];
  const advance = (baseEnd: number, oursEnd: number, theirsEnd: number, changed: Region['changed']): void => {
    const region = {
      base: { start: baseAt, end: baseEnd },
      ours: { start: oursAt, end: oursEnd },
      theirs: { start: theirsAt, end: theirsEnd },
      changed,
    };
    if (baseEnd > baseAt || oursEnd > oursAt || theirsEnd > theirsAt) regions.push(region);
    [baseAt, oursAt, theirsAt] = [baseEnd, oursEnd, theirsEnd];
  };
  for (const { start, end, mine, others } of groups(left, right)) {
    const unchanged = start - baseAt;
    advance(start, oursAt + unchanged, theirsAt + unchanged, 'nobody');
    const changed = mine.length === 0 ? 'theirs' : others.length === 0 ? 'ours' : 'both';
    advance(end, oursAt + lengthAfter(end - start, mine), theirsAt + lengthAfter(end - start, others), changed);
  }
  advance(base.length, ours.length, theirs.length, 'nobody');
  return regions;
}

interface Group extends Range {
  readonly mine: readonly Difference[];
  readonly others: readonly Difference[];
}

/** How long a stretch of the base is once it was changed. */
const lengthAfter = (length: number, changes: readonly Difference[]): number =>
  changes.reduce((sum, { start, end, otherStart, otherEnd }) => sum + (otherEnd - otherStart) - (end - start), length);

/** Differences that overlap, put together. */
function groups(left: readonly Difference[], right: readonly Difference[]): readonly Group[] {
  const all = [...left.map((one) => ({ one, isMine: true })), ...right.map((one) => ({ one, isMine: false }))].toSorted(
    (a, b) => a.one.start - b.one.start || a.one.end - b.one.end,
  );
  const found: { start: number; end: number; mine: Difference[]; others: Difference[] }[] = [];
  for (const { one, isMine } of all) {
    const last = found.at(-1);
    const group = last !== undefined && overlaps(last, one) ? last : undefined;
    if (group === undefined) found.push({ start: one.start, end: one.end, mine: isMine ? [one] : [], others: isMine ? [] : [one] });
    else {
      group.end = Math.max(group.end, one.end);
      (isMine ? group.mine : group.others).push(one);
    }
  }
  return found;
}

const overlaps = (group: Range, { start, end }: Range): boolean =>
  start < group.end || (start === group.end && end === start && group.start === group.end);
