import { splice } from '../../document/splice.ts';
import type { Document, Mapping } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format, PrintOptions } from '../../formats/format.ts';
import { differences } from './differences.ts';
import { type Region, regionsOf } from './regions.ts';
import { textLines } from './text-lines.ts';
import type { Three } from './three.ts';
import { changesBetween, type Distance, distance } from './tree-changes.ts';

/** A text that holds merged branches. */
export interface MergedText {
  readonly document: Document;
  /** Comments that are not as they should be. */
  readonly comments: number;
  /** Printed afresh: no line is as it was. */
  readonly printed: boolean;
}

/** What is in some version, and so may be in the text. */
export interface Known {
  /** See `commentsIn`. */
  readonly comments: ReadonlySet<string>;
  /** What a format notes of a text: that it has something behind its end, say, which no tree shows. */
  readonly notes: ReadonlySet<string>;
}

/** What a text is made of. */
export interface TextMaterial {
  /** Three plaintexts; empty where there is no common one. */
  readonly texts: Three<string>;
  /** What the text shall hold. */
  readonly wanted: readonly Mapping[];
  readonly known: Known;
  readonly format: Format;
  readonly print: PrintOptions;
}

/**
 * Writes merged branches as a text that keeps the lines of both sides: their lines merged, where these conflict whichever of them come nearest to what is wanted, then value by value
 * what is still missing. What does not read as wanted is never given out: at last the branches are printed afresh. Throws `MERGE_CONFLICT` where even that does not read so.
 */
export function mergeTexts(material: TextMaterial): MergedText {
  const merged = nearest(candidates(material));
  if (merged !== undefined && isDone(merged)) return finished(merged, false);
  const starts = [merged?.text, material.texts.ours, material.texts.theirs].filter((text) => text !== undefined && text !== '');
  const spliced = nearest(starts.flatMap((text) => valued(material, changedText(text ?? '', material)) ?? []));
  if (spliced !== undefined && isDone(spliced)) return finished(spliced, false);
  const printed = valued(
    material,
    attempt(() => material.format.print(material.wanted, material.print)),
  );
  const best = nearest([spliced, printed].filter((one) => one !== undefined));
  if (best === undefined || best.values > 0)
    throw new SopsError('MERGE_CONFLICT', 'no text was found that holds the changes of both sides: nothing was written');
  return finished(best, best === printed);
}

type Wanted = Pick<TextMaterial, 'wanted' | 'format' | 'known'>;

/** A text turned by as few edits as can be into one that holds other branches; undefined where that cannot be had so. */
export function changeText(source: string, material: Wanted): Document | undefined {
  const valuation = valued(material, changedText(source, material));
  return valuation !== undefined && isDone(valuation) ? valuation.document : undefined;
}

interface Valued extends Distance {
  readonly text: string;
  readonly document: Document;
}

const finished = ({ document, comments }: Valued, printed: boolean): MergedText => ({ document, comments, printed });

const isDone = ({ values, comments }: Distance): boolean => values === 0 && comments === 0;

const weight = ({ values, comments, order }: Distance): number => values * 1000 + comments * 10 + Number(order);

const nearest = (texts: readonly Valued[]): Valued | undefined => texts.toSorted((one, other) => weight(one) - weight(other))[0];

/** How far a text is from what is wanted; undefined for one that does not parse, or has what no version has. */
function valued({ wanted, format, known }: Wanted, text: string | undefined): Valued | undefined {
  const document = text === undefined ? undefined : attempt(() => format.parse(text));
  if (text === undefined || document?.notes.every(({ message }) => known.notes.has(message)) !== true) return undefined;
  return { text, document, ...distance(document.branches, wanted, known.comments) };
}

/** What stands where the lines of both sides conflict. */
type Choice = 'woven' | 'ours' | 'theirs' | 'stacked';
const choices: readonly Choice[] = ['woven', 'ours', 'theirs', 'stacked'];

/** So many texts are parsed at most to find the nearest, and to have keys and comments in their order as well. */
const mostTries = 60;
const mostForOrder = 12;

