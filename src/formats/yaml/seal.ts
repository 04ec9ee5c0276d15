import type { Edit } from '../../document/splice.ts';
import type { Document, Leaf, Node, Slot } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Slotted } from '../format.ts';
import { blockLines, blockScalar } from './block-scalar.ts';
import { flowText } from './flow-text.ts';
import { endsLine, indented, lineEnd, lineBreak, withBreaks } from './lines.ts';
import { contentColumn, indentStep, tokenStyle } from './place.ts';
import { printYaml, printYamlValue } from './print.ts';
import { isSealedSingle, spellScalar } from './spell.ts';

/** Puts ciphertext in the place of a leaf or a comment; the style of what stood there shows in how it is quoted. */
export function seal({ source }: Document, slotted: Slotted, sealed: Slotted): Edit {
  const { slot } = slotted;
  if (!slot) throw new SopsError('VALUE_UNSEALABLE', 'a value that stands nowhere in the document cannot be replaced');
  const text = sealed.kind === 'leaf' || sealed.kind === 'comment' ? sealed.text : '';
  if (sealed.kind === 'comment') return { span: slot, text };
  return sealLeaf(source, slot, slotted.kind === 'leaf' ? slotted.text : '', text);
}

function sealLeaf(source: string, slot: Slot, plaintext: string, ciphertext: string): Edit {
  switch (tokenStyle(source, slot)) {
    case 'double':
      return { span: slot, text: `"${ciphertext}"` };
    case 'single':
      return { span: slot, text: `'${ciphertext}'` };
    case 'block': {
      const block = blockScalar(source, slot);
      const { content, column, commented } = block;
      if (commented && blockLines(source, block, plaintext) === undefined)
        throw new SopsError('VALUE_UNSEALABLE', 'the comment behind `|` or `>` would be in the way of this value when it is decrypted');
      return { span: content, text: `${' '.repeat(column)}${ciphertext}${lineBreak(source)}` };
    }
    case 'plain':
      if (slot.flow === true || isSealedSingle(plaintext, false)) return { span: slot, text: `'${ciphertext}'${brokenEnd(source, slot)}` };
      return { span: slot, text: ciphertext + brokenEnd(source, slot) };
  }
}

/** The line break that a block scalar, tagged say, ends with. */
const brokenEnd = (source: string, { start, end }: Slot): string =>
  end > start && source.charAt(end - 1) === '\n' ? lineBreak(source) : '';

/** An alias to a value that is now ciphertext gives way to what it stood for (as in real sops): a ciphertext opens under one path only. */
export function expand({ source }: Document, node: Node, sealed: Node): readonly Edit[] {
  const slot = node.alias ?? node.slot;
  if (!slot) return [];
  if (slot.flow === true) return [{ span: slot, text: flowText(sealed, sealedInFlow) }];
  if (sealed.kind === 'leaf' || sealed.kind === 'null' || sealed.items.length === 0)
    return [{ span: slot, text: withoutBreak(printYamlValue(sealed)) }];
  const start = blanksBefore(source, slot.start);
  const block = { span: { start, end: slot.end }, text: blockText(source, slot, sealed) };
  if (endsLine(source, slot.end)) return [block];
  return source.charAt(start - 1) === ':' ? belowComment(source, block) : [{ span: slot, text: flowText(sealed, sealedInFlow) }];
}

/** A comment behind the alias stays on the line of the key. */
function belowComment(source: string, { span, text }: Edit): readonly Edit[] {
  const end = lineEnd(source, span.end);
  const eol = lineBreak(source);
  const lines = source.charAt(end - 1) === '\n' ? text.slice(eol.length) + eol : text;
  return [
    { span, text: '' },
    { span: { start: end, end }, text: lines },
  ];
}

/** Back over blanks, to just behind the colon or dash. */
function blanksBefore(source: string, at: number): number {
  let start = at;
  while (start > 0 && (source.charAt(start - 1) === ' ' || source.charAt(start - 1) === '\t')) start--;
  return start;
}

const withoutBreak = (text: string): string => text.replace(/\n$/, '');

function blockText(source: string, slot: Slot, node: Node): string {
  const step = indentStep(source);
  const column = contentColumn(source, slot, step);
  const printed = withoutBreak(node.kind === 'mapping' ? printYaml([node], step) : printYamlValue(node));
  const behindDash = source.charAt(blanksBefore(source, slot.start) - 1) === '-' && column === (slot.indent ?? 0) + 2;
  const lines = indented(printed, column);
  return withBreaks(behindDash ? ` ${lines.trimStart()}` : `\n${lines}`, lineBreak(source));
}

/** Ciphertext must be quoted in a flow collection. */
const sealedInFlow = (leaf: Leaf): string =>
  leaf.text.startsWith('ENC[') ? `'${leaf.text}'` : spellScalar(leaf, { indent: 0, hint: 0, flow: true });
