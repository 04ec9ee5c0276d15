import type { Slot } from '../../document/tree.ts';
import { lineStart } from './lines.ts';

/** How the token in a slot is written. */
export type TokenStyle = 'plain' | 'single' | 'double' | 'block';

/** The style of the token that starts a slot; a tag in front of it makes it plain to us. */
export function tokenStyle(source: string, { start, end }: Slot): TokenStyle {
  if (start === end) return 'plain';
  switch (source.charAt(start)) {
    case '"':
      return 'double';
    case "'":
      return 'single';
    case '|':
    case '>':
      return 'block';
    default:
      return 'plain';
  }
}

/**
 * Column at which go-yaml writes the lines of a block below the owner of a value (emitter: indentation rounds up to the next step; behind a dash it is always two).
 * @param step spaces of one level
 */
export function contentColumn(source: string, slot: Slot, step: number): number {
  const owner = slot.indent ?? 0;
  const at = lineStart(source, slot.start) + owner;
  const dash = source.charAt(at) === '-' && /\s/.test(source.charAt(at + 1));
  return dash ? owner + 2 : columnBelow(owner, step);
}

/** Column of what stands one level below a key, rounded up to the next step as go-yaml does. */
export const columnBelow = (owner: number, step: number): number => step * Math.floor((owner + step) / step);

/** Spaces of one level in a text: those of its first indented key, 4 where nothing is indented. */
export function indentStep(source: string): number {
  const first = /:[ \t]*(?:[&!]\S*[ \t]+)*(?:[&!]\S*|#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)[^ \t\r\n#-]/.exec(
    source.slice(0, 65_536),
  );
  const step = first?.[1]?.length ?? 4;
  return step >= 2 && step <= 9 ? step : 4;
}
