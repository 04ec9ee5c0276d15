import type { Edit } from '../../document/splice.ts';
import type { Comment, Document, Leaf, Slot } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { blockLines, blockScalar } from './block-scalar.ts';
import { endOfLines, endsLine, lineBreak, lineEnd, lineStart, withBreaks } from './lines.ts';
import { contentColumn, tokenStyle } from './place.ts';
import { isSealedSingle, spellDouble, spellScalar, spellSingle } from './spell.ts';

/**
 * Puts plaintext in the place of ciphertext. The quotes or block header around the ciphertext are the style it had; a bare ciphertext becomes what real sops would print.
 * @param step spaces of one level of indentation in the document
 */
export function open({ source }: Document, slotted: Leaf | Comment, opened: Leaf | Comment, step: number): Edit {
  const { slot } = slotted;
  if (!slot) throw new SopsError('VALUE_UNOPENABLE', 'a value that stands nowhere in the document cannot be replaced');
  if (opened.kind === 'comment' && slotted.kind === 'leaf') return itemToComment(source, slot, opened.text);
  if (opened.kind === 'comment') return { span: slot, text: commentText(source, slot, opened.text) };
  return openLeaf(source, slot, opened, step);
}

/** A comment of several lines (they come from INI) needs its marker on each. */
function commentText(source: string, slot: Slot, text: string): string {
  return text.includes('\n') ? withBreaks(text.replaceAll('\n', `\n${' '.repeat(slot.indent ?? 0)}#`), lineBreak(source)) : text;
}

/** Real sops seals a comment in a list as an item of the list: the dash goes with it. */
function itemToComment(source: string, slot: Slot, text: string): Edit {
  const before = source.slice(lineStart(source, slot.start), slot.start);
  const blanks = /^(?:[ \t]*-)+( *)$/.exec(before)?.[1];
  if (blanks === undefined || text.includes('\n')) throw new SopsError('UNSUPPORTED', 'a comment cannot take the place of this item');
  return { span: { start: slot.start - blanks.length - 1, end: slot.end }, text: `#${text}` };
}

function openLeaf(source: string, slot: Slot, leaf: Leaf, step: number): Edit {
  const flow = slot.flow === true;
  const automatic = (): Edit => {
    if (leaf.type !== 'str' && leaf.spelling !== undefined) return { span: slot, text: leaf.spelling };
    const indent = contentColumn(source, slot, step);
    const hint = /[^\n]/.test(leaf.text) ? indent - (slot.indent ?? 0) : step;
    const spelled = spellScalar(leaf, { indent, hint, flow });
    if (spelled === '<<' && /[:-] /.test(source.slice(slot.start - 2, slot.start))) return { span: slot, text: '!!merge <<' };
    if (spelled.startsWith('|')) return literal(source, slot, spelled, indent) ?? { span: slot, text: spellDouble(leaf.text) };
    return { span: slot, text: withBreaks(spelled, lineBreak(source)) };
  };
  if (leaf.type !== 'str') return blockEnd(source, slot, automatic());
  switch (tokenStyle(source, slot)) {
    case 'plain':
      return automatic();
    case 'double':
      return { span: slot, text: spellDouble(leaf.text, 'raw') };
    case 'single': {
      const text = isSealedSingle(leaf.text, flow) ? leaf.text : spellSingle(leaf.text);
      return text === undefined ? automatic() : { span: slot, text };
    }
    case 'block':
      return openBlock(source, slot, leaf.text) ?? blockEnd(source, slot, automatic());
  }
}

/** The lines of a block scalar; undefined where its header cannot hold the text. */
function openBlock(source: string, slot: Slot, text: string): Edit | undefined {
  const block = blockScalar(source, slot);
  const lines = blockLines(source, block, text);
  if (lines === undefined && block.commented)
    throw new SopsError('UNSUPPORTED', 'the comment behind `|` or `>` is in the way of this value');
  return lines === undefined ? undefined : { span: block.content, text: lines };
}

/** A literal with its lines at `column`; undefined where what follows would become part of it, or it of what follows. */
function literal(source: string, slot: Slot, spelled: string, column: number): Edit | undefined {
  const broken = source.charAt(slot.end - 1) === '\n';
  if (!(broken || endsLine(source, slot.end)) || !canFollow(source, endOfLines(source, slot.start, slot.end), spelled, column))
    return undefined;
  // Blanks behind the ciphertext would be of the last line.
  const blanks = broken ? 0 : (/^[ \t]*/.exec(source.slice(slot.end, lineEnd(source, slot.end)))?.[0].length ?? 0);
  return { span: { start: slot.start, end: slot.end + blanks }, text: withBreaks(spelled, lineBreak(source)) };
}

/** Whether the line at `next` may follow a literal: no comment as deep as its lines, no empty line if it keeps those, and no end of the text without a line break if it has one. */
function canFollow(source: string, next: number, spelled: string, column: number): boolean {
  const header = spelled.slice(0, spelled.indexOf('\n'));
  if (header.endsWith('+') && endsLine(source, next)) return false;
  if (!source.endsWith('\n') && !header.endsWith('-')) return false;
  const following = /(?:[ \t]*\r?\n)*( *)#/y;
  following.lastIndex = next;
  return (following.exec(source)?.[1]?.length ?? -1) < column;
}

/** A block scalar's slot ends behind its last break: what takes the place of all of it must end in one too. */
function blockEnd(source: string, slot: Slot, edit: Edit): Edit {
  const needsBreak = tokenStyle(source, slot) === 'block' && source.charAt(slot.end - 1) === '\n';
  return needsBreak ? { span: edit.span, text: edit.text + lineBreak(source) } : edit;
}
