import { utf8 } from '../crypto/bytes.ts';
import type { Document } from '../document/tree.ts';
import type { PrintOptions } from '../formats/format.ts';
import { layoutFor } from './encrypt.ts';
import type { OpenedFile } from './open-file.ts';
import { editableText, movesComments, plainBranches } from './open-file.ts';
import type { Services } from './operation.ts';
import { type Written, writeEncrypted } from './write-encrypted.ts';

/** What a rewriting changes of the file that was opened. */
export interface Rewriting {
  readonly print: PrintOptions;
  readonly layout: 'auto' | 'never';
}

/** The plaintext of an opened file, parsed: text with spans, or for binary files the tree alone. */
export function plainDocument(file: OpenedFile): Document {
  if (file.format.raw) return { source: '', branches: plainBranches(file), notes: [] };
  return file.format.parse(editableText(file));
}

/** Encrypts a changed plaintext as the successor of an opened file: same master keys, same data key, and the same ciphertext for what did not change. */
export function rewrite(file: OpenedFile, document: Document, rewriting: Rewriting, services: Services): Written {
  const { format } = file;
  // The layout entry is of the text that was, and after a rotation of the data key that was.
  const { layout: _, ...metadata } = file.metadata;
  return writeEncrypted(
    {
      document,
      formats: { input: format, output: format, print: rewriting.print },
      metadata,
      selects: file.selects,
      dataKey: file.dataKey,
      memory: file.memory,
      previous: file.document,
      movesComments: () => movesComments(file),
      layout: layoutFor(document, rewriting.layout),
    },
    services,
  );
}

/** The bytes of a written text. */
export const contentOf = ({ text }: Written): Uint8Array => utf8(text);
