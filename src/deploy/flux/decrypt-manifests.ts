import { fromBase64, fromUtf8, utf8, wipe } from '../../crypto/bytes.ts';
import type { Document, Mapping } from '../../document/tree.ts';
import { splice } from '../../document/splice.ts';
import type { Format } from '../../formats/format.ts';
import { SopsError } from '../../errors.ts';
import { readMetadata } from '../../metadata/codec.ts';
import { findRecord, withoutRecord } from '../../metadata/shape.ts';
import { decrypt } from '../../operations/decrypt.ts';
import { openSealed, type OpenedFile, plainBranches, plainText, type SealedFile } from '../../operations/open-file.ts';
import type { Services } from '../../operations/operation.ts';
import { type Answer, formatsOf } from './answer.ts';
import { attempted, type Verdict } from './decrypted.ts';
import type { Decrypted, TreeOptions } from './decrypt-source.ts';
import { type ManifestPiece, manifestPieces } from './manifest-stream.ts';
import { formatByMarker, formatByName } from './told-format.ts';
import { at, entriesIn, isNothing, manifestName, showManifest, textIn, withoutComments } from './tree-nodes.ts';

/** The annotation that keeps the controller from decrypting a manifest. */
const annotation = 'kustomize.toolkit.fluxcd.io/decrypt';

export const isOptedOut = (branch: Mapping): boolean =>
  textIn(at(branch, 'metadata', 'annotations', annotation)).toLowerCase() === 'disabled';

/** Whether the controller takes a manifest for encrypted (`isSOPSEncryptedResource`). */
export const isSealedManifest = (branch: Mapping): boolean => !isNothing(at(branch, 'sops')) && !isNothing(at(branch, 'sops', 'mac'));

/**
 * Decrypts a stream of manifests, as the controller does after the build (`DecryptResource`): each that has `.sops` and `.sops.mac`, and in every other Secret those entries of `data`
 * whose bytes are an encrypted file. All else stays as it is, byte for byte.
 */
export async function decryptManifests(
  content: Uint8Array,
  where: Pick<Answer, 'file' | 'named'>,
  options: TreeOptions,
): Promise<Decrypted> {
  const text = fromUtf8(content);
  if (text === undefined)
    return { answers: [{ ...where, stage: 'after the build', outcome: 'failed', reason: 'broken', message: 'it is not UTF-8' }] };
  const pieces = manifestPieces(text);
  const whole = ofOneFile(text, pieces);
  const results: PieceResult[] = [];
  for (const one of whole === undefined ? pieces : [whole]) results.push(await decryptPiece(one, where, options));
  const decrypted = results.map((result) => result.text).join('');
  const answers = results.flatMap((result) => result.answers);
  return { answers: whole === undefined ? answers : forEach(pieces, answers), ...(decrypted === text ? {} : { content: utf8(decrypted) }) };
}

/** Documents that sops encrypted as one file, which has one MAC and decrypts to the bytes that it was made of: taken as one. */
function ofOneFile(text: string, pieces: readonly ManifestPiece[]): ManifestPiece | undefined {
  const [first] = pieces;
  const mac = textIn(at(first?.document?.branches[0], 'sops', 'mac'));
  if (first?.document === undefined || pieces.length < 2 || mac === '') return undefined;
  const alike = pieces.every(({ document }) => {
    const branch = document?.branches[0];
    return branch !== undefined && isSealedManifest(branch) && !isOptedOut(branch) && textIn(at(branch, 'sops', 'mac')) === mac;
  });
  if (!alike) return undefined;
  const document = first.format.parse(text);
  const [branch, ...more] = document.branches;
  return branch && { ...first, text, document: { ...document, branches: [branch, ...more] } };
}

/** What is true of the file is true of each of its manifests. */
const forEach = (pieces: readonly ManifestPiece[], answers: readonly Answer[]): readonly Answer[] =>
  pieces.flatMap(({ document }) =>
    document === undefined ? [] : answers.map((answer) => ({ ...answer, part: showManifest(document.branches[0]) })),
  );

/** A piece that was read. */
type SealedPiece = Pick<ManifestPiece, 'text' | 'format'> & { readonly document: Document };

interface PieceResult {
  readonly text: string;
  readonly answers: readonly Answer[];
}

async function decryptPiece(piece: ManifestPiece, where: Pick<Answer, 'file' | 'named'>, options: TreeOptions): Promise<PieceResult> {
  const { text, document, error } = piece;
  const answer = (verdict: Omit<Answer, 'file' | 'named' | 'stage'>): Answer => ({ ...where, stage: 'after the build', ...verdict });
  if (error !== undefined) {
    const message = `it cannot be read: ${error.message}`;
    return { text, answers: [answer({ outcome: 'failed', reason: 'broken', message })] };
  }
  if (document === undefined) return { text, answers: [] };
  const [branch] = document.branches;
  const part = showManifest(branch);
  if (isOptedOut(branch)) {
    const message = `its annotation ${annotation} says that it is not to be decrypted`;
    return { text, answers: [answer({ part, outcome: 'left', reason: 'opted-out', message })] };
  }
  if (isSealedManifest(branch))
    return decryptWhole({ text, format: piece.format, document }, (verdict) => answer({ part, ...verdict }), options);
  const result =
    manifestName(branch).kind === 'Secret'
      ? await decryptEntries(document, piece.format, (verdict) => answer({ ...verdict, part: `${part}, ${verdict.part ?? ''}` }), options)
      : undefined;
  if (result !== undefined && result.answers.length > 0) return result;
  return { text, answers: [answer({ part, outcome: 'left', reason: 'in-clear', message: 'it is not encrypted' })] };
}

