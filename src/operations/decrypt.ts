import { utf8, wipe } from '../crypto/bytes.ts';
import type { TreePath } from '../document/path.ts';
import { getNode } from '../document/change.ts';
import type { Mapping } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import { type OpenedFile, openFile, openSealed, plainBranches, plainText, type SealedFile } from './open-file.ts';
import type { Formats, Outcome, Services } from './operation.ts';

/** How to decrypt. */
export interface DecryptOptions {
  readonly ignoreMac: boolean;
  /** Only what stands there. */
  readonly extract?: TreePath;
}

/**
 * Decrypts a file. In its own format it comes back byte for byte; in another it is printed as real sops prints it.
 * Throws `METADATA_NOT_FOUND`, `DATA_KEY_UNRECOVERABLE`, `VALUE_UNOPENABLE`, `MAC_MISMATCH`, `PATH_NOT_FOUND`, `UNPRINTABLE_DOCUMENT`.
 */
export async function decrypt(source: Uint8Array, formats: Formats, options: DecryptOptions, services: Services): Promise<Outcome> {
  const file = await openFile(source, formats.input, { ...options, readOnly: true }, services);
  try {
    return { content: contentOf(file, formats, options.extract), warnings: file.warnings };
  } finally {
    wipe(file.dataKey);
  }
}

/** The plaintext of an encrypted file that was read, in its own format: what {@link decrypt} gives. Throws `DATA_KEY_UNRECOVERABLE`, `VALUE_UNOPENABLE`, `MAC_MISMATCH`. */
export async function decryptSealed(sealed: SealedFile, services: Services): Promise<Uint8Array> {
  const file = await openSealed(sealed, { ignoreMac: false, readOnly: true }, services);
  try {
    return contentOf(file, { input: file.format, output: file.format, print: {} });
  } finally {
    wipe(file.dataKey);
  }
}

function contentOf(file: OpenedFile, { input, output, print }: Formats, extract?: TreePath): Uint8Array {
  if (extract && extract.length > 0) return extracted(plainBranches(file), extract, output, print);
  if (input === output && !input.raw) return utf8(plainText(file));
  return printBranches(plainBranches(file), output, print);
}

function printBranches(branches: readonly Mapping[], format: Format, print: PrintOptions): Uint8Array {
  return format.raw ? format.raw.print(branches) : utf8(format.print(branches, print));
}

/** A text comes raw, a mapping as a file of its own, all else as one value (`cmd/sops/decrypt.go`, extract). */
function extracted(branches: readonly Mapping[], path: TreePath, format: Format, print: PrintOptions): Uint8Array {
  const [first, ...rest] = branches;
  const node = first && getNode(first, path);
  if (!node) throw new SopsError('PATH_NOT_FOUND', 'there is no document to extract from');
  if (node.kind === 'mapping') return printBranches([node, ...rest], format, print);
  if (node.kind === 'leaf' && node.bytes) return node.bytes;
  if (node.kind === 'leaf' && node.type === 'str') return utf8(node.text);
  return utf8(format.printValue(node, print));
}
