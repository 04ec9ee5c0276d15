import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import type { Answer } from './answer.ts';
import { type Generator, isRemote, type Kustomization, kustomizationFilesIn, readKustomization } from './kustomization.ts';
import { joined, resolveBelow, type SourceFiles } from './source-files.ts';
import { formatByName, formatCalled } from './told-format.ts';

/** What Flux's source-controller leaves out of sources where nobody says otherwise: files of Git and of CI systems, and of Flux and sops themselves. */
const notInSources: ReadonlySet<string> = new Set([
  '.git',
  '.github',
  '.circleci',
  '.travis.yml',
  '.gitlab-ci.yml',
  'appveyor.yml',
  '.drone.yml',
  'cloudbuild.yaml',
  'codeship-services.yml',
  'codeship-steps.yml',
  '.goreleaser.yml',
  '.sops.yaml',
  '.flux.yaml',
]);

/** A file that Kustomize reads and the controller decrypts before the build. */
export interface SourceReference {
  readonly file: string;
  readonly named: string;
  readonly format: Format;
  /** A link or `..` on the way led out of the root. */
  readonly held: boolean;
}

/** A file of manifests, named in `resources`. */
export interface ManifestReference {
  readonly file: string;
  readonly named: string;
  readonly held: boolean;
}

/** A file that becomes an entry of a Secret. */
export interface EntryReference {
  readonly file: string;
  readonly named: string;
  /** The name of the entry. */
  readonly key: string;
}

/** All that a kustomization reaches. */
export interface References {
  readonly kustomizations: readonly { readonly folder: string; readonly kustomization: Kustomization }[];
  readonly sources: readonly SourceReference[];
  readonly manifests: readonly ManifestReference[];
  readonly entries: readonly EntryReference[];
  /** What is left or refused before anything is read. */
  readonly answers: readonly Answer[];
  /** Where the folder to begin with has no kustomization file: what the one that Flux makes would name, relative to the root. */
  readonly generated?: readonly string[];
}

/**
 * Walks from a kustomization to all that it names, as the controller does (`recurseKustomizationFiles`): `resources` and `components` that are folders are entered, each once; links do not
 * lead out of the root. A folder without a kustomization file to begin with is given one by Flux, which names all manifests below.
 */
export function findReferences(files: SourceFiles, folder: string): References {
  const walk = new Walk(files);
  walk.begin(folder);
  return walk;
}

class Walk implements References {
  readonly kustomizations: { readonly folder: string; readonly kustomization: Kustomization }[] = [];
  readonly sources: SourceReference[] = [];
  readonly manifests: ManifestReference[] = [];
  readonly entries: EntryReference[] = [];
  readonly answers: Answer[] = [];
  generated?: string[];
  readonly #files: SourceFiles;
  readonly #folders = new Set<string>();
  readonly #seen = new Map<string, string>();

  constructor(files: SourceFiles) {
    this.#files = files;
  }

