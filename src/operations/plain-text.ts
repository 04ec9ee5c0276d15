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
  if (branches.some((branch) => emptiesList(branch, replacements)))
    return { text: print(branches, replacements, format, document), edits: [] };
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

/** Whether all items of a list turn out to be comments, so that no item would be left to show that it is a list. */
function emptiesList(node: Node | Entry | Comment, replacements: Replacements): boolean {
  if (node.kind === 'entry') return emptiesList(node.value, replacements);
  if (node.kind !== 'mapping' && node.kind !== 'sequence') return false;
  const turns = (item: Node | Entry | Comment): boolean => item.kind === 'leaf' && replacements.get(item)?.kind === 'comment';
  const empties = node.items.some(turns) && node.items.every((item) => item.kind === 'comment' || turns(item));
  return empties || node.items.some((item) => emptiesList(item, replacements));
}

/** Comments of the document can stand between the lines of the metadata: they go with it. */
const within = ({ start, end }: Span, removals: readonly Edit[]): boolean =>
  removals.some(({ span }) => span.start <= start && end <= span.end);

/**
 * The plaintext of a file that no layout entry marks as ours. A file that reads as real sops prints files is decrypted to what real sops prints, comments moved as it moves them;
 * a file of any other style is opened in place.
 */
export function openAsSops(opened: OpenedText): string {
  return printedBySops(opened) ?? openInPlace(opened).text;
}

/** What real sops prints for a file that reads as it prints files, where that may differ from the file opened in place: where it has comments. */
export function printedBySops(opened: OpenedText): string | undefined {
  const { document, branches, format, replacements } = opened;
  const comments = branches.some((branch) => hasComment(replacements, branch));
  return comments && isAsPrinted(opened) ? print(branches, replacements, format, document) : undefined;
}

/** Whether comments, or ciphertexts of comments, stand anywhere below a node: where there are none, every value is printed where it stands. */
const hasComment = (replacements: Replacements, node: Node | Entry | Comment): boolean => {
  if (node.kind === 'comment') return true;
  if (node.kind === 'leaf') return replacements.get(node)?.kind === 'comment';
  if (node.kind === 'entry') return hasComment(replacements, node.value);
  return node.kind !== 'null' && node.items.some((item) => hasComment(replacements, item));
};

/**
 * Whether a text reads as real sops prints it. Its own files are not always printed again alike: in INI the metadata may read otherwise than it stands (`\n` in
 * wrapped keys), and in YAML comments move, so that then the rest is compared.
 */
function isAsPrinted({ document, branches, format }: OpenedText): boolean {
  const { source } = document;
  const options = indentation(format, document);
  if (format.print(document.branches, options) === source) return true;
  if (format.shape !== 'nested') return format.print(branches, options) === splice(source, format.detach(document));
  const comments: Comment[] = [];
  const bare = document.branches.map((branch) => withoutComments(branch, comments));
  return closed(format.print(bare, options)) === closed(splice(source, outOf(source, comments)));
}

/** A text without the line breaks that comments bring about: behind a dash, and in a collection that has nothing else in it. */
const closed = (text: string): string => text.replaceAll(/(?<=^[ -]*-)\n +/gm, ' ').replaceAll(/([[{])\n *([\]}])/g, '$1$2');

function withoutComments(mapping: Mapping, comments: Comment[]): Mapping {
  const nodeOf = (node: Node): Node => {
    if (node.kind === 'mapping') return withoutComments(node, comments);
    if (node.kind !== 'sequence') return node;
    return { ...node, items: node.items.flatMap((item) => (item.kind === 'comment' ? put(item) : [nodeOf(item)])) };
  };
  const put = (comment: Comment): [] => {
    comments.push(comment);
    return [];
  };
  const items = mapping.items.flatMap((item) => (item.kind === 'comment' ? put(item) : [{ ...item, value: nodeOf(item.value) }]));
  return { ...mapping, items };
}

/** Edits that take comments out of a text: with their marker and the blanks before it, or the whole line where there is nothing else in it, and the empty line that sets it off. */
function outOf(source: string, comments: readonly Comment[]): readonly Edit[] {
  return comments.flatMap(({ slot }) => {
    if (!slot) return [];
    let start = slot.start - 1;
    while (source.charAt(start - 1) === ' ') start--;
    const alone = start === 0 || source.charAt(start - 1) === '\n';
    const end = alone && source.startsWith('\n\n', slot.end) ? slot.end + 2 : slot.end + Number(alone);
    return [{ span: { start, end }, text: '' }];
  });
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
