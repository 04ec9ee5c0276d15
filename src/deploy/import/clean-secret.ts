import { fromUtf8 } from '../../crypto/bytes.ts';
import { setNode, unsetNode } from '../../document/change.ts';
import type { TreePath } from '../../document/path.ts';
import { splice } from '../../document/splice.ts';
import type { Leaf, Mapping } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { fromGoBase64 } from '../flux/decrypt-manifests.ts';
import { at, entriesIn, isNothing, textIn } from '../flux/tree-nodes.ts';
import type { ReadOptions } from './imported-secret.ts';

/** What the cluster and `kubectl` write into a manifest. The annotation holds the values as they were applied, in clear. */
const ofTheCluster: readonly TreePath[] = [
  ...['managedFields', 'uid', 'resourceVersion', 'creationTimestamp', 'generation', 'selfLink', 'ownerReferences'].map((key) => [
    'metadata',
    key,
  ]),
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
  ['status'],
];

/** One change on the way to a clean manifest. */
type Change = { readonly unset: TreePath } | { readonly set: TreePath; readonly value: Leaf };

/** The manifest without what the cluster wrote into it; with `stringData`, values that are UTF-8 as texts. Throws `MALFORMED_DOCUMENT` for a value that is no base64. */
export function cleanManifest(manifest: Mapping, options: ReadOptions): Mapping {
  let clean = manifest;
  for (const change of changesOf(manifest, options))
    clean = 'set' in change ? setNode(clean, change.set, change.value) : unsetNode(clean, change.unset);
  return clean;
}

/** As {@link cleanManifest}, in the text: comments and the order of keys stay. */
export function cleanText(text: string, format: Format, options: ReadOptions): { readonly text: string; readonly manifest: Mapping } {
  let clean = text;
  for (const change of changesOf(onlyBranch(text, format), options)) {
    const document = format.parse(clean);
    clean = splice(clean, 'set' in change ? format.set(document, change.set, change.value) : format.unset(document, change.unset));
  }
  return { text: clean, manifest: onlyBranch(clean, format) };
}

function onlyBranch(text: string, format: Format): Mapping {
  const [branch] = format.parse(text).branches;
  if (branch === undefined) throw new SopsError('EMPTY_DOCUMENT', 'there is no document');
  return branch;
}

function changesOf(manifest: Mapping, { stringData }: ReadOptions): readonly Change[] {
  const present = ofTheCluster.filter((path) => at(manifest, ...path.map(String)) !== undefined);
  const annotations = entriesIn(at(manifest, 'metadata', 'annotations'));
  const bare = annotations.length === 1 && present.some((path) => path[1] === 'annotations');
  return [
    ...present.map((path) => ({ unset: bare && path[1] === 'annotations' ? path.slice(0, 2) : path })),
    ...textChanges(manifest, stringData),
  ];
}

function textChanges(manifest: Mapping, wanted: boolean): readonly Change[] {
  const data = entriesIn(at(manifest, 'data'));
  const known = new Set(entriesIn(at(manifest, 'stringData')).map(({ key }) => key));
  const texts = data.flatMap(({ key, value }) => {
    const bytes = isNothing(value) ? new Uint8Array() : fromGoBase64(textIn(value));
    if (bytes === undefined)
      throw new SopsError('MALFORMED_DOCUMENT', 'a value under data is no base64', {
        path: `data.${key}`,
        hint: 'put text under stringData',
      });
    const text = fromUtf8(bytes);
    return !wanted || text === undefined ? [] : [{ key, text }];
  });
  return [
    // What stringData says already goes before data, as in Kubernetes.
    ...texts.flatMap(({ key, text }): readonly Change[] =>
      known.has(key) ? [] : [{ set: ['stringData', key], value: { kind: 'leaf', type: 'str', text } }],
    ),
    ...(texts.length === data.length && data.length > 0 ? [{ unset: ['data'] }] : texts.map(({ key }) => ({ unset: ['data', key] }))),
  ];
}
