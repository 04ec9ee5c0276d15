import { unsetNode } from '../../document/change.ts';
import type { PathStep, TreePath } from '../../document/path.ts';
import type { Document, Leaf, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format, PrintOptions } from '../../formats/format.ts';
import { comesBack } from './comes-back.ts';
import { mergeLines } from './merge-lines.ts';
import { changeText, type Known, mergeTexts } from './merge-texts.ts';
import { type Conflict, mergeTrees } from './merge-trees.ts';
import { movedValues } from './moved-values.ts';
import { sameNodes } from './node-text.ts';
import { eachOf, type Pick, type Three, undisputed } from './three.ts';
import { commentsIn } from './tree-changes.ts';
import type { Versions } from './versions.ts';

/** Plaintext documents put together of three versions. */
export interface MergedDocuments {
  readonly conflicts: readonly Conflict[];
  readonly notes: readonly string[];
  /** The whole document, with the version of one of them in the place of each conflict; undefined where no text holds that. */
  readonly picking: (pick: Pick) => Document | undefined;
}

/** How to write what is merged. */
export interface WritingOptions {
  readonly format: Format;
  readonly print: PrintOptions;
}

/** Merges the plaintexts of three versions. Throws `MERGE_CONFLICT` where no text can hold what was merged. */
export function mergeDocuments(versions: Versions, options: WritingOptions): MergedDocuments {
  const documents = {
    base: 'document' in versions.base ? versions.base.document : { source: '', branches: [], notes: [] },
    ours: versions.ours.document,
    theirs: versions.theirs.document,
  };
  const strict = versions.base.kind === 'unreadable';
  return options.format.raw ? mergeBinary(documents, strict, options.format.raw) : mergeStructured(documents, strict, options);
}

function mergeStructured(documents: Three<Document>, strict: boolean, { format, print }: WritingOptions): MergedDocuments {
  const trees = eachOf(documents, ({ branches }) => branches);
  const merge = (pick: Pick): ReturnType<typeof mergeTrees> => mergeTrees(trees, { pick, strict });
  const first = merge('ours');
  const moved = strict ? [] : movedValues(trees);
  const wantedOf = (pick: Pick): readonly Mapping[] => withoutMoved((pick === 'ours' ? first : merge(pick)).branches, moved, trees[pick]);
  const texts = eachOf(documents, ({ source }) => source);
  const notes = [...first.notes];
  const conflicts = [...first.conflicts, ...moved];
  const known = knownIn([documents.base, documents.ours, documents.theirs]);
  const written = mergeTexts({ texts, wanted: wantedOf('ours'), format, print, known });
  if (written.comments > 0) conflicts.push({ path: [], what: 'the comments of both sides cannot be put together' });
  if (conflicts.length === 0 && comesBack(trees, written.document.branches))
    return { conflicts: [{ path: [], what: 'what one side removed was moved on the other' }], notes, picking: (pick) => documents[pick] };
  if (written.printed) notes.push('the text is printed afresh, since no way was found to keep the lines of both sides');
  const picking = (pick: Pick): Document | undefined => {
    if (pick === 'ours' || conflicts.length === 0) return written.document;
    const wanted = wantedOf(pick);
    const merged = attempt(() => mergeTexts({ texts, wanted, format, print, known }));
    if (merged?.printed === false && merged.comments === 0) return merged.document;
    return changeText(written.document.source, { wanted, format, known }) ?? merged?.document;
  };
  return { conflicts, notes, picking };
}

const knownIn = (documents: readonly Document[]): Known => ({
  comments: new Set(documents.flatMap(({ branches }) => branches.flatMap(commentsIn))),
  notes: new Set(documents.flatMap(({ notes }) => notes.map(({ message }) => message))),
});

/** Branches without what was moved to where the picked version has nothing. */
function withoutMoved(branches: readonly Mapping[], moved: readonly Conflict[], picked: readonly Mapping[]): readonly Mapping[] {
  return moved.reduce((changed, { path }) => {
    const [first] = path;
    const [at, below] = typeof first === 'number' ? [first, path.slice(1)] : [0, path];
    const [branch, original] = [changed[at], picked[at]];
    const isThere = branch !== undefined && nodeAt(branch, below) !== undefined;
    return isThere && (original === undefined || nodeAt(original, below) === undefined)
      ? changed.with(at, unsetNode(branch, below))
      : changed;
  }, branches);
}

function nodeAt(branch: Mapping, path: TreePath): Node | undefined {
  let node: Node | undefined = branch;
  for (const step of path) node = node?.kind === 'mapping' ? entryAt(node, step) : undefined;
  return node;
}

function entryAt(mapping: Mapping, step: PathStep): Node | undefined {
  for (const item of mapping.items) if (item.kind === 'entry' && item.key === step) return item.value;
  return undefined;
}

/** A binary file that is text is merged by its lines; any other is what one side made of it. */
function mergeBinary(documents: Three<Document>, strict: boolean, raw: NonNullable<Format['raw']>): MergedDocuments {
  const leaves = eachOf(documents, ({ branches }) => dataIn(branches));
  const whole = undisputed(eachOf(leaves, plain), sameNodes, !strict);
  if (whole !== undefined) return { conflicts: [], notes: [], picking: () => documents[whole] };
  const texts = eachOf(leaves, textOf);
  const { base, ours, theirs } = texts;
  if (strict || base === undefined || ours === undefined || theirs === undefined)
    return { conflicts: [{ path: [], what: 'the content was changed on both sides' }], notes: [], picking: (pick) => documents[pick] };
  const merge = (pick: Pick): ReturnType<typeof mergeLines> => mergeLines({ base, ours, theirs }, pick);
  const conflicts = merge('ours').conflict ? [{ path: [], what: 'the same lines were changed on both sides' }] : [];
  return { conflicts, notes: [], picking: (pick) => raw.parse(new TextEncoder().encode(merge(pick).text)) };
}

const dataIn = ([branch]: readonly Mapping[]): Leaf | undefined => {
  for (const item of branch?.items ?? []) if (item.kind === 'entry' && item.value.kind === 'leaf') return item.value;
  return undefined;
};

/** A leaf by its bytes, whether they came as text or not. */
const plain = (leaf: Leaf | undefined): Leaf | undefined =>
  leaf === undefined ? undefined : { kind: 'leaf', type: 'str', text: '', bytes: bytesOf(leaf) };

const bytesOf = ({ bytes, text }: Leaf): Uint8Array => bytes ?? new TextEncoder().encode(text);

/** Undefined for what is no text. */
function textOf(leaf: Leaf | undefined): string | undefined {
  if (leaf === undefined) return '';
  const bytes = bytesOf(leaf);
  if (bytes.includes(0)) return undefined;
  return attempt(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SopsError || error instanceof TypeError) return undefined;
    throw error;
  }
}
