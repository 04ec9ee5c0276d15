import { type Region, regionsOf } from './regions.ts';
import { textLines } from './text-lines.ts';
import { type Pick, picked, type Three } from './three.ts';

/** Merges texts that have no structure, line by line, as Git does: changes that touch one another conflict. */
export function mergeLines(texts: Three<string>, pick: Pick): { readonly text: string; readonly conflict: boolean } {
  const { lines, join } = textLines(texts);
  let conflict = false;
  const merged = apart(regionsOf(lines.base, lines.ours, lines.theirs)).flatMap((region) => {
    const of = (side: Pick): readonly string[] => lines[side].slice(region[side].start, region[side].end);
    if (region.changed !== 'both') return of(region.changed === 'theirs' ? 'theirs' : 'ours');
    if (of('ours').join('\n') === of('theirs').join('\n')) return of('ours');
    conflict = true;
    return picked({ base: of('base'), ours: of('ours'), theirs: of('theirs') }, pick);
  });
  return { text: join(merged), conflict };
}

/** Regions that changed and touch one another, put together. */
function apart(regions: readonly Region[]): readonly Region[] {
  const found: Region[] = [];
  for (const region of regions) {
    const last = found.at(-1);
    if (last === undefined || last.changed === 'nobody' || region.changed === 'nobody') found.push(region);
    else found[found.length - 1] = joined(last, region);
  }
  return found;
}

const joined = (one: Region, other: Region): Region => ({
  base: { start: one.base.start, end: other.base.end },
  ours: { start: one.ours.start, end: other.ours.end },
  theirs: { start: one.theirs.start, end: other.theirs.end },
  changed: one.changed === other.changed ? one.changed : 'both',
});
