import { utf8 } from '../crypto/bytes.ts';
import { Nonces } from '../crypto/nonces.ts';
import { type Opening, openPayload, sealPayload } from '../crypto/value.ts';
import { moved, splice } from '../document/splice.ts';
import type { Comment, Document, Mapping } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import type { KeySource } from '../keysources/keysource.ts';
import { writeMetadata } from '../metadata/codec.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Selector } from '../metadata/selection.ts';
import { findRecord, shapeRecord, withoutRecord } from '../metadata/shape.ts';
import type { Context } from '../ports.ts';
import { between, layoutAdditionalData, printLayout } from './layout.ts';
import type { CiphertextMemory } from './memory.ts';
import { openValues } from './open-values.ts';
import { openInPlace, printedBySops } from './plain-text.ts';
import { type ReadBack, readBack } from './read-back.ts';
import { holds, shownComments, sizeOf } from './shown-comments.ts';
import { commentPayload, type SealedValues, sealText as sealAlone, sealValues } from './seal-values.ts';
import { intoAnother, type SealedText, sealText, type Writing, writings } from './sealed-text.ts';
import { substituteMapping } from './substitute.ts';

/** A document to encrypt, and all it takes. */
export interface Draft {
  readonly document: Document;
  /** Of the document and of the encrypted text; where they differ the text is printed afresh, without a layout. */
  readonly formats: { readonly input: Format; readonly output: Format; readonly print: PrintOptions };
  /** All but what encryption itself makes. */
  readonly metadata: Omit<Metadata, 'mac' | 'lastModified' | 'layout'>;
  readonly selects: Selector;
  readonly dataKey: Uint8Array;
  readonly memory: CiphertextMemory;
  /** The encrypted document that this one succeeds. */
  readonly previous?: Document;
  /** Whether decryption printed that one otherwise than it was shown to be changed: it need not print this one as shown. */
  readonly movesComments?: () => boolean;
  readonly layout: 'auto' | 'never';
}

/** The encrypted text, and how many of its values are ciphertext. */
export interface Written {
  readonly text: string;
  readonly values: number;
  readonly sealedValues: number;
}

/** What writing needs of the world. */
export interface WritingServices {
  readonly keySources: readonly KeySource[];
  readonly context: Pick<Context, 'now' | 'random'>;
}

/**
 * Encrypts a document and checks what it made: the text is read again as real sops reads it, must hold the very values sealed, and must decrypt to the
 * source, if need be with the layout entry. Throws `VALUE_UNSEALABLE`.
 */
export function writeEncrypted(draft: Draft, { keySources, context }: WritingServices): Written {
  const nonces = new Nonces(context.random);
  const { macOnlyEncrypted } = draft.metadata;
  const sealing = { dataKey: draft.dataKey, selects: draft.selects, macOnlyEncrypted, memory: draft.memory, nonces };
  const values = sealValues(draft.document.branches, sealing);
  keepRepresentable(draft.document, values);
  const lastModified = `${context.now().toISOString().slice(0, 19)}Z`;
  const mac = sealPayload(draft.dataKey, nonces.next(), { type: 'str', bytes: utf8(values.mac) }, lastModified);
  const { output, print } = draft.formats;
  const attach: Attach = ({ text, branches }, apart, layout) => {
    const metadata: Metadata = { ...draft.metadata, lastModified, mac, ...(layout === undefined ? {} : { layout }) };
    const record = shapeRecord(writeMetadata(metadata, keySources), output.shape);
    return (branches && output.printSealed?.(branches, record, print)) ?? output.attach(text, record, { ...print, apart }, draft.previous);
  };
  const candidate = firstThatReads(draft, values, attach, (item, under) => sealAlone('comment', commentPayload(item), under, sealing));
  const layout = layoutOf(draft, candidate);
  const text =
    layout === undefined
      ? candidate.text
      : attach(candidate.sealed, candidate.writing.apart, sealAlone('str', layout, layoutAdditionalData, sealing));
  if (layout !== undefined) confirmLayout(text, candidate, output);
  if (values.values <= mostToDecipher) confirmMac(draft, values, candidate.branches);
  return { text, values: values.values, sealedValues: values.sealedValues };
}

/** Reading back compares every value as it stands; up to this many are deciphered as well, which costs as much again as sealing them. */
const mostToDecipher = 5000;

/** Deciphers what will be written: it must give the very MAC that will be written beside it. */
function confirmMac({ dataKey, selects, metadata }: Draft, values: SealedValues, branches: readonly Mapping[]): void {
  const open = (ciphertext: string, under: string): Opening => openPayload(dataKey, ciphertext, under);
  const { mac } = openValues(branches, { selects, macOnlyEncrypted: metadata.macOnlyEncrypted, open });
  if (mac !== values.mac) unreadable();
}

/** A number that real sops refuses to read in clear stands there as the float it can read; its own spelling is for the layout entry. */
function keepRepresentable(document: Document, { items, replacements }: SealedValues): void {
  if (document.notes.length === 0) return;
  const noted = new Set(document.notes.map(({ span }) => span.start));
  for (const { item, sealed } of items) {
    if (item !== sealed || item.kind !== 'leaf' || item.type !== 'float' || !item.slot || !noted.has(item.slot.start)) continue;
    const { spelling: _, ...plain } = item;
    replacements.set(item, plain);
  }
}

/** A finished text, read again. */
interface Candidate extends ReadBack {
  readonly text: string;
  readonly writing: Writing;
  readonly sealed: SealedText;
  readonly document: Document;
  readonly branches: readonly Mapping[];
}

type Attach = (sealed: SealedText, apart: boolean, layout?: string) => string;
type Reseal = (comment: Comment, additionalData: string) => string;

