import { sameBytes, utf8, wipe } from '../crypto/bytes.ts';
import { splice } from '../document/splice.ts';
import { SopsError } from '../errors.ts';
import { defaultSelection, type Metadata } from '../metadata/metadata.ts';
import { findRecord } from '../metadata/shape.ts';
import { amendKeys } from './amend-keys.ts';
import { completeGroups } from './complete-key.ts';
import { effectiveThreshold, type WantedKeys, type WrappedGroups, wrapShares } from './data-key.ts';
import { encrypt, laterVersion, layoutFor, readPlain, warningsOf } from './encrypt.ts';
import { compareGroups, isSame, leaversOf } from './group-changes.ts';
import { editableText, type OpenedFile, openSealed, plainBranches, plainText, readSealed, type SealedFile } from './open-file.ts';
import type { EncryptionSettings, Formats, Outcome, Services } from './operation.ts';
import { selectorOf } from './selector.ts';
import { wrapAgain } from './wrap-again.ts';
import { writeEncrypted } from './write-encrypted.ts';

/** What is encrypted of a file. */
export type WhatToEncrypt = Pick<EncryptionSettings, 'selection' | 'macOnlyEncrypted'>;

/** How to encrypt a plaintext as the successor of an encrypted file. */
export interface IntoOptions extends Pick<EncryptionSettings, 'layout' | 'strict'> {
  /** Of the plaintext, and of the encrypted file that was and will be; where they differ the text is printed afresh. */
  readonly formats: Formats;
  /** Whom to encrypt for; absent: whom the earlier file is encrypted for. */
  readonly keys?: WantedKeys;
  /** What to encrypt; absent: what the earlier file says. A binary file is one value, and keeps what it says. */
  readonly what?: WhatToEncrypt;
  /** What the earlier file is opened with, where that is something else than what the new one is written with: services that ask nobody, say. */
  readonly opening?: Services;
}

/** An encrypted file, and how it differs from the one it succeeds. */
export type Successor = Outcome &
  (
    | /** It is the earlier file, byte for byte. */ { readonly change: 'none' }
    | /** Master keys came, and nothing else changed: neither values nor `lastmodified` and MAC. */ { readonly change: 'keys' }
    | /** `reused`: how many values keep their ciphertext. */ { readonly change: 'values'; readonly reused: number }
    | /** It has a new data key, and nothing of the earlier file. `because` says why, without a value, to follow a colon. */ {
        readonly change: 'fresh';
        readonly because: string;
      }
  );

/**
 * Encrypts a plaintext as the successor of an encrypted file: under its data key, with the same ciphertext for what did not change, the wrapped keys of those who stay, and its
 * place for the metadata. What `decrypt` gives for `previous` comes back as `previous` itself, byte for byte; any other plaintext is what `decrypt` gives for the answer (unless
 * `layout` is `never`). A ciphertext is used again only for the same path and payload.
 *
 * Encrypts afresh, and says why, where a master key leaves, key groups or their threshold change, or the earlier file cannot be opened: no master key gives the data key here, or
 * its MAC or a value does not authenticate. No warning holds what opening told of the earlier file.
 *
 * Of `previous` throws `METADATA_NOT_FOUND`, `MALFORMED_METADATA`, `MALFORMED_DOCUMENT`; of the plaintext `MALFORMED_DOCUMENT`, `EMPTY_DOCUMENT`, `ALREADY_ENCRYPTED`,
 * `VALUE_UNSEALABLE`, `STRICT`; also `MALFORMED_PATTERN`, `NO_MASTER_KEY`, `DATA_KEY_UNWRAPPABLE`, `CANCELLED`.
 */
export async function encryptInto(
  plaintext: Uint8Array,
  previous: Uint8Array,
  options: IntoOptions,
  services: Services,
): Promise<Successor> {
  const sealed = readSealed(previous, options.formats.output, services);
  const keys = options.keys && { ...options.keys, keyGroups: await completeGroups(options.keys.keyGroups, services) };
  const wanted = { ...options, ...(keys && { keys }) };
  const file = leaving(sealed.metadata, keys, services) ?? (await opened(sealed, options.opening ?? services));
  if (typeof file === 'string') return { ...(await afresh(plaintext, sealed, wanted, services)), change: 'fresh', because: file };
  try {
    return await succeed(plaintext, { previous, file }, wanted, services);
  } finally {
    wipe(file.dataKey);
  }
}

/** Why the data key must be another one: who leaves knows it, and so does who needed no other key group. */
function leaving({ keyGroups, shamirThreshold }: Metadata, wanted: WantedKeys | undefined, { keySources }: Services): string | undefined {
  if (wanted === undefined) return undefined;
  const changes = compareGroups(keyGroups, wanted.keyGroups, keySources);
  const left = leaversOf(changes);
  if (left.length > 0) return `it is no longer for ${left.join(', ')}`;
  const { length } = wanted.keyGroups;
  const moved = keyGroups.length !== length || changes.some(({ removed }) => removed.length > 0);
  const otherThreshold = length > 1 && effectiveThreshold(shamirThreshold, length) !== effectiveThreshold(wanted.shamirThreshold, length);
  return moved || otherThreshold ? 'its key groups or their threshold change' : undefined;
}

/** What hinders opening an earlier file, and does not hinder encrypting. */
const unopenable: ReadonlyMap<string, string> = new Map([
  ['DATA_KEY_UNRECOVERABLE', 'no master key of the earlier version gives its data key here'],
  ['MAC_MISMATCH', 'the MAC of the earlier version does not fit'],
  ['VALUE_UNOPENABLE', 'a value of the earlier version does not open'],
]);