type Answering = (verdict: Omit<Answer, 'file' | 'named' | 'stage'>) => Answer;

async function decryptWhole(piece: SealedPiece, answer: Answering, { keyring, checkMac }: TreeOptions): Promise<PieceResult> {
  const { text, format } = piece;
  const result = await attempted(async (note) => {
    const services = keyring.services(note);
    const sealed = sealedOf(piece, services);
    if (sealed.metadata.selection.by.endsWith('_comment_regex'))
      return { byComments: true, content: await openWithoutComments(sealed, services) };
    return { byComments: false, content: await opened(sealed, !checkMac, services, plainText) };
  });
  if ('refused' in result) return { text, answers: [answer(result.refused)] };
  const { content: made, keys } = result;
  if (made.byComments) {
    const message =
      'its file chooses values by comments, which do not survive the build: Flux takes its sops off, and leaves the ciphertext';
    const hint = 'choose values with encrypted_regex';
    return { text: made.content, answers: [answer({ outcome: 'left', reason: 'comment-rule', message, hint, keys })] };
  }
  const message = 'decrypted after the build, as a whole';
  return { text: made.content, answers: [answer({ outcome: 'decrypted', reason: 'resource', message, format: format.name, keys })] };
}

/** The documents were parsed already. Throws `METADATA_NOT_FOUND`, `MALFORMED_METADATA`. */
function sealedOf({ document, format }: SealedPiece, { keySources }: Services): SealedFile {
  const record = findRecord(document.branches, format.shape);
  if (record === undefined) throw new SopsError('METADATA_NOT_FOUND', 'sops metadata not found');
  return { document, metadata: readMetadata(record, keySources), branches: withoutRecord(document.branches, format.shape), format };
}

// oxlint-disable-next-line max-params -- what, how, with which keys, and what for
async function opened<T>(sealed: SealedFile, ignoreMac: boolean, services: Services, use: (file: OpenedFile) => T): Promise<T> {
  const file = await openSealed(sealed, { ignoreMac, readOnly: true }, services);
  try {
    return use(file);
  } finally {
    wipe(file.dataKey);
  }
}

/** What the controller has of a built manifest is JSON, without comments: a rule that goes by them finds none. */
async function openWithoutComments(sealed: SealedFile, services: Services): Promise<string> {
  const branches = sealed.branches.map(withoutComments);
  const start = sealed.document.source.startsWith('---') ? '---\n' : '';
  return opened({ ...sealed, branches }, true, services, (file) => `${start}${sealed.format.print(plainBranches(file), { indent: 2 })}`);
}

/** Entries of `data` whose bytes have a marker. */
async function decryptEntries(document: Document, format: Format, answer: Answering, options: TreeOptions): Promise<PieceResult> {
  const answers: Answer[] = [];
  let text = document.source;
  for (const { key, value } of entriesIn(at(document.branches[0], 'data'))) {
    const bytes = value.kind === 'leaf' ? fromGoBase64(value.text) : undefined;
    const entry = bytes && (await decryptEntry(bytes, key, options));
    if (entry === undefined) continue;
    answers.push(answer({ part: `data entry ${key}`, ...entry.verdict }));
    if (entry.content === undefined) continue;
    const encoded = { kind: 'leaf', type: 'str', text: toBase64(entry.content) } as const;
    text = splice(text, format.set(format.parse(text), ['data', key], encoded));
  }
  return { text, answers };
}

/** Decrypts an entry of a Secret, read in the format of its marker and given out in that of its name; undefined where it has no marker. */
export async function decryptEntry(
  bytes: Uint8Array,
  key: string,
  { keyring, checkMac }: TreeOptions,
): Promise<{ readonly verdict: Verdict; readonly content?: Uint8Array } | undefined> {
  const input = formatByMarker(bytes);
  if (input === undefined) return undefined;
  const output = formatByName(key);
  const result = await attempted(async (note) => {
    const outcome = await decrypt(bytes, { input, output, print: {} }, { ignoreMac: !checkMac }, keyring.services(note));
    return outcome.content;
  });
  if ('refused' in result) return { verdict: { ...result.refused, ...formatsOf(input, output) } };
  const message = `decrypted after the build: ${input.name} by its marker, given out as ${output.name} by its name`;
  return {
    verdict: { outcome: 'decrypted', reason: 'data-entry', message, ...formatsOf(input, output), keys: result.keys },
    content: result.content,
  };
}

/** As Go decodes base64: line breaks are passed over, and all else must be as it should. */
export const fromGoBase64 = (text: string): Uint8Array | undefined => fromBase64(text.replaceAll(/[\r\n]/g, ''));

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
