import { wipe } from '../crypto/bytes.ts';
import { sameValues } from '../document/change.ts';
import { type Edit, splice } from '../document/splice.ts';
import type { Document, Mapping } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { openFile } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';
import { contentOf, plainDocument, rewrite, type Rewriting } from './rewrite.ts';

/** How to change values of a file. */
export interface ChangeOptions extends Rewriting {
  readonly ignoreMac: boolean;
}

/** A change as a tree, which says what it means, and as edits, which leave the rest of the text alone. */
export interface Change {
  readonly changed: boolean;
  readonly wanted: readonly Mapping[];
  /** Ways to make it in the text, the best first. */
  readonly edits: readonly (() => readonly Edit[])[];
  readonly warnings?: readonly string[];
}

/** What came of a change; `changed` is false where all was so already. */
export type Changed = Outcome & { readonly changed: boolean };

/** The first branch of a document changed. */
export const inFirst = ({ branches: [first, ...rest] }: Document, change: (branch: Mapping) => Mapping): readonly Mapping[] =>
  first ? [change(first), ...rest] : [];

/** Opens a file, makes changes one after the other, and encrypts it as its own successor: what does not change keeps its ciphertext. */
export async function changeFile(
  { source, format, options }: { readonly source: Uint8Array; readonly format: Format; readonly options: ChangeOptions },
  services: Services,
  plans: readonly ((document: Document) => Change)[],
): Promise<Changed> {
  if (format.raw) throw new SopsError('UNSUPPORTED', 'a binary file has no values to set', { hint: 'use `edit`' });
  const file = await openFile(source, format, options, services);
  try {
    let document = plainDocument(file);
    let changed = false;
    const warnings = [...file.warnings];
    for (const plan of plans) {
      const change = plan(document);
      document = changedDocument(document, change, format, options);
      changed ||= change.changed;
      warnings.push(...(change.warnings ?? []));
    }
    return { content: contentOf(rewrite(file, document, options, services)), warnings, changed };
  } finally {
    wipe(file.dataKey);
  }
}

/** The changed document: spliced where the text then says what is wanted, else (a value seen through an alias, say) printed afresh. */
function changedDocument(document: Document, { wanted, edits }: Change, format: Format, { print }: ChangeOptions): Document {
  for (const way of edits) {
    const spliced = attempt(() => format.parse(splice(document.source, way())));
    if (spliced !== undefined && sameValues(spliced.branches, wanted)) return spliced;
  }
  return format.parse(format.print(wanted, print));
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SopsError || error instanceof RangeError) return undefined;
    throw error;
  }
}