/** The file, or why it does not open. */
async function opened(sealed: SealedFile, services: Services): Promise<OpenedFile | string> {
  try {
    return await openSealed(sealed, { ignoreMac: false }, services);
  } catch (error) {
    const because = error instanceof SopsError ? unopenable.get(error.code) : undefined;
    if (because === undefined) throw error;
    return because;
  }
}

async function afresh(
  plaintext: Uint8Array,
  { metadata }: SealedFile,
  { formats, keys, what, layout, strict }: IntoOptions,
  services: Services,
): Promise<Outcome> {
  const { selection, macOnlyEncrypted } = what ?? metadata;
  const settings = { ...(keys ?? keysOf(metadata)), selection, macOnlyEncrypted, layout, strict };
  return encrypt(plaintext, formats, settings, services);
}

const keysOf = ({ keyGroups, shamirThreshold }: Metadata): WantedKeys => ({
  keyGroups: keyGroups.map((group) => group.map(({ masterKey }) => masterKey)),
  shamirThreshold: effectiveThreshold(shamirThreshold, keyGroups.length),
});

/** An encrypted file as it is, and opened. */
interface Earlier {
  readonly previous: Uint8Array;
  readonly file: OpenedFile;
}

async function succeed(plaintext: Uint8Array, { previous, file }: Earlier, options: IntoOptions, services: Services): Promise<Successor> {
  const wrapped = await wrappedFor(options.keys, file, services);
  const successor = await withWhat(file, options.what);
  const sameSelection = successor.selects === file.selects;
  const unchanged = (): Successor =>
    wrapped === undefined ? { content: previous, warnings: [], change: 'none' } : { ...amendKeys(file, wrapped, services), change: 'keys' };
  if (sameSelection && isPlaintext(plaintext, file, options.formats)) return unchanged();
  const { text, warnings } = written(plaintext, { ...successor, metadata: { ...successor.metadata, ...wrapped } }, options, services);
  // A text whose spelling has no room in the file changes nothing either.
  if (sameSelection && isSameButForMac(text, file)) return unchanged();
  return { content: utf8(text), warnings, change: 'values', reused: file.memory.recalled };
}

/** The file with what shall be encrypted of it. */
async function withWhat(file: OpenedFile, wanted: WhatToEncrypt | undefined): Promise<OpenedFile> {
  if (wanted === undefined || file.format.raw || sameWhat(wanted, file.metadata))
    return { ...file, metadata: { ...file.metadata, selection: asWritten(file) } };
  const { selection, macOnlyEncrypted } = wanted;
  return { ...file, selects: await selectorOf(selection, 'new'), metadata: { ...file.metadata, selection, macOnlyEncrypted } };
}

/** Real sops names no rule in a binary file, and old versions named none in others, which all read as if there were the usual one. */
function asWritten({ document, format, metadata: { selection } }: OpenedFile): Metadata['selection'] {
  const record = findRecord(document.branches, format.shape);
  const isNamed = record?.items.some((item) => item.kind === 'entry' && item.key === selection.by) === true;
  return isNamed || textOf(selection) !== textOf(defaultSelection) ? selection : { by: 'unencrypted_suffix', suffix: '' };
}

const sameWhat = (one: WhatToEncrypt, other: WhatToEncrypt): boolean =>
  one.macOnlyEncrypted === other.macOnlyEncrypted && textOf(one.selection) === textOf(other.selection);

const textOf = (selection: WhatToEncrypt['selection']): string =>
  JSON.stringify([selection.by, 'suffix' in selection ? selection.suffix : selection.pattern]);

/** The data key wrapped for all who shall have it; undefined where nobody comes. */
async function wrappedFor(keys: WantedKeys | undefined, file: OpenedFile, services: Services): Promise<WrappedGroups | undefined> {
  const { metadata, dataKey } = file;
  if (keys === undefined || compareGroups(metadata.keyGroups, keys.keyGroups, services.keySources).every(isSame)) return undefined;
  const { shamirThreshold } = metadata;
  if (metadata.keyGroups.length > 1) return wrapAgain(metadata, { ...keys, shamirThreshold }, services);
  return { keyGroups: await wrapShares(keys.keyGroups, [dataKey], services, metadata.keyGroups), shamirThreshold };
}

/** Whether a text is the very plaintext of a file. */
function isPlaintext(plaintext: Uint8Array, file: OpenedFile, { input, output }: Formats): boolean {
  if (input !== output) return false;
  return sameBytes(plaintext, input.raw ? input.raw.print(plainBranches(file)) : utf8(plainText(file)));
}

function written(
  plaintext: Uint8Array,
  file: OpenedFile,
  { formats, layout, strict }: IntoOptions,
  services: Services,
): { readonly text: string; readonly warnings: readonly string[] } {
  const document = readPlain(plaintext, formats.input, formats.output);
  // Printing the plaintext for an editor notes how each ciphertext stands in the text.
  if (formats.input === formats.output && !formats.input.raw) editableText(file);
  const { layout: _, ...metadata } = { ...file.metadata, version: laterVersion(file.metadata.version) };
  const draft = { document, formats, metadata, selects: file.selects, dataKey: file.dataKey, memory: file.memory };
  const made = writeEncrypted({ ...draft, previous: file.document, layout: layoutFor(document, layout) }, services);
  return { text: made.text, warnings: warningsOf(document, made, { selection: metadata.selection, strict }) };
}

/** Whether a text holds what the file holds, but for the metadata, which a layout entry would be part of. */
function isSameButForMac(text: string, { document, format, metadata, memory }: OpenedFile): boolean {
  if (memory.missed > 0 || metadata.layout !== undefined) return false;
  const now = format.parse(text);
  return splice(now.source, format.detach(now)) === splice(document.source, format.detach(document));
}
