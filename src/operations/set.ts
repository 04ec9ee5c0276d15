import { wipe } from '../crypto/bytes.ts';
import { child, sameNode, sameValues, setNode, unsetNode } from '../document/change.ts';
import type { TreePath } from '../document/path.ts';
import { type Edit, splice } from '../document/splice.ts';
import type { Document, Mapping, Node } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { openFile, type OpenedFile } from './open-file.ts';
import type { Outcome, Services } from './operation.ts';
import { contentOf, plainDocument, rewrite, type Rewriting } from './rewrite.ts';

/** How to change one value. */
export interface ChangeOptions extends Rewriting {
  readonly ignoreMac: boolean;
}

/** Sets one value of an encrypted file, making what is missing on the way (`sops.go`, Set); all other lines stay. `changed` is false where it already was so. */
export async function set(
  source: Uint8Array,
  format: Format,
  change: { readonly path: TreePath; readonly value: Node; readonly options: ChangeOptions },
  services: Services,
): Promise<Outcome & { readonly changed: boolean }> {
  const { path, options } = change;
  const value = format.shape === 'nested' ? change.value : asText(change.value);
  return changing({ source, format, options }, services, (document) => {
    const differs = !sameValue(document, path, value);
    return {
      changed: differs,
      wanted: inFirst(document, (branch) => setNode(branch, path, value)),
      edits: () => format.set(document, path, value),
    };
  });
}

/** In a flat format every value is a text. */
const asText = (value: Node): Node =>
  value.kind === 'leaf'
    ? { kind: 'leaf', type: 'str', text: value.type === 'bool' ? value.text.toLowerCase() : (value.spelling ?? value.text) }
    : value;

/** Removes one value of an encrypted file. Throws `PATH_NOT_FOUND`. */
export async function unset(
  source: Uint8Array,
  format: Format,
  change: { readonly path: TreePath; readonly options: ChangeOptions },
  services: Services,
): Promise<Outcome & { readonly changed: boolean }> {
  return changing({ source, format, options: change.options }, services, (document) => ({
    changed: true,
    wanted: inFirst(document, (branch) => unsetNode(branch, change.path)),
    edits: () => format.unset(document, change.path),
  }));
}

/** A change as a tree, which says what it means, and as edits, which leave the rest of the text alone. */
interface Change {
  readonly changed: boolean;
  readonly wanted: readonly Mapping[];
  readonly edits: () => readonly Edit[];
}

const inFirst = ({ branches: [first, ...rest] }: Document, change: (branch: Mapping) => Mapping): readonly Mapping[] =>
  first ? [change(first), ...rest] : [];

async function changing(
  { source, format, options }: { readonly source: Uint8Array; readonly format: Format; readonly options: ChangeOptions },
  services: Services,
  plan: (document: Document) => Change,
): Promise<Outcome & { readonly changed: boolean }> {
  if (format.raw) throw new SopsError('UNSUPPORTED', 'a binary file has no values to set', { hint: 'use `edit`' });
  const file: OpenedFile = await openFile(source, format, options, services);
  try {
    const document = plainDocument(file);
    const change = plan(document);
    const written = rewrite(file, changed(document, change, format, options), options, services);
    return { content: contentOf(written), warnings: file.warnings, changed: change.changed };
  } finally {
    wipe(file.dataKey);
  }
}

/** The changed document: spliced where the text then says what is wanted, else (a value seen through an alias, say) printed afresh. */
function changed(document: Document, { wanted, edits }: Change, format: Format, { print }: ChangeOptions): Document {
  const spliced = attempt(() => format.parse(splice(document.source, edits())));
  return spliced && sameValues(spliced.branches, wanted) ? spliced : format.parse(format.print(wanted, print));
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

function sameValue(document: Document, path: TreePath, value: Node): boolean {
  let node: Node | undefined = document.branches[0];
  for (const step of path) node = node && child(node, step);
  return node !== undefined && sameNode(node, value);
}