function candidates(material: TextMaterial): readonly Valued[] {
  const { lines, join } = textLines(material.texts);
  const regions = regionsOf(lines.base, lines.ours, lines.theirs);
  const conflicts = regions.filter((region) => isConflict(region, lines));
  const write = (chosen: ReadonlyMap<Region, Choice>): Valued | undefined =>
    valued(material, join(regions.flatMap((region) => linesOf(region, lines, chosen.get(region)))));
  if (conflicts.length === 0) return [write(new Map())].filter((one) => one !== undefined);
  const uniform = choices.flatMap((choice) => {
    const chosen = new Map(conflicts.map((region) => [region, choice]));
    const written = write(chosen);
    return written === undefined ? [] : [{ chosen, written }];
  });
  const start = uniform.toSorted((one, other) => weight(one.written) - weight(other.written))[0];
  return start === undefined ? [] : [improved(start.chosen, start.written, conflicts, write)];
}

/** Conflict for conflict what brings the text nearer. */
function improved(
  start: ReadonlyMap<Region, Choice>,
  written: Valued,
  conflicts: readonly Region[],
  write: (chosen: ReadonlyMap<Region, Choice>) => Valued | undefined,
): Valued {
  let [chosen, best] = [start, written];
  let tries = 0;
  for (const region of conflicts)
    for (const choice of choices) {
      if (weight(best) === 0 || choice === chosen.get(region) || tries++ > (isDone(best) ? mostForOrder : mostTries)) continue;
      const next = new Map(chosen).set(region, choice);
      const other = write(next);
      if (other !== undefined && weight(other) < weight(best)) [chosen, best] = [next, other];
    }
  return best;
}

type Lines = Three<readonly string[]>;

const cut = (lines: readonly string[], { start, end }: Region['base']): readonly string[] => lines.slice(start, end);

const isConflict = (region: Region, { ours, theirs }: Lines): boolean =>
  region.changed === 'both' && cut(ours, region.ours).join('\n') !== cut(theirs, region.theirs).join('\n');

function linesOf(region: Region, lines: Lines, choice: Choice | undefined): readonly string[] {
  const [ours, theirs] = [cut(lines.ours, region.ours), cut(lines.theirs, region.theirs)];
  if (region.changed === 'theirs' || choice === 'theirs') return theirs;
  if (choice === 'stacked') return [...ours, ...theirs];
  return choice === 'woven' ? woven(ours, theirs) : ours;
}

/** The lines of both, what they have in common once. */
function woven(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  for (const { end, otherStart, otherEnd } of differences(ours, theirs)) {
    lines.push(...ours.slice(at, end), ...theirs.slice(otherStart, otherEnd));
    at = end;
  }
  return [...lines, ...ours.slice(at)];
}

/** A text with values set and removed, one after the other, until it holds what is wanted. */
function changedText(source: string, { wanted, format }: Omit<Wanted, 'known'>): string | undefined {
  const [only, second] = wanted;
  if (only === undefined) return undefined;
  if (second === undefined) return changedPart(source, only, format);
  const parts = documentTexts(source);
  if (parts.length !== wanted.length) return undefined;
  const changed = parts.map((part, at) => changedPart(part, wanted[at] ?? only, format));
  return changed.every((part) => part !== undefined) ? changed.join('') : undefined;
}

function changedPart(source: string, wanted: Mapping, format: Format): string | undefined {
  return attempt(() => {
    let document = format.parse(source);
    const [branch, second] = document.branches;
    if (branch === undefined || second !== undefined) return undefined;
    for (const { path, value } of changesBetween(branch, wanted)) {
      if (path.length === 0) return undefined;
      const edits = value === undefined ? format.unset(document, path) : format.set(document, path, value);
      document = format.parse(splice(document.source, edits));
    }
    return document.source;
  });
}

/** A stream cut into its documents, each from its `---` on; what may stand before the first one belongs to it. */
function documentTexts(source: string): readonly string[] {
  const [head = '', first, ...rest] = source.split(/(?<=\n)(?=---(?:[ \t\r\n]|$))/);
  if (first === undefined) return [head];
  return head.split('\n').every((line) => /^\s*(?:[#%]|$)/.test(line)) ? [head + first, ...rest] : [head, first, ...rest];
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SopsError || error instanceof RangeError) return undefined;
    throw error;
  }
}
