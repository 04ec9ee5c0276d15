import { utf8, wipe } from '../crypto/bytes.ts';
import { splice } from '../document/splice.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { writeMetadata } from '../metadata/codec.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { shapeRecord } from '../metadata/shape.ts';
import { type WrappedGroups, wrapDataKey, wrapShares } from './data-key.ts';
import { encrypt, laterVersion, layoutFor, readPlain, warningsOf } from './encrypt.ts';
import { editableText, type OpenedFile, openFile, plainBranches, readSealed } from './open-file.ts';
import type { EncryptionSettings, Formats, Outcome, Services } from './operation.ts';
import { rewrite, type Rewriting } from './rewrite.ts';
import { selectorOf } from './selector.ts';

/** A plaintext in an editor's hands. */
export interface EditSession {
  readonly plaintext: Uint8Array;
  /** Encrypts what came back; may be called again after it threw, with what the user made of it then. Throws `MALFORMED_DOCUMENT`, `ALREADY_ENCRYPTED`, `EMPTY_DOCUMENT`, `STRICT`. */
  finish(edited: Uint8Array): Promise<Outcome>;
  /** Forgets the data key. */
  close(): void;
}

/** How to open for editing. */
export interface EditOptions extends Rewriting {
  readonly ignoreMac: boolean;
  readonly strict: boolean;
  /** The editor gets the metadata as well, to change master keys or rules in it. */
  readonly showMasterKeys: boolean;
}

/** Opens an encrypted file for editing: what does not change keeps its ciphertext (`cmd/sops/edit.go`). */
export async function startEdit(source: Uint8Array, format: Format, options: EditOptions, services: Services): Promise<EditSession> {
  const file = await openFile(source, format, options, services);
  return {
    plaintext: textFor(file, options, services),
    finish: async (edited) => {
      if (!options.showMasterKeys) return finish(file, edited, options, services);
      const { plaintext, metadata } = await withMetadata(file, edited, services);
      const selects = await selectorOf(metadata.selection, 'new');
      return finish({ ...file, metadata, selects }, plaintext, options, services);
    },
    close: () => wipe(file.dataKey),
  };
}

function textFor(file: OpenedFile, { showMasterKeys, print }: EditOptions, { keySources }: Services): Uint8Array {
  const { format } = file;
  if (format.raw) {
    if (showMasterKeys) throw new SopsError('UNSUPPORTED', 'a binary file cannot show its master keys in the editor');
    return format.raw.print(plainBranches(file));
  }
  const { layout: _, ...metadata } = file.metadata;
  const record = shapeRecord(writeMetadata(metadata, keySources), format.shape);
  return utf8(showMasterKeys ? format.attach(editableText(file), record, print, file.document) : editableText(file));
}

/** Takes an edited text apart into values and metadata; master keys that came without a wrapped data key get one. */
async function withMetadata(
  file: OpenedFile,
  edited: Uint8Array,
  services: Services,
): Promise<{ plaintext: Uint8Array; metadata: Metadata }> {
  const { document, metadata } = readSealed(edited, file.format, services);
  const wrapped = await wrapMissing(metadata, file, services);
  return { plaintext: utf8(splice(document.source, file.format.detach(document))), metadata: { ...metadata, ...wrapped } };
}

/** With one key group as before, only who is new gets the data key; else all groups get new shares of it where anything is to be wrapped. */
async function wrapMissing(metadata: Metadata, { metadata: before, dataKey }: OpenedFile, services: Services): Promise<WrappedGroups> {
  const { keyGroups, shamirThreshold } = metadata;
  const groups = keyGroups.map((group) => group.map(({ masterKey }) => masterKey));
  const single = keyGroups.length === 1 && before.keyGroups.length === 1;
  const kept = keyGroups.map((group) => group.filter(({ wrapped }) => wrapped.trim() !== ''));
  if (single) return { keyGroups: await wrapShares(groups, [dataKey], services, kept), shamirThreshold };
  const sharedAlike = keyGroups.length === before.keyGroups.length && shamirThreshold === before.shamirThreshold;
  if (sharedAlike && keyGroups.every((group, at) => group.length === kept[at]?.length)) return { keyGroups, shamirThreshold };
  return wrapDataKey(dataKey, { keyGroups: groups, shamirThreshold }, services);
}

function finish(file: OpenedFile, edited: Uint8Array, options: EditOptions, services: Services): Outcome {
  const document = readPlain(edited, file.format, file.format);
  const successor = { ...file, memory: file.memory.copy(), metadata: { ...file.metadata, version: laterVersion(file.metadata.version) } };
  const written = rewrite(successor, document, { ...options, layout: layoutFor(document, options.layout) }, services);
  const { selection } = file.metadata;
  return {
    content: utf8(written.text),
    warnings: [...file.warnings, ...warningsOf(document, written, { selection, strict: options.strict })],
  };
}

/** A new file, from the format's example. */
export function startNew(formats: Formats, settings: EncryptionSettings, services: Services): EditSession {
  return {
    plaintext: utf8(formats.input.example),
    finish: (edited) => encrypt(edited, formats, settings, services),
    close: () => undefined,
  };
}
