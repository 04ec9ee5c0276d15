import { regionsOf } from './regions.ts';
import { textLines } from './text-lines.ts';
import { eachOf, type Three } from './three.ts';

/** How conflict markers look. */
export interface MarkerStyle {
  /** How long a marker is: 7 where nothing else is set. */
  readonly size: number;
  /** What each side is called behind its marker. */
  readonly labels: Three<string>;
}

/** A text with conflict markers, the common version in the middle, wherever two others differ. */
export function markedText(texts: Three<string>, { size, labels }: MarkerStyle): string {
  // Both sides are compared with each other: where they agree there is no conflict, whatever was there before.
  const { lines, join } = textLines({ base: texts.ours, ours: texts.theirs, theirs: texts.base });
  const label = eachOf(labels, (text) => (text === '' ? '' : ` ${text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`));
  const sign = (mark: string, of: string): string => mark.repeat(size) + of;
  const marked: string[] = [];
  for (const { base, ours, theirs, changed } of regionsOf(lines.base, lines.ours, lines.theirs)) {
    const mine = lines.base.slice(base.start, base.end);
    const others = lines.ours.slice(ours.start, ours.end);
    const common = lines.theirs.slice(theirs.start, theirs.end);
    if (changed === 'nobody' || changed === 'theirs' || mine.join('\n') === others.join('\n')) marked.push(...mine);
    else {
      marked.push(sign('<', label.ours), ...mine, sign('|', label.base), ...common);
      marked.push(sign('=', ''), ...others, sign('>', label.theirs));
    }
  }
  return join(marked);
}

/** The line of the first conflict marker that is left in a text, from 1; undefined where there is none. */
export function markerLine(text: string, size: number): number | undefined {
  const at = text.split('\n').findIndex((line) => isMarker(line.replace(/\r$/, ''), size));
  return at < 0 ? undefined : at + 1;
}

/** How long a marker must be to be like no line of these texts. */
export function markerSizeFor(texts: readonly string[]): number {
  let size = 7;
  while (texts.some((text) => markerLine(text, size) !== undefined)) size++;
  return size;
}

function isMarker(line: string, size: number): boolean {
  if (line === '='.repeat(size)) return true;
  return ['<', '|', '>'].some((sign) => line === sign.repeat(size) || line.startsWith(`${sign.repeat(size)} `));
}
