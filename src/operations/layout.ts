import { sha512 } from '#sha512';
import { hex, utf8 } from '../crypto/bytes.ts';
import { type Edit, inOrder, splice } from '../document/splice.ts';

/** Additional data of the `layout` entry: no value of a file can have it, since theirs ends in a colon, whatever their keys. */
export const layoutAdditionalData = 'sops:layout';

/** `length` UTF-16 units at `at` of what decryption prints become `text`. */
type Hunk = readonly [at: number, length: number, text: string];

/** The edit script from what decryption prints to what the source was. */
interface Layout {
  readonly v: 1;
  /** First 64 hexadecimal digits of the SHA-512 of what decryption prints, as UTF-8: the script fits nothing else. */
  readonly of: string;
  readonly edits: readonly Hunk[];
}

function digestOf(printed: string): string {
  const hash = sha512();
  hash.update(utf8(printed));
  return hex(hash.digest()).slice(0, 64);
}

/**
 * The script from `printed` to `source`, as text to seal.
 * @param edits hunks that turn `printed` into `source`; any others end in a script of one hunk
 */
export function printLayout(printed: string, source: string, edits: readonly Edit[]): string {
  const fitting = splice(printed, edits) === source ? edits : [wholeEdit(printed, source)];
  const layout: Layout = {
    v: 1,
    of: digestOf(printed),
    edits: inOrder(fitting).map(({ span, text }) => [span.start, span.end - span.start, text]),
  };
  return JSON.stringify(layout);
}

/** What `printed` was before encryption, if `script` was made for it; undefined if not (the file was rewritten since, by real sops say). */
export function applyLayout(script: string, printed: string): string | undefined {
  const layout = parseLayout(script);
  if (!layout || layout.of !== digestOf(printed)) return undefined;
  try {
    return splice(
      printed,
      layout.edits.map(([at, length, text]) => ({ span: { start: at, end: at + length }, text })),
    );
  } catch {
    return undefined;
  }
}

function parseLayout(script: string): Layout | undefined {
  let value: unknown;
  try {
    value = JSON.parse(script);
  } catch {
    return undefined;
  }
  return isLayout(value) ? value : undefined;
}

function isLayout(value: unknown): value is Layout {
  if (typeof value !== 'object' || value === null || !('of' in value) || !('edits' in value) || !('v' in value)) return false;
  const { v, of, edits } = value;
  return v === 1 && typeof of === 'string' && Array.isArray(edits) && edits.every(isHunk);
}

function isHunk(value: unknown): value is Hunk {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [at, length, text]: unknown[] = value;
  return isOffset(at) && isOffset(length) && typeof text === 'string';
}

const isOffset = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** One edit for all that differs between two texts. */
function wholeEdit(from: string, to: string): Edit {
  const most = Math.min(from.length, to.length);
  let head = 0;
  while (head < most && from.charCodeAt(head) === to.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < most - head && from.charCodeAt(from.length - 1 - tail) === to.charCodeAt(to.length - 1 - tail)) tail++;
  return { span: { start: head, end: from.length - tail }, text: to.slice(head, to.length - tail) };
}

/**
 * Two ways of editing one text, `base`: the edits that lead from the first result to the second, computed without comparing the texts.
 * Where both edit the same place, only a difference between what they put there is an edit.
 */
export function between(base: string, first: readonly Edit[], second: readonly Edit[]): readonly Edit[] {
  const left = inOrder(first);
  const right = inOrder(second);
  const edits: Edit[] = [];
  let shift = 0;
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const group = nextGroup(left, right, l, r);
    const before = splicePart(base, left.slice(l, group.l), group);
    const after = splicePart(base, right.slice(r, group.r), group);
    if (before !== after) {
      const start = group.start + shift;
      edits.push(trimmed({ span: { start, end: start + before.length }, text: after }, before));
    }
    shift += before.length - (group.end - group.start);
    [l, r] = [group.l, group.r];
  }
  return edits;
}

interface Group {
  readonly start: number;
  readonly end: number;
  /** First edit of either list behind the group. */
  readonly l: number;
  readonly r: number;
}

/** The next run of edits that touch one another. */
function nextGroup(left: readonly Edit[], right: readonly Edit[], fromLeft: number, fromRight: number): Group {
  let [l, r] = [fromLeft, fromRight];
  const startOf = (edit: Edit | undefined): number => edit?.span.start ?? Infinity;
  const start = Math.min(startOf(left[l]), startOf(right[r]));
  let end = start;
  for (;;) {
    const a = left[l];
    const b = right[r];
    if (a && a.span.start <= end) {
      end = Math.max(end, a.span.end);
      l++;
    } else if (b && b.span.start <= end) {
      end = Math.max(end, b.span.end);
      r++;
    } else return { start, end, l, r };
  }
}

function splicePart(base: string, edits: readonly Edit[], { start, end }: Group): string {
  const moved = edits.map(({ span, text }) => ({ span: { start: span.start - start, end: span.end - start }, text }));
  return splice(base.slice(start, end), moved);
}

function trimmed({ span, text }: Edit, before: string): Edit {
  const { span: part, text: rest } = wholeEdit(before, text);
  return { span: { start: span.start + part.start, end: span.start + part.end }, text: rest };
}
