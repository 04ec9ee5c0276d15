import type { Edit } from '../../document/splice.ts';
import type { Comment, Document, Leaf, Slot } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { blockLines, blockScalar } from './block-scalar.ts';
import { endOfLines, endsLine, lineBreak, lineEnd, lineStart, withBreaks } from './lines.ts';
import { contentColumn, tokenStyle } from './place.ts';
import { spellDouble, spellScalar, spellSingle } from './spell.ts';

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
    if (spelled.startsWith('|')) return literal(source, slot, spelled) ?? { span: slot, text: spellDouble(leaf.text) };
    return { span: slot, text: withBreaks(spelled, lineBreak(source)) };
  };
  if (leaf.type !== 'str') return blockEnd(source, slot, automatic());
  switch (tokenStyle(source, slot)) {
    case 'plain':
      return automatic();
    case 'double':
      return { span: slot, text: spellDouble(leaf.text, 'raw') };
    case 'single': {
      const single = flow ? undefined : spellSingle(leaf.text);
      return single === undefined ? automatic() : { span: slot, text: single };
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

/** A literal where nothing stands behind it in its line; blanks there would be of its last line, as empty lines that follow would, and a text without a last line break may end behind it. */
function literal(source: string, slot: Slot, spelled: string): Edit | undefined {
  const header = spelled.slice(0, spelled.indexOf('\n'));
  const broken = source.charAt(slot.end - 1) === '\n';
  if (!(broken || endsLine(source, slot.end)) || (!source.endsWith('\n') && !header.endsWith('-'))) return undefined;
  if (header.endsWith('+') && endsLine(source, endOfLines(source, slot.start, slot.end))) return undefined;
  const blanks = broken ? 0 : (/^[ \t]*/.exec(source.slice(slot.end, lineEnd(source, slot.end)))?.[0].length ?? 0);
  return { span: { start: slot.start, end: slot.end + blanks }, text: withBreaks(spelled, lineBreak(source)) };
}

/** A block scalar's slot ends behind its last break: what takes the place of all of it must end in one too. */
function blockEnd(source: string, slot: Slot, edit: Edit): Edit {
  const needsBreak = tokenStyle(source, slot) === 'block' && source.charAt(slot.end - 1) === '\n';
  return needsBreak ? { span: edit.span, text: edit.text + lineBreak(source) } : edit;
}
