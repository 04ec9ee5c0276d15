import { type Edit, inOrder, inverse, splice } from '../document/splice.ts';
import type { Comment, Document, Entry, Leaf, Mapping, Node, Sequence, Slot } from '../document/tree.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import { type Replacements, substitute, substituteMapping } from './substitute.ts';

/** A text with sealed values, before its metadata is put in. */
export interface SealedText {
  readonly text: string;
  /** Edits that lead back to the source; undefined where the text was printed afresh and shares nothing with it. */
  readonly back?: readonly Edit[];
  /** What was printed, if it was. */
  readonly branches?: readonly Mapping[];
}

/** A way to write sealed values. */
export interface Writing {
  /** In the text, all aliases kept that can be or none; or afresh. */
  readonly by: 'splicing' | 'expanding' | 'printing';
  /** With an empty line before the metadata, so that comments stay with what is above them: of use only where they did not without it. */
  readonly apart: boolean;
}

/** The one way into another format. */
export const intoAnother: readonly Writing[] = [{ by: 'printing', apart: false }];
/** All ways, the best first. */
export const writings: readonly Writing[] = [
  { by: 'splicing', apart: false },
  { by: 'splicing', apart: true },
  { by: 'expanding', apart: false },
  { by: 'expanding', apart: true },
  ...intoAnother,
];

/** How to write. */
export interface SealedTextOptions {
  readonly writing: Writing;
  readonly print: PrintOptions;
  /** How a ciphertext was written before, if its value is still spelled as it was shown then. */
  readonly tokenFor: (ciphertext: string, spelled: string) => string | undefined;
}

/** Writes the sealed values of a document in one of the ways. */
export function sealText(document: Document, format: Format, replacements: Replacements, options: SealedTextOptions): SealedText {
  if (options.writing.by === 'printing') {
    const listed = asItems(replacements);
    const branches = document.branches.map((branch) => substituteMapping(branch, listed));
    return { text: format.print(branches, options.print), branches };
  }
  const edits = sealEdits(document, format, replacements, options);
  return { text: splice(document.source, edits), back: inverse(document.source, edits) };
}

/** In real sops's own files the ciphertext of a comment in a list is an item of the list. */
const asItems = (replacements: Replacements): Replacements =>
  new Map(
    [...replacements].map(([item, sealed]) => [
      item,
      item.kind === 'comment' && item.unseen !== true ? { kind: 'leaf', type: 'str', text: sealed.text } : sealed,
    ]),
  );

function sealEdits(
  document: Document,
  format: Format,
  replacements: Replacements,
  { writing, tokenFor }: SealedTextOptions,
): readonly Edit[] {
  const expandAll = writing.by === 'expanding';
  const edits: Edit[] = [];
  const expand = (node: Node): void => {
    edits.push(...(format.expand?.(document, node, substitute(node, replacements)) ?? []));
  };
  /** Comments of a collection can stand behind it: those stay there. */
  const expandWhole = (node: Mapping | Sequence, { end }: Slot): void => {
    const isBehind = (item: Node | Entry | Comment): item is Comment => item.kind === 'comment' && (item.slot?.start ?? 0) >= end;
    expand(withItems(node, (item) => !isBehind(item)));
    for (const item of node.items) if (isBehind(item)) visitItem(item, node);
  };
  const visit = (node: Node): void => {
    if (node.alias) {
      if (expandAll || touched(node, replacements)) expand(node);
    } else if (node.kind === 'leaf') visitItem(node, node);
    else if (node.kind !== 'null' && node.slot && muffles(node, replacements)) expandWhole(node, node.slot);
    else if (node.kind !== 'null') visitItems(node);
  };
  const visitItems = (collection: Mapping | Sequence): void => {
    for (const item of collection.items) {
      if (item.kind === 'comment') visitItem(item, collection);
      else visit(item.kind === 'entry' ? item.value : item);
    }
  };
  const visitItem = (item: Leaf | Comment, parent: Node): void => {
    const sealed = replacements.get(item);
    if (!sealed || !item.slot) return;
    const before = sealed.kind === 'comment' ? itemAsBefore : asBefore;
    edits.push(before(document.source, { slot: item.slot, parent }, sealed, tokenFor) ?? writeItem(document, format, item, sealed));
  };
  for (const branch of document.branches) visit(branch);
  return outermost(edits);
}

