import { openPayload } from '../crypto/value.ts';
import { fromUtf8, wipe } from '../crypto/bytes.ts';
import type { Document, Mapping } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { readMetadata } from '../metadata/codec.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Selector } from '../metadata/selection.ts';
import { findRecord, withoutRecord } from '../metadata/shape.ts';
import { recoverDataKey } from './recover-data-key.ts';
import { applyLayout, layoutAdditionalData } from './layout.ts';
import { explainMac } from './explain-mac.ts';
import { CiphertextMemory } from './memory.ts';
import { type OpenedValues, openValues } from './open-values.ts';
import type { Services } from './operation.ts';
import { openAsSops, openInPlace, type OpenedText } from './plain-text.ts';
import { selectorOf } from './selector.ts';
import { substituteMapping } from './substitute.ts';
import { decodeText } from './text.ts';

/** An encrypted file, parsed but not opened. */
export interface SealedFile {
  readonly document: Document;
  readonly metadata: Metadata;
  /** Without the metadata. */
  readonly branches: readonly Mapping[];
  readonly format: Format;
}

/** An encrypted file, opened and checked. */
export interface OpenedFile extends SealedFile {
  readonly selects: Selector;
  /** To be wiped when done. */
  readonly dataKey: Uint8Array;
  readonly memory: CiphertextMemory;
  readonly opened: OpenedValues;
  readonly warnings: readonly string[];
}

/** Reads an encrypted file without any key. Throws `METADATA_NOT_FOUND`, `MALFORMED_METADATA`, `MALFORMED_DOCUMENT`. */
export function readSealed(source: Uint8Array, format: Format, { keySources }: Pick<Services, 'keySources'>): SealedFile {
  const document = format.parse(decodeText(source));
  const record = findRecord(document.branches, format.shape);
  if (!record)
    throw new SopsError('METADATA_NOT_FOUND', 'sops metadata not found', {
      hint: 'the file is not encrypted, or not in the format its name or --input-type says',
    });
  return { document, metadata: readMetadata(record, keySources), branches: withoutRecord(document.branches, format.shape), format };
}

/** How to open. */
export interface OpenOptions {
  readonly ignoreMac: boolean;
  /** The file is only read: its ciphertexts need not be remembered for writing it again. */
  readonly readOnly?: boolean;
}

/** Opens an encrypted file: data key, values, MAC. Nothing is given out before the MAC agrees, unless it is to be ignored. */
export async function openFile(source: Uint8Array, format: Format, options: OpenOptions, services: Services): Promise<OpenedFile> {
  return openSealed(readSealed(source, format, services), options, services);
}

/** Opens an encrypted file that was read. Throws `DATA_KEY_UNRECOVERABLE`, `VALUE_UNOPENABLE`, `MAC_MISMATCH`, `CANCELLED`. */
export async function openSealed(sealed: SealedFile, options: OpenOptions, services: Services): Promise<OpenedFile> {
  return openWith(await recoverDataKey(sealed.metadata, services), sealed, options);
}

/** Opens an encrypted file that was read with its data key, which is wiped where that fails. Throws `VALUE_UNOPENABLE`, `MAC_MISMATCH`. */
export async function openWith(dataKey: Uint8Array, sealed: SealedFile, options: OpenOptions): Promise<OpenedFile> {
  try {
    const selects = await selectorOf(sealed.metadata.selection, 'read');
    return { ...sealed, selects, dataKey, ...openAll(sealed, selects, dataKey, options) };
  } catch (error) {
    wipe(dataKey);
    throw error;
  }
}

function openAll(
  { metadata, branches }: SealedFile,
  selects: Selector,
  dataKey: Uint8Array,
  { ignoreMac, readOnly = false }: OpenOptions,
): Pick<OpenedFile, 'memory' | 'opened' | 'warnings'> {
  const memory = new CiphertextMemory();
  const opened = openValues(branches, {
    selects,
    macOnlyEncrypted: metadata.macOnlyEncrypted,
    open: (ciphertext, under) => openPayload(dataKey, ciphertext, under),
    ...(readOnly ? {} : { opened: (ciphertext, under, text, payload) => memory.remember(ciphertext.trimEnd(), under, text, payload) }),
  });
  if (!ignoreMac) checkMac(metadata, opened, dataKey, branches);
  const warnings =
    opened.clearComments > 0 ? [`${opened.clearComments} comments are in clear: an older sops, or somebody by hand, left them so`] : [];
  return { memory, opened, warnings };
}

