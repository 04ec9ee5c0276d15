import { type Edit, splice } from '../document/splice.ts';
import type { Comment, Document, Leaf, Mapping } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { type Replacements, substituteMapping } from './substitute.ts';

/** An encrypted text and what its values turned out to be. */
export interface OpenedText {
  readonly document: Document;
  /** Without the metadata. */
  readonly branches: readonly Mapping[];
  readonly format: Format;
  readonly replacements: Replacements;
}

/** The plaintext, every byte kept that is no value, comment or metadata; `edits` are those of the values alone, each told to `note`. */
export function openInPlace(
  { document, branches, format, replacements }: OpenedText,
  note?: (item: Leaf | Comment, edit: Edit) => void,
): {
  readonly text: string;
  readonly edits: readonly Edit[];
} {
  const edits: Edit[] = [];
  try {
    for (const [item, replacement] of replacements) {
      if (!item.slot) continue;
      const edit = format.open(document, item, replacement);
      note?.(item, edit);
      edits.push(edit);
    }
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'UNSUPPORTED') throw error;
    return { text: print(branches, replacements, format, document), edits: [] };
  }
  return { text: splice(document.source, [...edits, ...format.detach(document)]), edits };
}

/**
 * The plaintext of a file that no layout entry marks as ours. A file that reads as real sops prints files is decrypted to what real sops prints, comments moved as it moves them;
 * a file of any other style is opened in place.
 */
export function openAsSops(opened: OpenedText): string {
  const { document, branches, format, replacements } = opened;
  const commented = [...replacements.values()].some(({ kind }) => kind === 'comment');
  if (commented && isAsPrinted(document, format)) return print(branches, replacements, format, document);
  return openInPlace(opened).text;
}

function isAsPrinted(document: Document, format: Format): boolean {
  return format.print(document.branches, indentation(format, document)) === document.source;
}

function indentation(format: Format, document: Document): { readonly indent?: number } {
  const indent = format.indentOf?.(document);
  return indent === undefined ? {} : { indent };
}

function print(branches: readonly Mapping[], replacements: Replacements, format: Format, document: Document): string {
  return format.print(
    branches.map((branch) => substituteMapping(branch, replacements)),
    indentation(format, document),
  );
}
