import { eachOf, type Three } from './three.ts';

/** Three texts cut into lines, and how a text is put together of such lines. */
export interface TextLines {
  readonly lines: Three<readonly string[]>;
  readonly join: (lines: readonly string[]) => string;
}

/**
 * Cuts texts into lines. Where each text has one kind of line break throughout, its kind and whether the last line has one are merged apart from the lines, so that a change of line breaks
 * is no change of each line; otherwise the breaks count as parts of the lines.
 */
export function textLines(texts: Three<string>): TextLines {
  const uniform = [texts.base, texts.ours, texts.theirs].every((text) => breakOf(text) !== undefined);
  if (!uniform) return { lines: eachOf(texts, (text) => text.split(/(?<=\n)/)), join: (lines) => lines.join('') };
  const eol = decided(eachOf(texts, (text) => (text.includes('\n') ? (breakOf(text) ?? '\n') : undefined))) ?? '\n';
  const ended = decided(eachOf(texts, (text) => (text === '' ? undefined : text.endsWith('\n')))) ?? true;
  return {
    lines: eachOf(texts, (text) => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/))),
    join: (lines) => (lines.length === 0 ? '' : lines.join(eol) + (ended ? eol : '')),
  };
}

/** Undefined where both kinds of line break are there. */
function breakOf(text: string): '\n' | '\r\n' | undefined {
  if (!text.includes('\r\n')) return '\n';
  return /(?<!\r)\n/.test(text) ? undefined : '\r\n';
}

/** What changed of two sides, if one did; an undefined has no say. */
function decided<T>({ base, ours, theirs }: Three<T | undefined>): T | undefined {
  if (ours === undefined) return theirs;
  return ours === base && theirs !== undefined ? theirs : ours;
}
