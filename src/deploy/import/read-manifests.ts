import type { Mapping } from '../../document/tree.ts';
import { oneLine, SopsError } from '../../errors.ts';
import { decodeText } from '../../operations/text.ts';
import { manifestPieces } from '../flux/manifest-stream.ts';
import { at, manifestName, showManifest, textIn, valuesIn } from '../flux/tree-nodes.ts';
import { cleanManifest, cleanText } from './clean-secret.ts';
import type { Imported, ImportedSecret, ReadOptions } from './imported-secret.ts';

/** Of these types are Secrets that the cluster makes for itself. */
const ownTypes: ReadonlySet<string> = new Set([
  'kubernetes.io/service-account-token',
  'bootstrap.kubernetes.io/token',
  'helm.sh/release.v1',
]);

const subdomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * The Secrets of plain manifests, or of what `kubectl get secret -o yaml` and `-o json` print, lists included. What is no Secret, and what the cluster makes for itself, is left out with a warning.
 * Throws `MALFORMED_DOCUMENT`, `ALREADY_ENCRYPTED`, and `EMPTY_DOCUMENT` where there is no Secret at all.
 */
export function readManifests(content: Uint8Array, options: ReadOptions): Imported {
  const warnings: string[] = [];
  const secrets = manifestPieces(decodeText(content)).flatMap(({ text, format, document, error }): readonly ImportedSecret[] => {
    if (error !== undefined) throw error;
    if (document === undefined) return [];
    const [branch] = document.branches;
    const items = itemsOf(branch);
    if (items !== undefined) return items.filter((item) => isWanted(item, warnings)).map((item) => imported(cleanManifest(item, options)));
    if (!isWanted(branch, warnings)) return [];
    const clean = cleanText(text, format, options);
    return [{ ...imported(clean.manifest), written: { text: clean.text, format } }];
  });
  if (secrets.length === 0)
    throw new SopsError('EMPTY_DOCUMENT', 'there is no Secret to import', warnings.length === 0 ? {} : { hint: warnings.join('; ') });
  return { secrets, warnings };
}

/** The items of a list; undefined for what is none. */
const itemsOf = (branch: Mapping): readonly Mapping[] | undefined =>
  /^(Secret)?List$/.test(textIn(at(branch, 'kind')))
    ? valuesIn(at(branch, 'items')).map((item) => {
        if (item.kind === 'mapping') return item.items.some((one) => one.kind === 'entry' && one.key === 'kind') ? item : asSecret(item);
        throw new SopsError('MALFORMED_DOCUMENT', 'an item of the list is no mapping', { path: 'items' });
      })
    : undefined;

/** Items of a `SecretList` as the API gives it do not say what they are. */
const asSecret = (item: Mapping): Mapping => ({
  kind: 'mapping',
  items: [
    { kind: 'entry', key: 'apiVersion', value: { kind: 'leaf', type: 'str', text: 'v1' } },
    { kind: 'entry', key: 'kind', value: { kind: 'leaf', type: 'str', text: 'Secret' } },
    ...item.items,
  ],
});

function isWanted(manifest: Mapping, warnings: string[]): boolean {
  const shown = oneLine(showManifest(manifest));
  if (textIn(at(manifest, 'kind')) !== 'Secret') {
    warnings.push(`${shown} is left out: it is no Secret`);
    return false;
  }
  if (at(manifest, 'sops') !== undefined)
    throw new SopsError('ALREADY_ENCRYPTED', `${shown} is encrypted already`, { hint: 'decrypt it first, or leave it where it is' });
  const type = textIn(at(manifest, 'type'));
  if (ownTypes.has(type)) warnings.push(`${shown} is left out: the cluster makes Secrets of type ${type} for itself`);
  return !ownTypes.has(type);
}

function imported(manifest: Mapping): ImportedSecret {
  const { name, namespace } = manifestName(manifest);
  for (const word of namespace === '' ? [name] : [name, namespace])
    if (!subdomain.test(word))
      throw new SopsError('MALFORMED_DOCUMENT', 'a Secret has a name or a namespace that Kubernetes would not take', { path: 'metadata' });
  return { name, namespace, manifest };
}
