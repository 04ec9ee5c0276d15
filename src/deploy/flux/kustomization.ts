import type { Mapping } from '../../document/tree.ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import { resolveBelow, type SourceFiles } from './source-files.ts';
import { formatCalled } from './told-format.ts';
import { at, textIn, textsIn, valuesIn } from './tree-nodes.ts';

/** The names that Kustomize knows; only one of them may be in a folder. */
export const kustomizationNames: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** What of a kustomization file concerns decryption. */
export interface Kustomization {
  /** Its file. */
  readonly file: string;
  readonly tree: Mapping;
  readonly secretGenerators: readonly Generator[];
  readonly patches: readonly string[];
  readonly resources: readonly string[];
  readonly components: readonly string[];
}

export interface Generator {
  readonly name: string;
  readonly files: readonly string[];
  readonly envs: readonly string[];
}

/** The kustomization files of a folder. */
export const kustomizationFilesIn = (files: SourceFiles, folder: string): readonly string[] =>
  kustomizationNames.flatMap((name) => {
    const path = resolveBelow(files, `${folder}/${name}`)?.path;
    return path !== undefined && files.look(path) !== undefined ? [path] : [];
  });

/** Reads the kustomization file of a folder (`secureLoadKustomizationFile`). Throws `INPUT_UNREADABLE` where there is none, or several, `MALFORMED_DOCUMENT`. */
export function readKustomization(files: SourceFiles, folder: string): Kustomization {
  const [file, second] = kustomizationFilesIn(files, folder);
  const shown = folder === '' ? '.' : folder;
  if (file === undefined)
    throw new SopsError('INPUT_UNREADABLE', 'the folder has no kustomization file', {
      file: shown,
      hint: 'add a kustomization.yaml, or name the files in it one by one',
    });
  if (second !== undefined)
    throw new SopsError('INPUT_UNREADABLE', 'the folder has several kustomization files', { file: shown, hint: 'leave one of them' });
  if (files.look(file)?.kind !== 'file') throw new SopsError('INPUT_UNREADABLE', 'the kustomization file is not a regular file', { file });
  return { file, ...parseKustomization(treeOf(files.read(file), file)) };
}

function treeOf(content: Uint8Array, file: string): Mapping {
  const text = fromUtf8(content);
  if (text === undefined) throw new SopsError('MALFORMED_DOCUMENT', 'the kustomization file is not UTF-8', { file });
  try {
    return formatCalled('yaml').parse(text).branches[0] ?? { kind: 'mapping', items: [] };
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    if (error.code === 'EMPTY_DOCUMENT') return { kind: 'mapping', items: [] };
    throw new SopsError(error.code, `the kustomization file cannot be read: ${error.message}`, { ...error.details, file });
  }
}

const parseKustomization = (tree: Mapping): Omit<Kustomization, 'file'> => ({
  tree,
  secretGenerators: valuesIn(at(tree, 'secretGenerator')).map((generator) => ({
    name: textIn(at(generator, 'name')),
    files: textsIn(at(generator, 'files')),
    envs: textsIn(at(generator, 'envs')),
  })),
  patches: valuesIn(at(tree, 'patches'))
    .map((patch) => textIn(at(patch, 'path')))
    .filter((path) => path !== ''),
  resources: textsIn(at(tree, 'resources')),
  components: textsIn(at(tree, 'components')),
});

/** Whether a reference is an address (`isRemoteURL`): a scheme and a host. */
export const isRemote = (reference: string): boolean => /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]+/.test(reference);
