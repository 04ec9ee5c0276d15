import type { KeySource } from '../../keysources/keysource.ts';
import { agesInFile, earlier, type KeyAges, type KnownSince } from '../../operations/key-age.ts';
import { nameOf } from '../../operations/master-key-name.ts';
import type { SealedFile } from '../../operations/open-file.ts';
import type { Blobs } from '../blobs.ts';
import type { Git } from '../git.ts';
import { type Commit, history } from '../history.ts';
import { DataKeys } from './data-keys.ts';
import { type SealedVersion, SealedVersions, versionOf } from './sealed-versions.ts';

/** A file as one commit left it. */
interface Past {
  readonly path: string;
  readonly oldPath: string;
  readonly blob: string | undefined;
  /** Of the author. */
  readonly date: Date;
}

/** How old the keys of files are by what a repository has of them. The history is read once, when a file is first asked about. */
export class PastKeyAges {
  readonly #git: Git;
  readonly #blobs: Blobs;
  readonly #keySources: readonly KeySource[];
  #byPath: Promise<ReadonlyMap<string, readonly Past[]>> | undefined;

  constructor(git: Git, blobs: Blobs, keySources: readonly KeySource[]) {
    this.#git = git;
    this.#blobs = blobs;
    this.#keySources = keySources;
  }

  /**
   * A data key is there since the first commit with a version of the file that shares it, told by what two versions have in common (`DataKeys`); a master key since the first that has it. Renames are
   * followed. What the file itself says counts where it is earlier.
   * @param path from the top, with `/`
   */
  async of(path: string, file: Pick<SealedFile, 'branches' | 'metadata'>): Promise<KeyAges> {
    const current = versionOf(file);
    const inFile = agesInFile(file.metadata, this.#keySources);
    const dataKeys = new DataKeys();
    dataKeys.add(current);
    const names = this.#namesOf(current);
    const recipients = new Map(inFile.recipients);
    const versions: { readonly version: SealedVersion; readonly since: KnownSince }[] = [];
    const read = new SealedVersions(this.#blobs, { keySources: this.#keySources });
    for (const { blob, path: name, date } of await this.#pastOf(path)) {
      const version = blob === undefined ? undefined : await read.read(blob, name);
      if (version === undefined) continue;
      const since: KnownSince = { date, from: 'commit' };
      dataKeys.add(version);
      versions.push({ version, since });
      for (const one of this.#namesOf(version)) if (names.has(one)) recipients.set(one, earlier(recipients.get(one), since) ?? since);
    }
    let dataKey = inFile.dataKey;
    for (const { version, since } of versions) if (dataKeys.of(version) === dataKeys.of(current)) dataKey = earlier(dataKey, since);
    return { dataKey, recipients };
  }

  #namesOf({ metadata }: SealedVersion): ReadonlySet<string> {
    return new Set(metadata.keyGroups.flat().map(({ masterKey }) => nameOf(masterKey, this.#keySources)));
  }

  /** All that a file was, under the names that it had. */
  async #pastOf(path: string): Promise<readonly Past[]> {
    this.#byPath ??= this.#readHistory();
    const byPath = await this.#byPath;
    const found: Past[] = [];
    const names = new Set([path]);
    for (const name of names)
      for (const past of byPath.get(name) ?? []) {
        found.push(past);
        names.add(past.oldPath);
      }
    return found;
  }

  async #readHistory(): Promise<ReadonlyMap<string, readonly Past[]>> {
    const byPath = new Map<string, Past[]>();
    // A repository without a commit has no history.
    const commits: readonly Commit[] =
      (await this.#git.ask(['rev-parse', '--verify', '--quiet', 'HEAD'])) === undefined ? [] : await history(this.#git, { renames: true });
    for (const { changes, date } of commits)
      for (const { path, oldPath, after } of changes) {
        const pasts = byPath.get(path) ?? [];
        pasts.push({ path, oldPath, blob: after, date: new Date(date) });
        byPath.set(path, pasts);
      }
    return byPath;
  }
}
