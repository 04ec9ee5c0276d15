import { utf8 } from '../crypto/bytes.ts';
import { Nonces } from '../crypto/nonces.ts';
import { sealPayload } from '../crypto/value.ts';
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
import { openAsSops, openInPlace } from './plain-text.ts';
import { compare, openedAgain, type ReadItem, readItems } from './read-back.ts';
import { type SealedValues, sealText as sealAlone, sealValues } from './seal-values.ts';
import { type SealedText, sealText, type Writing, writings } from './sealed-text.ts';

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
  const attach = (text: string, layout?: string): string => {
    const metadata: Metadata = { ...draft.metadata, lastModified, mac, ...(layout === undefined ? {} : { layout }) };
    const record = shapeRecord(writeMetadata(metadata, keySources), draft.formats.output.shape);
    return draft.formats.output.attach(text, record, draft.formats.print, draft.previous);
  };
  const candidate = firstThatReads(draft, values, attach, (item, under) => sealAlone('comment', item.text, under, sealing));
  const layout = layoutOf(draft, values, candidate);
  const text =
    layout === undefined ? candidate.text : attach(candidate.sealed.text, sealAlone('str', layout, layoutAdditionalData, sealing));
  if (layout !== undefined) confirmLayout(text, candidate, draft.formats.output);
  return { text, values: values.values, sealedValues: values.sealedValues };
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
interface Candidate {
  readonly text: string;
  readonly sealed: SealedText;
  readonly document: Document;
  readonly branches: readonly Mapping[];
  readonly items: readonly ReadItem[];
}

type Attach = (text: string, layout?: string) => string;
type Reseal = (comment: Comment, additionalData: string) => string;

/** Writes the values in one way after the other until the text reads back with the very items that were sealed. */
function firstThatReads(draft: Draft, values: SealedValues, attach: Attach, reseal: Reseal): Candidate {
  let second: Writing | undefined;
  for (const writing of waysFor(draft)) {
    const candidate = write(draft, values, writing, attach);
    const found = candidate && compare(values.items, candidate.items);
    if (candidate && found === 'same') return candidate;
    if (found === 'comments differ') second ??= writing;
  }
  if (second === undefined)
    throw new SopsError('VALUE_UNSEALABLE', 'the encrypted document would not read back as it is: nothing was written');
  return withCommentsWhereTheyAreRead(draft, values, second, { attach, reseal });
}

function waysFor({ formats }: Draft): readonly Writing[] {
  return formats.input === formats.output ? writings : ['print'];
}

function write(draft: Draft, values: SealedValues, writing: Writing, attach: Attach): Candidate | undefined {
  const { output, print } = draft.formats;
  const sealed = sealText(draft.document, output, values.replacements, {
    writing,
    print,
    tokenFor: (ciphertext, spelled) => draft.memory.tokenFor(ciphertext, spelled),
  });
  const text = attach(sealed.text);
  try {
    const document = output.parse(text);
    const branches = withoutRecord(document.branches, output.shape);
    return { text, sealed, document, branches, items: readItems(branches, draft.selects) };
  } catch (error) {
    if (error instanceof SopsError && writing !== 'print') return undefined;
    throw error;
  }
}

/**
 * The place of the metadata or a value that became one line can change which collection go-yaml hangs a comment on. No values depend on it, but a comment
 * opens only under the path it is read at: so seal it for that path.
 */
function withCommentsWhereTheyAreRead(
  draft: Draft,
  values: SealedValues,
  writing: Writing,
  { attach, reseal }: { attach: Attach; reseal: Reseal },
): Candidate {
  const first = write(draft, values, writing, attach);
  const sources = new Map(values.items.filter(({ item }) => item.kind === 'comment').map((item) => [item.sealed.text, item]));
  for (const { item, additionalData: under } of first?.items ?? []) {
    const source = item.kind === 'comment' ? sources.get(item.text) : undefined;
    if (!source || source.item.kind !== 'comment' || source.additionalData === under || source.sealed === source.item) continue;
    values.replacements.set(source.item, { ...source.item, text: reseal(source.item, under) });
  }
  const candidate = write(draft, values, writing, attach);
  if (!candidate) throw new SopsError('VALUE_UNSEALABLE', 'the encrypted document would not read back as it is: nothing was written');
  return candidate;
}

/** The script that makes up for what decryption alone would not give back, or undefined where nothing is missing. */
function layoutOf(draft: Draft, values: SealedValues, candidate: Candidate): string | undefined {
  const { input, output } = draft.formats;
  if (draft.layout === 'never' || input !== output || input.raw) return undefined;
  const { document, branches, sealed, text } = candidate;
  const replacements = openedAgain(values.items, candidate.items);
  const opened = { document, branches, format: output, replacements };
  const { source } = draft.document;
  if (openAsSops(opened) === source) return undefined;
  const { text: printed, edits } = openInPlace(opened);
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
