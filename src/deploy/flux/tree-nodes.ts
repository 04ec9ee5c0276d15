import type { Entry, Mapping, Node } from '../../document/tree.ts';

/** The entries of a mapping, without comments. */
export const entriesIn = (node: Node | undefined): readonly Entry[] =>
  node?.kind === 'mapping' ? node.items.filter((item): item is Entry => item.kind === 'entry') : [];

/** What stands below these keys; undefined where nothing does. */
export function at(node: Node | undefined, ...keys: readonly string[]): Node | undefined {
  return keys.reduce<Node | undefined>((parent, key) => entriesIn(parent).find((entry) => entry.key === key)?.value, node);
}

/** A text, `''` for all else. */
export const textIn = (node: Node | undefined): string => (node?.kind === 'leaf' ? node.text : '');

/** The values of a list. */
export const valuesIn = (node: Node | undefined): readonly Node[] =>
  node?.kind === 'sequence' ? node.items.filter((item) => item.kind !== 'comment') : [];

/** The texts of a list. */
export const textsIn = (node: Node | undefined): readonly string[] =>
  valuesIn(node).flatMap((value) => (value.kind === 'leaf' ? [value.text] : []));

/** Whether there is nothing: no node, null, an empty mapping or list (`IsNilOrEmpty` of kyaml). */
export const isNothing = (node: Node | undefined): boolean =>
  node === undefined || node.kind === 'null' || ((node.kind === 'mapping' || node.kind === 'sequence') && node.items.length === 0);

/** Every text below a node, with the keys that lead there. */
export function* textsBelow(
  node: Node,
  path: readonly string[] = [],
): Generator<{ readonly text: string; readonly path: readonly string[] }> {
  if (node.kind === 'leaf') yield { text: node.text, path };
  else if (node.kind === 'sequence') for (const value of valuesIn(node)) yield* textsBelow(value, path);
  else if (node.kind === 'mapping') for (const { key, value } of entriesIn(node)) yield* textsBelow(value, [...path, key]);
}

/** A manifest's kind, name and the rest that says which it is. */
export interface ManifestName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export const manifestName = (branch: Mapping): ManifestName => ({
  apiVersion: textIn(at(branch, 'apiVersion')),
  kind: textIn(at(branch, 'kind')),
  name: textIn(at(branch, 'metadata', 'name')),
  namespace: textIn(at(branch, 'metadata', 'namespace')),
});

/** A manifest in a few words: `Secret prod/db`. */
export function showManifest(branch: Mapping): string {
  const { kind, name, namespace } = manifestName(branch);
  return `${kind === '' ? 'a document without a kind' : kind} ${namespace === '' ? '' : `${namespace}/`}${name}`.trim();
}

/** A mapping as JSON would hold it. */
export const withoutComments = (mapping: Mapping): Mapping => ({
  ...mapping,
  items: entriesIn(mapping).map(({ key, value }) => ({ kind: 'entry', key, value: bare(value) })),
});

function bare(node: Node): Node {
  if (node.kind === 'mapping') return withoutComments(node);
  return node.kind === 'sequence' ? { ...node, items: valuesIn(node).map(bare) } : node;
}