/**
 * Writes the values in one way after the other until real sops makes the very tree of the text that was sealed, and prints all comments of it when it decrypts.
 *
 * The place of the metadata, or a value that became one line, can change which collection go-yaml hangs a comment on, and where two comments meet go-yaml prints
 * but one. Where no way is without that, what counts is what real sops would make of its own text, the last way. Each comment is sealed for the path it is read at.
 */
function firstThatReads(draft: Draft, values: SealedValues, attach: Attach, reseal: Reseal): Candidate {
  const tried: Candidate[] = [];
  for (const writing of waysFor(draft)) {
    if (!isOfUse(writing, tried)) continue;
    const candidate = write(draft, values, writing, attach);
    if (candidate?.same && keepsComments(draft, candidate)) return candidate;
    if (candidate) tried.push(candidate);
  }
  const settled = tried.flatMap((one) => settle(draft, values, one, { attach, reseal }) ?? []);
  return mostKept(draft, settled) ?? unreadable();
}

/** Setting the metadata apart helps where all but the comments was right, and where the tree is right already only a text printed afresh can come to another. */
const isOfUse = ({ by, apart }: Writing, tried: readonly Candidate[]): boolean =>
  by === 'printing' || (tried.at(-1)?.same !== true && !(apart && tried.length === 0));

function unreadable(): never {
  throw new SopsError('VALUE_UNSEALABLE', 'the encrypted document would not read back as it is: nothing was written');
}

const waysFor = ({ formats: { input, output } }: Draft): readonly Writing[] => (input === output ? writings : intoAnother);

const openedBranches = ({ branches, opened }: Candidate): readonly Mapping[] => branches.map((branch) => substituteMapping(branch, opened));

const keepsComments = ({ formats: { output } }: Draft, candidate: Candidate): boolean =>
  candidate.kept === 0 || (output.lostComments?.(openedBranches(candidate)) ?? []).length === 0;

/**
 * The first candidate that comes to what real sops would make of its own text, the last; or one that is right but for comments without room, where real sops
 * would lose the same and more.
 */
function mostKept({ formats: { output, print } }: Draft, tried: readonly Candidate[]): Candidate | undefined {
  if (tried.length < 2) return tried[0];
  const judged = tried.map((candidate) => {
    const branches = openedBranches(candidate);
    return { candidate, text: output.print(branches, print), shown: shownComments(branches, output) };
  });
  const last = judged.at(-1);
  if (last?.candidate.writing.by !== 'printing')
    return judged.toSorted((one, other) => sizeOf(other.shown) - sizeOf(one.shown))[0]?.candidate;
  const right = judged.find(({ candidate, shown }) => candidate.same && sizeOf(shown) > sizeOf(last.shown) && holds(shown, last.shown));
  return (right ?? judged.find(({ text }) => text === last.text) ?? last).candidate;
}

function write(draft: Draft, values: SealedValues, writing: Writing, attach: Attach): Candidate | undefined {
  const { output, print } = draft.formats;
  try {
    const sealed = sealText(draft.document, output, values.replacements, {
      writing,
      print,
      tokenFor: (ciphertext, spelled) => draft.memory.tokenFor(ciphertext, spelled),
    });
    const text = attach(sealed, writing.apart);
    const document = output.parse(text);
    const branches = withoutRecord(document.branches, output.shape);
    const read = readBack(draft.document.branches, values.items, branches, draft.selects);
    return read && { text, writing, sealed, document, branches, ...read };
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/** The same text with each comment sealed for the path that it is read at. */
function settle(
  draft: Draft,
  values: SealedValues,
  candidate: Candidate,
  { attach, reseal }: { readonly attach: Attach; readonly reseal: Reseal },
): Candidate | undefined {
  const { strayed, writing } = candidate;
  if (strayed.size === 0) return candidate;
  const replacements = new Map(values.replacements);
  const items = values.items.map((one) => {
    const under = one.item.kind === 'comment' ? strayed.get(one.item) : undefined;
    if (under === undefined || one.item.kind !== 'comment') return one;
    const sealed = { ...one.item, text: reseal(one.item, under) };
    replacements.set(one.item, sealed);
    return { ...one, sealed, additionalData: under };
  });
  return write(draft, { ...values, items, replacements }, writing, attach);
}

const mayHaveLayout = ({ layout, formats: { input, output } }: Draft): boolean => layout !== 'never' && input === output && !input.raw;

/** The script that makes up for what decryption alone would not give back, or undefined where nothing is missing. */
function layoutOf(draft: Draft, candidate: Candidate): string | undefined {
  const { output } = draft.formats;
  if (!mayHaveLayout(draft)) return undefined;
  const { document, branches, sealed, text } = candidate;
  const opened = { document, branches, format: output, replacements: candidate.opened };
  const { source } = draft.document;
  const bySops = printedBySops(opened);
  if (bySops === source) return undefined;
  const { text: printed, edits } = openInPlace(opened);
  if (printed === source && (bySops === undefined || draft.movesComments?.() === true)) return undefined;
  const removals = output.detach(document);
  const base = splice(text, removals);
  return printLayout(printed, source, sealed.back && base === sealed.text ? between(base, moved(edits, removals), sealed.back) : []);
}

/** The layout entry itself must not have changed what the rest of the file says. */
function confirmLayout(text: string, { sealed, document: first }: Candidate, format: Format): void {
  const document = format.parse(text);
  const firstBase = splice(first.source, format.detach(first));
  if (findRecord(document.branches, format.shape) && splice(text, format.detach(document)) === firstBase) return;
  throw new SopsError(
    'VALUE_UNSEALABLE',
    `the layout entry does not fit into the document of ${sealed.text.length} characters: nothing was written`,
  );
}
