import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Kustomization } from '../../deploy/flux/kustomization.ts';
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
    // Half a tree of plaintext is of no use.
    rmSync(target, { recursive: true, force: true });
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

/** Links to folders of links can make any number of paths of a few: as often something is looked at before that is given up. */
const mostLooks = 500_000;

/** Where each file goes, and where it is. @param except a folder that is left out */
function mirroredPaths({ files, references }: Mirrored, except: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  let looks = 0;
  const counted: SourceFiles = {
    ...files,
    look: (path) => {
      if (++looks > mostLooks)
        throw new SopsError('UNSUPPORTED', 'the tree is too large to be written, or its links multiply it', {
          hint: 'name a smaller folder',
        });
      return files.look(path);
    },
  };
  const copy = (path: string): void => {
    for (const [place, source] of filesAt(counted, path, []))
      if (except === '' || !place.startsWith(`${except}/`)) paths.set(place, source);
  };
  for (const { file } of [...references.sources, ...references.manifests]) copy(file);
  for (const { folder, kustomization } of references.kustomizations) {
    copy(folder);
    for (const path of namedFiles(files, folder, kustomization)) copy(path);
  }
  return paths;
}

/** The file at a path, or all below it: where it is named, and where it is. @param above the folders that it is in, so that links in a circle end */
function* filesAt(files: SourceFiles, path: string, above: readonly string[]): Generator<readonly [place: string, source: string]> {
  const source = resolveBelow(files, path)?.path;
  if (source === undefined || above.includes(source)) return;
  const kind = source === '' ? 'folder' : files.look(source)?.kind;
  if (kind === 'file') yield [path, source];
  if (kind !== 'folder') return;
  for (const name of files.list(source)) if (name !== '.git') yield* filesAt(files, joined(path, name), [...above, source]);
}

/** The files that any text of a kustomization file names; folders that are kustomizations are copied as such. */
const namedFiles = (files: SourceFiles, folder: string, { tree }: Kustomization): readonly string[] =>
  [...textsBelow(tree)]
    .map(({ text }) => text.slice(text.indexOf('=') + 1))
    // A long text is none of a file.
    .filter((text) => text !== '' && text.length < 4096 && !text.includes('\n'))
    .map((text) => joined(folder, text))
    .filter((path) => {
      const source = resolveBelow(files, path)?.path;
      return source !== undefined && files.look(source)?.kind === 'file';
    });
