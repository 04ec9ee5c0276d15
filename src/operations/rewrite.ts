import { utf8 } from '../crypto/bytes.ts';
import type { Document } from '../document/tree.ts';
import type { Format, PrintOptions } from '../formats/format.ts';
import { layoutFor } from './encrypt.ts';
import type { OpenedFile } from './open-file.ts';
import { editableText, movesComments, plainBranches } from './open-file.ts';
import { CiphertextMemory } from './memory.ts';
import type { Services } from './operation.ts';
import { type Written, writeEncrypted } from './write-encrypted.ts';

/** What a rewriting changes of the file that was opened. */
export interface Rewriting {
  readonly print: PrintOptions;
  readonly layout: 'auto' | 'never';
  /** Another format for the encrypted text: it is then printed afresh. */
  readonly output?: Format;
}

/** The plaintext of an opened file, parsed: text with spans, or for binary files the tree alone. */
export function plainDocument(file: OpenedFile): Document {
  if (file.format.raw) return { source: '', branches: plainBranches(file), notes: [] };
  return file.format.parse(editableText(file));
}

/** Encrypts a changed plaintext as the successor of an opened file: same master keys, same data key, and the same ciphertext for what did not change. */
export function rewrite(file: OpenedFile, document: Document, rewriting: Rewriting, services: Services): Written {
  const { format } = file;
  const { output = format } = rewriting;
  const stays = output === format;
  // The layout entry is of the text that was, and after a rotation of the data key that was.
  const { layout: _, ...metadata } = file.metadata;
  return writeEncrypted(
    {
      document,
      formats: { input: format, output, print: rewriting.print },
      metadata,
      selects: file.selects,
      dataKey: file.dataKey,
      memory: stays ? file.memory : new CiphertextMemory(),
      ...(stays ? { previous: file.document, movesComments: () => movesComments(file) } : {}),
      layout: stays ? layoutFor(document, rewriting.layout) : 'never',
    },
    services,
  );
}

/** The bytes of a written text. */
export const contentOf = ({ text }: Written): Uint8Array => utf8(text);
