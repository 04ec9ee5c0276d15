import { type Edit, splice } from '../document/splice.ts';
import type { Comment, Document, Entry, Leaf, Mapping, Node, Span } from '../document/tree.ts';
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
  const removals = format.detach(document);
  try {
    for (const [item, replacement] of replacements) {
      if (!item.slot || within(item.slot, removals)) continue;
      const edit = format.open(document, item, replacement);
      note?.(item, edit);
      edits.push(edit);
    }
  } catch (error) {
    if (!(error instanceof SopsError) || error.code !== 'UNSUPPORTED') throw error;
    return { text: print(branches, replacements, format, document), edits: [] };
  }
  return { text: splice(document.source, [...edits, ...removals]), edits };
}

/** Comments of the document can stand between the lines of the metadata: they go with it. */
const within = ({ start, end }: Span, removals: readonly Edit[]): boolean =>
  removals.some(({ span }) => span.start <= start && end <= span.end);

/**
 * The plaintext of a file that no layout entry marks as ours. A file that reads as real sops prints files is decrypted to what real sops prints, comments moved as it moves them;
 * a file of any other style is opened in place.
 */
export function openAsSops(opened: OpenedText): string {
  const { document, branches, format, replacements } = opened;
  if (branches.some((branch) => hasComment(replacements, branch)) && isAsPrinted(opened))
    return print(branches, replacements, format, document);
  return openInPlace(opened).text;
}

/** Whether comments, or ciphertexts of comments, stand anywhere below a node: where there are none, every value is printed where it stands. */
const hasComment = (replacements: Replacements, node: Node | Entry | Comment): boolean => {
  if (node.kind === 'comment') return true;
  if (node.kind === 'leaf') return replacements.get(node)?.kind === 'comment';
  if (node.kind === 'entry') return hasComment(replacements, node.value);
  return node.kind !== 'null' && node.items.some((item) => hasComment(replacements, item));
};

/** With the metadata or, where a format reads it otherwise than it stands (INI and `\n` in wrapped keys), without. */
function isAsPrinted({ document, branches, format }: OpenedText): boolean {
  const options = indentation(format, document);
  if (format.print(document.branches, options) === document.source) return true;
  return format.print(branches, options) === splice(document.source, format.detach(document));
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
