import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import type { Mapping } from '../../document/tree.ts';
import { formatByMarkers } from '../../formats/told.ts';
import { fromGoBase64, isOptedOut, isSealedManifest } from './decrypt-manifests.ts';
import type { FluxFinding, FluxRule } from './finding.ts';
import { manifestPieces } from './manifest-stream.ts';
import { formatByMarker } from './told-format.ts';
import { at, entriesIn, isNothing, manifestName, showManifest, textIn, textsBelow } from './tree-nodes.ts';

/** How the text of a ciphertext begins. */
export const ciphertext = 'ENC[AES256_GCM,';

type Found = Pick<FluxFinding, 'rule' | 'message' | 'hint'>;

/** What of a file of manifests would fail in the cluster, seen without a key. */
export function lintManifests(content: Uint8Array, file: string): readonly FluxFinding[] {
  return manifestPieces(fromUtf8(content) ?? '').flatMap(({ document }) => {
    if (document === undefined) return [];
    const [branch] = document.branches;
    return Array.from(findings(branch), ({ rule, message, hint }) => ({ file, part: showManifest(branch), rule, message, hint }));
  });
}

function* findings(branch: Mapping): Generator<Found> {
  yield* recordFindings(branch);
  if (isSealedManifest(branch)) return;
  if (isNothing(at(branch, 'sops')) && hasCiphertext(branch))
    yield finding('stray-ciphertext', 'it holds ciphertext and no sops to decrypt it with', 'restore the file, or take the ciphertext out');
  const { kind } = manifestName(branch);
  if (kind === 'Secret') yield* entryFindings(branch);
  if (kind === 'ConfigMap' && [...textsBelow(branch)].some(({ text, path }) => path[0] !== 'metadata' && isSealedText(text)))
    yield finding('config-map', 'it holds an encrypted file: Flux decrypts none in a ConfigMap', 'make it a Secret');
}

/** What is wrong with how a manifest is encrypted. */
function* recordFindings(branch: Mapping): Generator<Found> {
  const { kind, apiVersion } = manifestName(branch);
  const envelope = ['apiVersion', 'kind', 'metadata'].filter((key) => hasCiphertext(at(branch, key)));
  if (envelope.length > 0)
    yield finding(
      'envelope-encrypted',
      `${envelope.join(', ')} is encrypted: Kustomize needs it in clear`,
      'encrypt with encrypted_regex: ^(data|stringData)$',
    );
  if (at(branch, 'sops') === undefined) return;
  if (kind.endsWith('List') && at(branch, 'items')?.kind === 'sequence')
    yield finding(
      'sealed-list',
      'Kustomize takes a List apart, and its sops goes: nothing is decrypted',
      'make a document of each item, and encrypt that',
    );
  if (kind === 'Secret' && apiVersion === 'v1') yield* leftFindings(branch);
}

/** A Secret that the controller would be asked to apply with its sops, which it refuses. */
function* leftFindings(branch: Mapping): Generator<Found> {
  if (isOptedOut(branch))
    yield finding(
      'left-encrypted',
      'it is encrypted and opted out of decryption: Flux refuses to apply it',
      'take out the annotation, or decrypt the file',
    );
  else if (!isSealedManifest(branch))
    yield finding('left-encrypted', 'its sops has no mac: Flux neither decrypts nor applies it', 'encrypt the file anew');
}

const finding = (rule: FluxRule, message: string, hint: string): Found => ({ rule, message, hint });

const hasCiphertext = (node: Parameters<typeof at>[0]): boolean =>
  node !== undefined && [...textsBelow(node)].some(({ text }) => text.startsWith(ciphertext));

const isSealedText = (text: string): boolean => formatByMarkers(utf8(text)) !== undefined;

function* entryFindings(branch: Mapping): Generator<Found> {
  for (const { key, value } of entriesIn(at(branch, 'data'))) {
    const text = textIn(value);
    const bytes = fromGoBase64(text);
    if (bytes === undefined && (isSealedText(text) || formatByMarker(utf8(text)) !== undefined))
      yield finding(
        'secret-data',
        `data entry ${key} is an encrypted file, and not base64`,
        'encode the file in base64, or have secretGenerator read it',
      );
    else if (bytes !== undefined && formatByMarker(bytes) === undefined && formatByMarkers(bytes) !== undefined)
      yield finding('no-marker', `data entry ${key} is an encrypted file without the bytes that Flux looks for`, markerHint);
  }
  for (const { key, value } of entriesIn(at(branch, 'stringData')))
    if (isSealedText(textIn(value)))
      yield finding(
        'secret-data',
        `stringData entry ${key} is an encrypted file: Flux looks into data alone`,
        'write it to data, in base64',
      );
}

export const markerHint = 'write the file as sops does: the mac in YAML without quotes, JSON not minified';
