import { formatByMarkers } from '../../formats/told.ts';
import type { FluxFinding } from './finding.ts';
import type { Kustomization } from './kustomization.ts';
import { ciphertext } from './lint-manifest.ts';
import { joined, resolveBelow, type SourceFiles } from './source-files.ts';
import { at, isNothing, textsBelow } from './tree-nodes.ts';

/** Where Flux decrypts what is named, or enters it. */
const handled = /^(secretGenerator (files|envs)|patches path|resources|components)$/;

/** What of a kustomization file would fail in the cluster, seen without a key: encrypted files named where Flux decrypts none, and ciphertext in its own text. */
export function lintKustomization(files: SourceFiles, folder: string, { file, tree }: Kustomization): readonly FluxFinding[] {
  const found = [...textsBelow(tree)].flatMap(({ text, path }) => fieldFindings(text, path, { files, folder, file }));
  if (isNothing(at(tree, 'bases'))) return found;
  const bases: FluxFinding = {
    file,
    rule: 'bases',
    message: 'bases are not entered: what they name stays encrypted until after the build',
    hint: 'name them under resources',
  };
  return [...found, bases];
}

interface Place {
  readonly files: SourceFiles;
  readonly folder: string;
  readonly file: string;
}

function fieldFindings(text: string, path: readonly string[], place: Place): readonly FluxFinding[] {
  const { file } = place;
  const field = path.join(' ');
  if (text.includes(ciphertext)) {
    const message = `${field} holds ciphertext itself, which Flux does not decrypt`;
    return [{ file, part: field, rule: 'stray-ciphertext', message, hint: 'put it into an encrypted file, and name that' }];
  }
  if (handled.test(field) || text.includes('\n')) return [];
  const sealed = sealedFile(text.slice(text.indexOf('=') + 1), place);
  if (sealed === undefined) return [];
  if (path[0] === 'configMapGenerator') {
    const message = `a configMapGenerator of ${file} reads it: Flux decrypts none of those`;
    return [{ file: sealed, part: field, rule: 'config-map', message, hint: 'name it in a secretGenerator' }];
  }
  const merged = field.startsWith('patchesStrategicMerge');
  const what = merged
    ? 'it is merged as ciphertext, with its sops, which works only where nothing else of the manifest is encrypted'
    : 'Flux decrypts nothing there';
  const message = `${field} of ${file} names it: ${what}`;
  return [{ file: sealed, part: field, rule: 'not-decrypted', message, hint: hintFor(field) }];
}

function hintFor(field: string): string {
  if (field.startsWith('patches')) return 'name it under patches, with path';
  return field === 'secretGenerator env'
    ? 'write envs, with a list'
    : 'keep it in clear, or name it under resources, patches or secretGenerator';
}

/** The encrypted file that a text names. */
function sealedFile(text: string, { files, folder }: Place): string | undefined {
  if (text === '' || text.length > 4096) return undefined;
  const path = resolveBelow(files, joined(folder, text))?.path;
  if (path === undefined) return undefined;
  const standing = files.look(path);
  return standing?.kind === 'file' && standing.size < 2 ** 24 && formatByMarkers(files.read(path)) !== undefined ? path : undefined;
}