  begin(folder: string): void {
    const path = resolveBelow(this.#files, folder)?.path;
    if (path !== undefined && this.#files.look(path)?.kind === 'folder' && kustomizationFilesIn(this.#files, path).length === 0)
      this.#generate(path);
    else this.#enter(folder, 'named on the command line');
  }

  /** What the kustomization file names that Flux writes where there is none (`fluxcd/pkg/kustomize`): every manifest below, and folders that have one. */
  #generate(folder: string): void {
    this.generated ??= [];
    for (const name of this.#files.list(folder).filter((one) => !notInSources.has(one))) {
      const path = joined(folder, name);
      const isFolder = this.#files.look(path)?.kind === 'folder';
      if (isFolder && kustomizationFilesIn(this.#files, path).length === 0) this.#generate(path);
      else if (isFolder || /\.ya?ml$/.test(name)) {
        this.generated.push(path);
        this.#enter(path, 'in the kustomization that Flux makes');
      }
    }
  }

  #enter(reference: string, named: string): void {
    const resolved = resolveBelow(this.#files, reference);
    if (resolved === undefined) return this.#refuse(reference, named, 'circle', 'links lead in a circle');
    const { path, held } = resolved;
    const kind = path === '' ? 'folder' : this.#files.look(path)?.kind;
    if (kind === undefined) return this.#leave(reference, named, isRemote(reference) ? 'remote' : 'nothing-there');
    if (this.#folders.has(path)) return undefined;
    this.#folders.add(path);
    if (kind === 'folder') return this.#enterFolder(reference, path, named);
    this.manifests.push({ file: path, named, held });
    return undefined;
  }

  /** References count from the folder as it was named, not from where links lead. */
  #enterFolder(reference: string, path: string, named: string): void {
    const kustomization = this.#read(path, named);
    if (kustomization === undefined) return;
    this.kustomizations.push({ folder: path, kustomization });
    this.#visit(reference, kustomization);
    for (const field of ['resources', 'components'] as const)
      for (const resource of kustomization[field]) {
        const where = `${field} of ${kustomization.file}`;
        if (isRemote(resource)) this.#leave(resource, where, 'remote');
        else this.#enter(joined(reference, resource), where);
      }
  }

  #read(folder: string, named: string): Kustomization | undefined {
    try {
      return readKustomization(this.#files, folder);
    } catch (error) {
      if (!(error instanceof SopsError)) throw error;
      const { file = folder, hint } = error.details;
      this.#refuse(file, named, 'kustomization', error.message, hint);
      return undefined;
    }
  }

  #visit(folder: string, { file, secretGenerators, patches }: Kustomization): void {
    for (const generator of secretGenerators) this.#visitGenerator(folder, generator, `secretGenerator ${generator.name} of ${file}`);
    for (const patch of patches) {
      if (isRemote(patch)) this.#leave(patch, `patches of ${file}`, 'remote');
      else this.#add(joined(folder, patch), `patches of ${file}`, formatByName(patch));
    }
  }

  #visitGenerator(folder: string, { files, envs }: Generator, where: string): void {
    for (const source of files) {
      const [key = '', path] = splitOnce(source);
      const entry = path === undefined ? (key.split('/').at(-1) ?? '') : key;
      const named = `${where}: files, key ${entry}`;
      const file = this.#add(joined(folder, path ?? key), named, formatByName(key));
      if (file !== undefined) this.entries.push({ file, named, key: entry });
    }
    for (const env of envs) {
      const format = formatByName(env);
      this.#add(joined(folder, env), `${where}: envs`, format.name === 'binary' ? formatCalled('dotenv') : format);
    }
  }

  /** Answers where the file is; undefined for a circle of links. */
  #add(reference: string, named: string, format: Format): string | undefined {
    const resolved = resolveBelow(this.#files, reference);
    if (resolved === undefined) {
      this.#refuse(reference, named, 'circle', 'links lead in a circle');
      return undefined;
    }
    const { path, held } = resolved;
    const before = this.#seen.get(path);
    if (before === undefined) {
      this.#seen.set(path, named);
      this.sources.push({ file: path, named, format, held });
    } else {
      const message = `it was looked at for ${before}: each file is, once`;
      this.answers.push({ file: path, named, stage: 'before the build', outcome: 'left', reason: 'seen', message });
    }
    return path;
  }

  #leave(file: string, named: string, reason: 'remote' | 'nothing-there'): void {
    const message = reason === 'remote' ? 'an address is not followed' : 'nothing is there: it counts as an address, and is not followed';
    this.answers.push({ file, named, stage: 'before the build', outcome: 'left', reason, message });
  }

  // oxlint-disable-next-line max-params
  #refuse(file: string, named: string, reason: 'kustomization' | 'circle', message: string, hint?: string): void {
    this.answers.push({
      file,
      named,
      stage: 'before the build',
      outcome: 'failed',
      reason,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Cut at the first `=`. */
function splitOnce(text: string): readonly string[] {
  const place = text.indexOf('=');
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
