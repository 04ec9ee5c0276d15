import type { Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { at, entriesIn, isNothing, textIn, textsIn, valuesIn } from '../flux/tree-nodes.ts';

/** What a generator manifest of `ksops` asks for. Paths are relative to its kustomization. */
export interface Generator {
  /** Encrypted manifests. */
  readonly files: readonly string[];
  readonly secrets: readonly WantedSecret[];
}

/** A Secret to be made of encrypted files. */
export interface WantedSecret {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly type: string;
  /** Of `files` and `binaryFiles` each is a path, or `key=path`. */
  readonly files: readonly string[];
  readonly binaryFiles: readonly string[];
  readonly envs: readonly string[];
}

/** Keys and texts, in order. */
export type Texts = readonly (readonly [string, string])[];

/** Whether a manifest is one for us, by its group, or by what it asks for and who it says is to do that. */
export const isGenerator = (manifest: Mapping): boolean =>
  textIn(at(manifest, 'apiVersion')).startsWith('viaduct.ai/') ||
  (at(manifest, 'metadata', 'annotations', 'config.kubernetes.io/function') !== undefined &&
    (at(manifest, 'files') !== undefined || at(manifest, 'secretFrom') !== undefined));

/** Reads a generator manifest. Throws `MALFORMED_DOCUMENT` where it asks for nothing, or for what cannot be. */
export function readGenerator(manifest: Mapping): Generator {
  const [files, secrets] = [at(manifest, 'files'), at(manifest, 'secretFrom')];
  if (isAbsent(files) && isAbsent(secrets))
    throw malformed('files', 'the generator names neither files nor secretFrom', 'list encrypted manifests under files:');
  return { files: listOfTexts(files, 'files'), secrets: listOf(secrets, 'secretFrom').map(wantedSecret) };
}

function wantedSecret(node: Node, index: number): WantedSecret {
  const path = `secretFrom[${index}]`;
  if (node.kind !== 'mapping') throw malformed(path, 'it is no mapping');
  const list = (key: string): readonly string[] => listOfTexts(at(node, key), `${path}.${key}`);
  const metadata = at(node, 'metadata');
  const name = textIn(at(metadata, 'name'));
  if (name === '') throw malformed(`${path}.metadata.name`, 'the Secret has no name');
  return {
    name,
    namespace: textIn(at(metadata, 'namespace')),
    labels: texts(at(metadata, 'labels'), `${path}.metadata.labels`),
    annotations: texts(at(metadata, 'annotations'), `${path}.metadata.annotations`),
    type: textIn(at(node, 'type')),
    files: list('files'),
    binaryFiles: list('binaryFiles'),
    envs: list('envs'),
  };
}

const isAbsent = (node: Node | undefined): boolean => node === undefined || node.kind === 'null';

function listOf(node: Node | undefined, path: string): readonly Node[] {
  if (node === undefined || isNothing(node)) return [];
  if (node.kind !== 'sequence') throw malformed(path, 'it is no list');
  return valuesIn(node);
}

function listOfTexts(node: Node | undefined, path: string): readonly string[] {
  const found = textsIn(node);
  if (found.length !== listOf(node, path).length || found.includes('')) throw malformed(path, 'it is no list of file names');
  return found;
}

function texts(node: Node | undefined, path: string): Texts {
  if (node === undefined || isNothing(node)) return [];
  if (node.kind !== 'mapping') throw malformed(path, 'it is no mapping');
  return entriesIn(node).map(({ key, value }) => {
    if (value.kind !== 'leaf' || value.type !== 'str') throw malformed(`${path}.${key}`, 'it is no text', 'put it in quotes');
    return [key, value.text];
  });
}

const malformed = (path: string, message: string, hint?: string): SopsError =>
  new SopsError('MALFORMED_DOCUMENT', message, { path, ...(hint === undefined ? {} : { hint }) });
