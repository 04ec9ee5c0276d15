import { getNode, moveNode } from '../document/change.ts';
import type { TreePath } from '../document/path.ts';
import type { Edit } from '../document/splice.ts';
import type { Document } from '../document/tree.ts';
import type { Format } from '../formats/format.ts';
import { type Changed, changeFile, type ChangeOptions, inFirst } from './change-file.ts';
import type { Services } from './operation.ts';

/**
 * Moves a value or branch of an encrypted file, with the comments directly above it. What moved is sealed anew, since its path is authenticated; all else keeps its ciphertext.
 * Throws `PATH_NOT_FOUND`, and `UNSUPPORTED` where something stands at `to` already.
 */
export async function move(
  source: Uint8Array,
  format: Format,
  change: { readonly from: TreePath; readonly to: TreePath; readonly options: ChangeOptions },
  services: Services,
): Promise<Changed> {
  const { from, to, options } = change;
  return changeFile({ source, format, options }, services, [
    (document) => ({
      changed: true,
      wanted: inFirst(document, (branch) => moveNode(branch, from, to)),
      edits: [
        () => format.move?.(document, from, to) ?? setAndUnset(document, format, change),
        () => setAndUnset(document, format, change),
      ],
    }),
  ]);
}

function setAndUnset(
  document: Document,
  format: Format,
  { from, to }: { readonly from: TreePath; readonly to: TreePath },
): readonly Edit[] {
  const [first] = document.branches;
  if (first === undefined) return [];
  return [...format.set(document, to, getNode(first, from)), ...format.unset(document, from)];
}
