import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { References } from '../../deploy/flux/references.ts';
import { joined, resolveBelow, type SourceFiles } from '../../deploy/flux/source-files.ts';
import { textsBelow } from '../../deploy/flux/tree-nodes.ts';
import { SopsError } from '../../errors.ts';
import { statFile, systemError } from '../../node/files.ts';

/** What a mirror is made of. */
export interface Mirrored {
  readonly files: SourceFiles;
  readonly references: References;
  /** What stands in the place of files. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Of the kustomization to begin with. */
  readonly folder: string;
}

/**
 * Writes what Kustomize needs of a tree below a folder: the folders of all kustomizations, whole, and all else that they name. Links become what they lead to, if that is below the root.
 * Folders get mode 0700, files 0600. Throws `OUTPUT_UNWRITABLE`, also where the folder is there and not empty.
 */
export function writeMirror(target: string, mirrored: Mirrored): void {
  refuseFull(target);
  const paths = mirroredPaths(mirrored, relative(mirrored.files.root, resolve(target)).replaceAll(sep, '/'));
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    for (const [path, source] of paths) {
      const file = join(target, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, mirrored.contents.get(source) ?? mirrored.files.read(source), { mode: 0o600, flag: 'wx' });
    }
    writeGenerated(join(target, mirrored.folder), mirrored);
  } catch (error) {
    if (error instanceof SopsError) throw error;
    throw systemError('OUTPUT_UNWRITABLE', 'could not write the decrypted tree', target, error);
  }
}

/** Where the folder has no kustomization file, Flux makes one before the build. */
function writeGenerated(target: string, { references, folder }: Mirrored): void {
  if (references.generated === undefined) return;
  const names = references.generated.map((path) => JSON.stringify(folder === '' ? path : path.slice(folder.length + 1)));
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const lines = [
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    names.length === 0 ? 'resources: []' : 'resources:',
    ...names.map((name) => `  - ${name}`),
  ];
  writeFileSync(join(target, 'kustomization.yaml'), `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
}

function refuseFull(target: string): void {
  const stats = statFile(target);
  if (stats === undefined) return;
  if (stats.isDirectory() && readdirSync(target).length === 0) return;
  throw new SopsError('OUTPUT_UNWRITABLE', 'there is something there already, which is left as it is', {
    file: target,
    hint: 'name a new folder, or an empty one',
  });
}

/** Where each file goes, and where it is. @param except a folder that is left out */
function mirroredPaths({ files, references }: Mirrored, except: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const copy = (path: string, above: readonly string[]): void => {
    if (path === except && path !== '') return;
    const source = resolveBelow(files, path)?.path;
    if (source === undefined || above.includes(source)) return;
    const kind = files.look(source)?.kind;
    if (kind === 'file') paths.set(path, source);
    if (kind !== 'folder') return;
    for (const name of files.list(source)) if (name !== '.git') copy(joined(path, name), [...above, source]);
  };
  for (const { file } of [...references.sources, ...references.manifests]) copy(file, []);
  for (const { folder, kustomization } of references.kustomizations) {
    copy(folder, []);
    for (const { text } of textsBelow(kustomization.tree)) {
      const reference = text.slice(text.indexOf('=') + 1);
      // A long text is none of a file.
      if (reference !== '' && reference.length < 4096 && !reference.includes('\n')) copyFile(joined(folder, reference), copy, files);
    }
  }
  return paths;
}

/** Folders that are kustomizations are copied as such; any other that is named may be anything. */
function copyFile(path: string, copy: (path: string, above: readonly string[]) => void, files: SourceFiles): void {
  const source = resolveBelow(files, path)?.path;
  if (source !== undefined && files.look(source)?.kind === 'file') copy(path, []);
}
