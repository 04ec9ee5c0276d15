import { utf8, wipe } from '../../crypto/bytes.ts';
import { splice } from '../../document/splice.ts';
import { printable, SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { formatOfSealed } from '../../formats/told.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import { openFile, plainBranches, plainText, readSealed, type SealedFile } from '../../operations/open-file.ts';
import type { Services } from '../../operations/operation.ts';
import { fingerprint, withFingerprints } from './fingerprint.ts';
import { metadataLines } from './metadata-lines.ts';

/** What it takes to show a file. */
export interface Showing extends Services {
  /** What people call a master key, by its name. */
  readonly called: (name: string) => string | undefined;
  /** Told before plaintext is given out; where it throws, none is. */
  readonly opened: () => Promise<void>;
  /** Leaves out what is said of the metadata. */
  readonly contentOnly?: true;
  /** Told of a file that no key opens. */
  readonly closed: (metadata: Metadata) => Promise<void>;
}

/** What is said above a file. */
const noteMark = '# sopsmith:';

/**
 * A version of a file as Git shall show it. An encrypted one is decrypted; where it does not open, its ciphertexts are cut down to fingerprints, which show what changed. Below stands
 * what of the metadata a reader of diffs wants to know, above what is wrong with the file. The same version always gives the same text.
 * What is not encrypted, or cannot be read, comes back as it is; of what is no text only a fingerprint comes. Never throws for anything that a file can hold.
 * @param name its name, or a path that ends in it
 */
export async function showFile(name: string, content: Uint8Array, showing: Showing): Promise<Uint8Array> {
  const format = mayBeSealed(content) ? formatOfSealed(name, content) : undefined;
  const sealed = format === undefined ? undefined : readIfSealed(content, format, showing);
  if (format === undefined || sealed === undefined) return textual(content);
  try {
    return await shown(content, sealed, false, showing);
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    if (error.code === 'DATA_KEY_UNRECOVERABLE') await showing.closed(sealed.metadata);
    return error.code === 'MAC_MISMATCH' ? unverified(content, sealed, error, showing) : closed(sealed, error, showing);
  }
}

/** A file whose MAC does not fit. Each value in it authenticates on its own. */
async function unverified(
  content: Uint8Array,
  sealed: SealedFile,
  { message, details: { path } }: SopsError,
  showing: Showing,
): Promise<Uint8Array> {
  const note = path === undefined || message.includes(path) ? message : `${path}: ${message}`;
  try {
    return joined([`${noteMark} ${printable(note)}`], await shown(content, sealed, true, showing), []);
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    return closed(sealed, error, showing);
  }
}

async function shown(content: Uint8Array, { format }: SealedFile, ignoreMac: boolean, showing: Showing): Promise<Uint8Array> {
  const file = await openFile(content, format, { ignoreMac, readOnly: true }, showing);
  try {
    await showing.opened();
    const plain = format.raw ? format.raw.print(plainBranches(file)) : utf8(plainText(file));
    return joined([], textual(plain), linesBelow(file.metadata, { ...showing, dataKey: file.dataKey }));
  } finally {
    wipe(file.dataKey);
  }
}

const linesBelow = (metadata: Metadata, showing: Showing & { readonly dataKey?: Uint8Array }): readonly string[] =>
  showing.contentOnly ? [] : metadataLines(metadata, showing);

/** A file that does not open here. */
function closed({ document, format, metadata }: SealedFile, error: SopsError, showing: Showing): Uint8Array {
  const noKey = error.code === 'DATA_KEY_UNRECOVERABLE';
  const place = error.details.path === undefined ? '' : ` (${error.details.path})`;
  const why = noKey ? 'no key here opens this version; those that do stand at the end' : `${error.message}${place}`;
  const text = withFingerprints(splice(document.source, format.detach(document)));
  const notes = [`${noteMark} ${printable(why)}`, `${noteMark} encrypted values are shown as fingerprints`];
  return joined(notes, utf8(text), linesBelow(metadata, showing));
}

const decoder = new TextDecoder();

/** The quickest way to see that a file is none of ours. */
function mayBeSealed(content: Uint8Array): boolean {
  const text = decoder.decode(content);
  return text.includes('sops') && text.includes('ENC[AES256_GCM,');
}

/** Undefined for what is not encrypted, and for what cannot be read: conflict markers, half a file. */
function readIfSealed(content: Uint8Array, format: Format, showing: Showing): SealedFile | undefined {
  try {
    return readSealed(content, format, showing);
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

/** How far Git looks for a zero byte to tell binary files from text. */
const looked = 8000;

/** Git takes all that it is shown so for text: what it would not print itself is named only. */
function textual(content: Uint8Array): Uint8Array {
  if (!content.subarray(0, looked).includes(0)) return content;
  return utf8(`${noteMark} a binary file of ${content.length} bytes, fingerprint ${fingerprint(content)}\n`);
}

function joined(above: readonly string[], content: Uint8Array, below: readonly string[]): Uint8Array {
  const open = content.length > 0 && content.at(-1) !== 10 && below.length > 0;
  const [head, tail] = [utf8(lines(above)), utf8(`${open ? '\n' : ''}${lines(below)}`)];
  const whole = new Uint8Array(head.length + content.length + tail.length);
  whole.set(head);
  whole.set(content, head.length);
  whole.set(tail, head.length + content.length);
  return whole;
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
