import type { Comment, Slot, Span } from '../../document/tree.ts';
import { endOfLine, lineStart, trim, trimEnd } from './white-space.ts';

/** Where the comment of one statement stands: lines above it, and one behind it. */
interface CommentPlaces {
  readonly above: readonly Span[];
  readonly inline: Span | undefined;
}

/** How long the marks of a comment are, which real sops strips (`stores/ini/store.go`, stripCommentChar): semicolons or hashes, as the first is, and spaces. */
export function markLength(text: string): number {
  return /^(?:;[; ]*|#[# ]*)?/.exec(text)?.[0].length ?? 0;
}

/** The comment of a key. What real sops takes for one comment has one slot: if the comment stands above the key and behind it as well, the part behind it is `unseen`. */
export function keyComment(source: string, { above, inline }: CommentPlaces): readonly Comment[] {
  const [first] = above;
  if (first === undefined && inline === undefined) return [];
  const text = commentText(source, inline ? [...above, inline] : above);
  if (text === '') return [];
  if (first === undefined) return inline ? [seen(text, markedSlot(text, inline))] : [];
  const last = above.at(-1) ?? first;
  const comment = seen(text, markedSlot(text, { start: first.start, end: trimEnd(source, first.start, last.end) }));
  return inline ? [comment, unseen(source, inline)] : [comment];
}

/**
 * The comment of a section. If a part of it stands behind the header, its slot starts with a line and holds the header too:
 * sealed, it must stand above, since go-ini takes a header to end at the last `]` of its line.
 */
export function sectionComment(source: string, places: CommentPlaces & { readonly lines: Span }): readonly Comment[] {
  const { above, inline, lines } = places;
  if (inline === undefined) return keyComment(source, places);
  const start = above[0] === undefined ? lines.start : lineStart(source, above[0].start);
  return [seen(commentText(source, [...above, inline]), { start, end: inline.end })];
}

/** Each line of a comment that real sops does not see, mark and all; a mark alone gives nothing away. */
export function unseenLines(source: string, lines: readonly Span[]): readonly Comment[] {
  const written = lines.map(({ start, end }) => ({ start, end: trimEnd(source, start, end) }));
  return written.filter(({ start, end }) => markLength(source.slice(start, end)) < end - start).map((slot) => unseen(source, slot));
}

/** A part of the text that real sops does not see; `of`: the key whose value it is or was. */
export function unseen(source: string, slot: Span, of?: string): Comment {
  const comment: Comment = { kind: 'comment', text: source.slice(slot.start, slot.end), unseen: true, slot };
  return of === undefined ? comment : { ...comment, of };
}

/** What takes the place of a comment's slot. */
export function spellComment(source: string, slot: Slot, text: string): string {
  const before = source.charAt(slot.start - 1);
  if (before === '' || before === '\n' || before === '\uFEFF') return spellAbove(source, slot, text);
  const mark = /[#;](?= *$)/.exec(source.slice(source.lastIndexOf('\n', slot.start - 1) + 1, slot.start))?.[0] ?? '';
  return markLines(text.startsWith(`${mark}\n`) ? text.slice(mark.length) : text);
}

/** The text of a comment with a mark before each line but the first. */
export function markLines(text: string): string {
  const [first = '', ...more] = text.split('\n');
  return [first, ...more.map((line) => (/^[#;]/.test(line) ? line : `; ${line}`))].join('\n');
}

/** A comment in the place of one that stands behind a header: above it. */
function spellAbove(source: string, slot: Slot, text: string): string {
  const replaced = source.slice(slot.start, slot.end);
  const headerLine = replaced.lastIndexOf('\n') + 1;
  const headerEnd = replaced.lastIndexOf(']') + 1;
  const header = replaced.slice(headerLine, headerEnd);
  const mark = replaced.slice(headerLine === 0 ? headerEnd : 0).replace(/^[^#;]*/, '');
  return `${mark.slice(0, markLength(mark))}${markLines(text)}${endOfLine(source)}${header}`;
}

/** A comment without its marks; one mark stays before an empty first line, as real sops encrypts a comment that starts with one but panics when it decrypts it. */
function seen(text: string, slot: Slot): Comment {
  const stripped = text.slice(markLength(text));
  return { kind: 'comment', text: stripped.startsWith('\n') ? text.charAt(0) + stripped : stripped, slot };
}

const markedSlot = (text: string, { start, end }: Span): Slot => ({ start: start + markLength(text), end });

const commentText = (source: string, places: readonly Span[]): string =>
  trim(places.map(({ start, end }) => source.slice(start, end)).join(''));
