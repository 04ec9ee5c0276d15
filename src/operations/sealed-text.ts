import { type Edit, inverse, splice } from '../document/splice.ts';
import type { Comment, Document, Leaf, Mapping, Node, Slot } from '../document/tree.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import { type Replacements, substitute, substituteMapping } from './substitute.ts';

/** A text with sealed values, before its metadata is put in. */
export interface SealedText {
  readonly text: string;
  /** Edits that lead back to the source; undefined where the text was printed afresh and shares nothing with it. */
  readonly back?: readonly Edit[];
}

/** A way to write sealed values; tried in this order until one reads back right. */
export type Writing = 'splice' | 'splice, aliases expanded' | 'print';
export const writings: readonly Writing[] = ['splice', 'splice, aliases expanded', 'print'];

/** How to write. */
export interface SealedTextOptions {
  readonly writing: Writing;
  readonly print: PrintOptions;
  /** How a ciphertext was written before, if its value is still spelled as it was shown then. */
  readonly tokenFor: (ciphertext: string, spelled: string) => string | undefined;
}

/** Writes the sealed values of a document in one of the ways. */
export function sealText(document: Document, format: Format, replacements: Replacements, options: SealedTextOptions): SealedText {
  if (options.writing === 'print') {
    return {
      text: format.print(
        document.branches.map((branch) => substituteMapping(branch, replacements)),
        options.print,
      ),
    };
  }
  const edits = sealEdits(document, format, replacements, options);
  return { text: splice(document.source, edits), back: inverse(document.source, edits) };
}

function sealEdits(
  document: Document,
  format: Format,
  replacements: Replacements,
  { writing, tokenFor }: SealedTextOptions,
): readonly Edit[] {
  const expandAll = writing === 'splice, aliases expanded';
  const edits: Edit[] = [];
  const visit = (node: Node): void => {
    if (node.alias) {
      if (expandAll || touched(node, replacements)) edits.push(format.seal(document, node, substitute(node, replacements)));
    } else if (node.kind === 'leaf') visitItem(node);
    else if (node.kind !== 'null') visitItems(node.items);
  };
  const visitItems = (items: Mapping['items'] | readonly (Node | Comment)[]): void => {
    for (const item of items) {
      if (item.kind === 'comment') visitItem(item);
      else visit(item.kind === 'entry' ? item.value : item);
    }
  };
  const visitItem = (item: Leaf | Comment): void => {
    const sealed = replacements.get(item);
    if (!sealed || !item.slot) return;
    edits.push(asBefore(document.source, item.slot, sealed, tokenFor) ?? writeItem(document, format, item, sealed));
  };
  for (const branch of document.branches) visit(branch);
  return edits;
}

/** A value that did not change since the file was opened is written as it was, be it that real sops quotes ciphertext otherwise than we. */
function asBefore(source: string, slot: Slot, sealed: Leaf | Comment, tokenFor: SealedTextOptions['tokenFor']): Edit | undefined {
  if (sealed.kind === 'comment') return undefined;
  const spelled = source.slice(slot.start, slot.end);
  const lines = /\r?\n$/.exec(spelled)?.[0] ?? '';
  const token = tokenFor(sealed.text, spelled) ?? (lines === '' ? undefined : tokenFor(sealed.text, spelled.slice(0, -lines.length)));
  return token === undefined ? undefined : { span: slot, text: token.endsWith('\n') ? token : token + lines };
}

/** A value that stays in clear but not as it is spelled (beyond 64 bits) is printed as decryption would. */
function writeItem(document: Document, format: Format, item: Leaf | Comment, sealed: Leaf | Comment): Edit {
  return sealed.kind === 'leaf' && item.kind === 'leaf' && sealed.type === item.type && item.type === 'float'
    ? format.open(document, item, sealed)
    : format.seal(document, item, sealed);
}

function touched(node: Node, replacements: Replacements): boolean {
  if (node.kind === 'null') return false;
  if (node.kind === 'leaf') return replacements.has(node);
  return node.items.some((item) => {
    if (item.kind === 'comment') return replacements.has(item);
    return touched(item.kind === 'entry' ? item.value : item, replacements);
  });
}