function checkMac(metadata: Metadata, opened: OpenedValues, dataKey: Uint8Array, branches: readonly Mapping[]): void {
  const stored = openText(dataKey, metadata.mac, metadata.lastModified);
  if (stored === opened.mac) return checkLayout(metadata, dataKey);
  if (stored === undefined) {
    const what =
      metadata.mac === '' ? 'the file has no MAC' : 'the MAC is not one made with the data key of this file, at its `lastmodified`';
    throw new SopsError('MAC_MISMATCH', `MAC mismatch: ${what}`, {
      hint: 'restore the file from version control, or decrypt it with --ignore-mac if you trust it',
    });
  }
  throw explainMac(stored, metadata.macOnlyEncrypted, branches, opened.replacements);
}

/** A text that is sealed in the metadata; undefined for anything that does not authenticate as one. */
function openText(dataKey: Uint8Array, ciphertext: string, under: string): string | undefined {
  const opening = openPayload(dataKey, ciphertext, under);
  return 'payload' in opening && opening.payload.type === 'str' ? fromUtf8(opening.payload.bytes) : undefined;
}

/** The layout entry is not under the MAC, but whoever wrote it had the data key. What it says holds for one plaintext only: see `layout.ts`. */
function checkLayout({ layout }: Metadata, dataKey: Uint8Array): void {
  if (layout === undefined || openText(dataKey, layout, layoutAdditionalData) !== undefined) return;
  throw new SopsError('MAC_MISMATCH', 'the layout entry of the metadata was changed, or is of another file: it does not authenticate', {
    path: 'sops.layout',
    hint: 'restore it from version control, or remove it: the file then decrypts to the spelling that real sops prints',
  });
}

/** The plaintext as text, with the spelling the source had where the layout entry knows it; only for formats whose plain form is text. */
export function plainText(file: OpenedFile): string {
  return file.metadata.layout === undefined ? openAsSops(textOf(file)) : laidOut(file, openInPlace(textOf(file)).text);
}

/** Whether the plaintext to be changed is not what decryption prints, for want of a layout entry: real sops wrote the file, and moves comments. */
export const movesComments = (file: OpenedFile): boolean =>
  file.metadata.layout === undefined && openAsSops(textOf(file)) !== openInPlace(textOf(file)).text;

/** The plaintext to be changed and sealed again: everything in its place, so that what does not change can be written as it was. */
export function editableText(file: OpenedFile): string {
  const { document, memory } = file;
  const { text } = openInPlace(textOf(file), (item, { span, text: shown }) => {
    // An item of a list that holds a comment gives way with its dash.
    const whole = item.kind === 'leaf' && span.start <= (item.slot?.start ?? -1) && span.end === item.slot?.end;
    if (whole) memory.noteToken(item.text, { written: document.source.slice(span.start, span.end), shown });
  });
  return laidOut(file, text);
}

const textOf = ({ document, branches, format, opened }: OpenedFile): OpenedText => ({
  document,
  branches,
  format,
  replacements: opened.replacements,
});

/** What decryption printed, with the layout entry applied where there is one that fits. */
function laidOut({ metadata, dataKey }: OpenedFile, printed: string): string {
  if (metadata.layout === undefined) return printed;
  const script = openText(dataKey, metadata.layout, layoutAdditionalData);
  return (script === undefined ? undefined : applyLayout(script, printed)) ?? printed;
}

/** The opened tree. */
export const plainBranches = ({ branches, opened }: OpenedFile): readonly Mapping[] =>
  branches.map((branch) => substituteMapping(branch, opened.replacements));
