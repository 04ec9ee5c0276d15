import { utf8, wipe } from '../crypto/bytes.ts';
import type { Format } from '../formats/format.ts';
import { encrypt, layoutFor, readPlain, sopsVersion, warningsOf } from './encrypt.ts';
import { type OpenedFile, openFile, plainBranches, plainText } from './open-file.ts';
import type { EncryptionSettings, Formats, Outcome, Services } from './operation.ts';
import { rewrite, type Rewriting } from './rewrite.ts';

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
}

/** Opens an encrypted file for editing: what does not change keeps its ciphertext (`cmd/sops/edit.go`). */
export async function startEdit(source: Uint8Array, format: Format, options: EditOptions, services: Services): Promise<EditSession> {
  const file = await openFile(source, format, options, services);
  return {
    plaintext: format.raw ? format.raw.print(plainBranches(file)) : utf8(plainText(file)),
    finish: (edited) => Promise.resolve().then(() => finish(file, edited, options, services)),
    close: () => wipe(file.dataKey),
  };
}

function finish(file: OpenedFile, edited: Uint8Array, options: EditOptions, services: Services): Outcome {
  const document = readPlain(edited, file.format, file.format);
  const successor = { ...file, memory: file.memory.copy(), metadata: { ...file.metadata, version: newer(file.metadata.version) } };
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

/** Files keep the version of the newest sops that wrote them. */
function newer(version: string): string {
  const ours = sopsVersion.split('.').map(Number);
  const theirs = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [at, part] of ours.entries()) {
    const other = theirs[at] ?? 0;
    if (Number.isNaN(other) || part > other) return sopsVersion;
    if (part < other) return version;
  }
  return version;
}