const withItems = (node: Mapping | Sequence, keep: (item: Node | Entry | Comment) => boolean): Mapping | Sequence =>
  node.kind === 'mapping' ? { ...node, items: node.items.filter(keep) } : { ...node, items: node.items.filter(keep) };

/** Where a collection gives way as a whole, so does a comment within it, whatever it belongs to. */
function outermost(edits: readonly Edit[]): readonly Edit[] {
  let end = -1;
  return inOrder(edits).filter(({ span }) => {
    const inside = span.end < end;
    if (!inside) ({ end } = span);
    return !inside;
  });
}

/** A value that did not change since the file was opened is written as it was, be it that real sops quotes ciphertext otherwise than we. */
function asBefore(
  source: string,
  { slot }: Pick<Standing, 'slot'>,
  sealed: Leaf | Comment,
  tokenFor: SealedTextOptions['tokenFor'],
): Edit | undefined {
  const spelled = source.slice(slot.start, slot.end);
  const lines = /\r?\n$/.exec(spelled)?.[0] ?? '';
  const token = tokenFor(sealed.text, spelled) ?? (lines === '' ? undefined : tokenFor(sealed.text, spelled.slice(0, -lines.length)));
  return token === undefined ? undefined : { span: slot, text: token.endsWith('\n') ? token : token + lines };
}

interface Standing {
  readonly slot: Slot;
  readonly parent: Node;
}

/** A comment that real sops wrote as an item of a list is one again, if it still stands where an item of the list can. */
function itemAsBefore(
  source: string,
  { slot, parent }: Standing,
  sealed: Leaf | Comment,
  tokenFor: SealedTextOptions['tokenFor'],
): Edit | undefined {
  const start = slot.start - 1;
  const token = parent.kind === 'sequence' && parent.slot?.flow !== true ? tokenFor(sealed.text, source.slice(start, slot.end)) : undefined;
  if (token === undefined || !parent.slot) return undefined;
  const line = source.lastIndexOf('\n', start - 1) + 1;
  const column = parent.slot.start - source.lastIndexOf('\n', parent.slot.start - 1) - 1;
  return start - line === column && source.slice(line, start).trim() === '' ? { span: { start, end: slot.end }, text: token } : undefined;
}

/** A value that stays in clear but not as it is spelled (beyond 64 bits) is printed as decryption would. */
function writeItem(document: Document, format: Format, item: Leaf | Comment, sealed: Leaf | Comment): Edit {
  return sealed.kind === 'leaf' && item.kind === 'leaf' && sealed.type === item.type && item.type === 'float'
    ? format.open(document, item, sealed)
    : format.seal(document, item, sealed);
}

/** Whether a flow collection holds an alias that must give way to comments, which have no place in it: then it gives way as a whole. */
function muffles({ slot, items }: Mapping | Sequence, replacements: Replacements): boolean {
  if (slot?.flow === true) return false;
  const inside = (item: Node | Entry | Comment): boolean => {
    if (item.kind === 'comment') return false;
    if (item.kind === 'entry') return inside(item.value);
    if (item.alias) return item.alias.flow === true && hasComment(item) && touched(item, replacements);
    return item.kind !== 'leaf' && item.kind !== 'null' && item.slot?.flow === true && item.items.some(inside);
  };
  return items.some(inside);
}

function hasComment(node: Node): boolean {
  if (node.kind === 'leaf' || node.kind === 'null') return false;
  return node.items.some((item) => item.kind === 'comment' || hasComment(item.kind === 'entry' ? item.value : item));
}

function touched(node: Node, replacements: Replacements): boolean {
  if (node.kind === 'null') return false;
  if (node.kind === 'leaf') return replacements.has(node);
  return node.items.some((item) => {
    if (item.kind === 'comment') return replacements.has(item);
    return touched(item.kind === 'entry' ? item.value : item, replacements);
  });
}
