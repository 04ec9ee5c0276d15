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
import { type ReadBack, readBack, sameTrees } from './read-back.ts';
import { commentPayload, type SealedValues, sealText as sealAlone, sealValues } from './seal-values.ts';
import { intoAnother, type SealedText, sealText, type Writing, writings } from './sealed-text.ts';

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
  const attach: Attach = (text, apart, layout) => {
    const metadata: Metadata = { ...draft.metadata, lastModified, mac, ...(layout === undefined ? {} : { layout }) };
    const record = shapeRecord(writeMetadata(metadata, keySources), draft.formats.output.shape);
    return draft.formats.output.attach(text, record, { ...draft.formats.print, apart }, draft.previous);
  };
  const candidate = firstThatReads(draft, values, attach, (item, under) => sealAlone('comment', commentPayload(item), under, sealing));
  const layout = layoutOf(draft, candidate);
  const text =
    layout === undefined
      ? candidate.text
      : attach(candidate.sealed.text, candidate.writing.apart, sealAlone('str', layout, layoutAdditionalData, sealing));
  if (layout !== undefined) confirmLayout(text, candidate, draft.formats.output);
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

type Attach = (text: string, apart: boolean, layout?: string) => string;
type Reseal = (comment: Comment, additionalData: string) => string;

/**
 * Writes the values in one way after the other until real sops will make the very tree of the text that was sealed.
 *
 * The place of the metadata, or a value that became one line, can change which collection go-yaml hangs a comment on. Where no way is without that, what
 * counts is what real sops would make of its own text, the last: the first way that comes to the same is taken. If that would lose comments, it is the first
 * way that keeps the most. Each comment is sealed for the path it is read at.
 */
function firstThatReads(draft: Draft, values: SealedValues, attach: Attach, reseal: Reseal): Candidate {
  const { tried, last } = tryWays(draft, values, attach);
  if (last?.same) return last;
  const chosen = last && keepsAll(last, values) ? tried.find((one) => alike(one, last)) : keeper(tried);
  const settled = chosen && settle(draft, values, chosen, { attach, reseal });
  return settled ?? unreadable();
}

/** Every way that reads back, up to the first that does so in every respect; the last way of all is undefined where it does not. */
function tryWays(
  draft: Draft,
  values: SealedValues,
  attach: Attach,
): { readonly tried: readonly Candidate[]; readonly last: Candidate | undefined } {
  const tried: Candidate[] = [];
  let last: Candidate | undefined;
  for (const writing of waysFor(draft)) {
    if (writing.apart && !last) continue;
    last = write(draft, values, writing, attach);
    if (last) tried.push(last);
    if (last?.same) break;
  }
  return { tried, last };
}

function unreadable(): never {
  throw new SopsError('VALUE_UNSEALABLE', 'the encrypted document would not read back as it is: nothing was written');
}

const waysFor = ({ formats: { input, output } }: Draft): readonly Writing[] => (input === output ? writings : intoAnother);

const keepsAll = ({ strayed, kept }: Candidate, { sealedComments }: SealedValues): boolean => strayed.size === 0 && kept === sealedComments;

const alike = (one: Candidate, other: Candidate | undefined): boolean =>
  other !== undefined && sameTrees([one.branches, one.opened], [other.branches, other.opened], true);

/** The first of the spliced texts that keeps the most comments. */
function keeper(tried: readonly Candidate[]): Candidate | undefined {
  const spliced = tried.filter(({ sealed }) => sealed.back);
  const most = Math.max(...spliced.map(({ kept }) => kept));
  return spliced.find(({ kept }) => kept === most) ?? tried.at(-1);
}

function write(draft: Draft, values: SealedValues, writing: Writing, attach: Attach): Candidate | undefined {
  const { output, print } = draft.formats;
  try {
    const sealed = sealText(draft.document, output, values.replacements, {
      writing,
      print,
      tokenFor: (ciphertext, spelled) => draft.memory.tokenFor(ciphertext, spelled),
    });
    const text = attach(sealed.text, writing.apart);
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

/** The script that makes up for what decryption alone would not give back, or undefined where nothing is missing. */
function layoutOf(draft: Draft, candidate: Candidate): string | undefined {
  const { input, output } = draft.formats;
  if (draft.layout === 'never' || input !== output || input.raw) return undefined;
  const { document, branches, sealed, text } = candidate;
  const opened = { document, branches, format: output, replacements: candidate.opened };
  const { source } = draft.document;
  const bySops = printedBySops(opened);
  if (bySops === source) return undefined;
  const { text: printed, edits } = openInPlace(opened);
  if (bySops === undefined && printed === source) return undefined;
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
