import { utf8 } from '../../crypto/bytes.ts';
import type { Entry, Leaf, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { at, entriesIn, showManifest, textIn, textsBelow } from '../flux/tree-nodes.ts';
import { toBase64 } from './secret.ts';

/** Characters over which Kustomize's own printer fails, and shows the whole manifest in its message. */
const unprintable = /[\u007F-\u0084\u0086-\u009F\uFEFF\uFFFE\uFFFF]/;

/** A manifest that Kustomize can print: what it could not of a Secret's `stringData` goes to `data`, which is the same to Kubernetes. Throws `UNPRINTABLE_DOCUMENT` for all else that it could not. */
export function forKustomize(manifest: Mapping): Mapping {
  const ready = textIn(at(manifest, 'kind')) === 'Secret' ? withBase64(manifest) : manifest;
  for (const { text, path } of textsBelow(ready))
    if (unprintable.test(text) || path.some((key) => unprintable.test(key)))
      throw new SopsError('UNPRINTABLE_DOCUMENT', `${showManifest(ready)}: a value has a control character, which Kustomize cannot print`, {
        path: path.filter((key) => !unprintable.test(key)).join('.'),
      });
  return ready;
}

function withBase64(manifest: Mapping): Mapping {
  const strings = entriesIn(at(manifest, 'stringData'));
  const moved = strings.filter(isUnprintable);
  if (moved.length === 0) return manifest;
  const keys = new Set(moved.map(({ key }) => key));
  const data = [
    ...entriesIn(at(manifest, 'data')).filter(({ key }) => !keys.has(key)),
    ...moved.map(({ key, value }): Entry => ({ kind: 'entry', key, value: inBase64(textIn(value)) })),
  ];
  const kept = strings.filter((entry) => !isUnprintable(entry));
  return {
    kind: 'mapping',
    items: [
      ...manifest.items.filter((item) => item.kind === 'entry' && item.key !== 'data' && item.key !== 'stringData'),
      ...(kept.length === 0 ? [] : [section('stringData', kept)]),
      section('data', data),
    ],
  };
}

const isUnprintable = (entry: Entry): entry is Entry & { readonly value: Leaf } =>
  entry.value.kind === 'leaf' && entry.value.type === 'str' && unprintable.test(entry.value.text);

const inBase64 = (text: string): Leaf => ({ kind: 'leaf', type: 'str', text: toBase64(utf8(text)) });
const section = (key: string, items: readonly Entry[]): Entry => ({ kind: 'entry', key, value: mapping(items) });
const mapping = (items: readonly Entry[]): Node => ({ kind: 'mapping', items });
