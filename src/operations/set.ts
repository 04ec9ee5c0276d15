import { child, sameNode, setNode, unsetNode } from '../document/change.ts';
import { spellPath, type TreePath } from '../document/path.ts';
import { suggestPath } from '../document/suggest.ts';
import type { Document, Node } from '../document/tree.ts';
import type { Format } from '../formats/format.ts';
import { type Changed, changeFile, type ChangeOptions, inFirst } from './change-file.ts';
import type { Services } from './operation.ts';

/** A value and its place. */
export interface Assignment {
  readonly path: TreePath;
  readonly value: Node;
}

/** Sets one value of an encrypted file, making what is missing on the way (`sops.go`, Set); all other lines stay. `changed` is false where it already was so. */
export async function set(
  source: Uint8Array,
  format: Format,
  change: Assignment & { readonly options: ChangeOptions },
  services: Services,
): Promise<Changed> {
  const { path, value, options } = change;
  return setAll(source, format, { assignments: [{ path, value }], options }, services);
}

/** Sets several values one after the other, in one write. A mapping that is made on the way is warned of where one of almost its name is there. */
export async function setAll(
  source: Uint8Array,
  format: Format,
  change: { readonly assignments: readonly Assignment[]; readonly options: ChangeOptions },
  services: Services,
): Promise<Changed> {
  const { assignments, options } = change;
  const plans = assignments.map(({ path, value: given }) => {
    const value = format.shape === 'nested' ? given : asText(given);
    return (document: Document) => ({
      changed: !sameValue(document, path, value),
      wanted: inFirst(document, (branch) => setNode(branch, path, value)),
      edits: [() => format.set(document, path, value)],
      warnings: almostThere(document, path.slice(0, -1)),
    });
  });
  return changeFile({ source, format, options }, services, plans);
}

/** In a flat format every value is a text. */
const asText = (value: Node): Node =>
  value.kind === 'leaf'
    ? { kind: 'leaf', type: 'str', text: value.type === 'bool' ? value.text.toLowerCase() : (value.spelling ?? value.text) }
    : value;

function almostThere({ branches: [first] }: Document, parent: TreePath): readonly string[] {
  if (first === undefined || parent.length === 0 || nodeAt(first, parent) !== undefined) return [];
  const meant = suggestPath(first, parent);
  return meant?.length === parent.length ? [`${spellPath(parent)} is new: did you mean ${spellPath(meant)}?`] : [];
}

/** Removes one value of an encrypted file. Throws `PATH_NOT_FOUND`. */
export async function unset(
  source: Uint8Array,
  format: Format,
  change: { readonly path: TreePath; readonly options: ChangeOptions },
  services: Services,
): Promise<Changed> {
  const { path, options } = change;
  return changeFile({ source, format, options }, services, [
    (document) => ({
      changed: true,
      wanted: inFirst(document, (branch) => unsetNode(branch, path)),
      edits: [() => format.unset(document, path)],
    }),
  ]);
}

function nodeAt(top: Node, path: TreePath): Node | undefined {
  let node: Node | undefined = top;
  for (const step of path) node = node && child(node, step);
  return node;
}

function sameValue({ branches: [first] }: Document, path: TreePath, value: Node): boolean {
  const node = first && nodeAt(first, path);
  return node !== undefined && sameNode(node, value);
}
