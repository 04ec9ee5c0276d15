import { settleAll } from '../../operations/lanes.ts';
import type { Answer } from './answer.ts';
import { decryptEntry, decryptManifests } from './decrypt-manifests.ts';
import { type Decrypted, decryptSource, type TreeOptions, unfitness } from './decrypt-source.ts';
import { type EntryReference, findReferences, type ManifestReference, type References } from './references.ts';
import type { SourceFiles } from './source-files.ts';

/** A tree as the controller would decrypt it: nothing is written. */
export interface DecryptedTree {
  readonly references: References;
  /** In the order in which the tree is walked: first what is read before the build, then manifests. */
  readonly answers: readonly Answer[];
  /** What differs from the files of the tree, by path; plaintext. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Decryption waits for services more than it computes. */
const lanes = 8;

/**
 * Decrypts all that a kustomization reaches, as the kustomize-controller of Flux does: files that Kustomize reads, then manifests. The controller gives up at the first failure; here all are
 * told. Manifests are decrypted where they lie, not after a build. Throws `CANCELLED`.
 * @param folder of the kustomization, relative to the root
 * @param manifestsToo whether manifests are, which may be left until they are built
 */
// oxlint-disable-next-line max-params -- where, what, how, how far
export async function decryptTree(files: SourceFiles, folder: string, options: TreeOptions, manifestsToo = true): Promise<DecryptedTree> {
  const references = findReferences(files, folder);
  const contents = new Map<string, Uint8Array>();
  const sources = await all(references.sources, async (reference) => decryptSource(reference, files, options));
  keep(references.sources, sources, contents);
  const failed = new Set(sources.flatMap(({ answers }) => answers.filter(({ outcome }) => outcome === 'failed').map(({ file }) => file)));
  const left = manifestsToo ? remaining(references, contents, files).filter(({ file }) => !failed.has(file)) : [];
  const entries = await all(left, async (reference) => decryptEntryFile(reference, files, options));
  keep(left, entries, contents);
  const manifests = await all(manifestsToo ? references.manifests : [], async (reference) =>
    decryptManifestFile(reference, files, { contents, options }),
  );
  keep(references.manifests, manifests, contents);
  return {
    references,
    answers: [...references.answers, ...[...sources, ...entries, ...manifests].flatMap(({ answers }) => answers)],
    contents,
  };
}

async function all<T>(items: readonly T[], step: (item: T) => Promise<Decrypted>): Promise<readonly Decrypted[]> {
  const settled = await settleAll(
    items.map((item) => async () => step(item)),
    lanes,
  );
  return settled.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    throw result.reason;
  });
}

function keep(references: readonly { readonly file: string }[], results: readonly Decrypted[], contents: Map<string, Uint8Array>): void {
  for (const [at, { file }] of references.entries()) {
    const content = results[at]?.content;
    if (content !== undefined) contents.set(file, content);
  }
}

/** Files that stay as they are before the build, and become entries of Secrets in it. */
const remaining = ({ entries }: References, contents: ReadonlyMap<string, Uint8Array>, files: SourceFiles): readonly EntryReference[] =>
  entries.filter(({ file }) => !contents.has(file) && files.look(file)?.kind === 'file');

async function decryptEntryFile({ file, named, key }: EntryReference, files: SourceFiles, options: TreeOptions): Promise<Decrypted> {
  const entry = await decryptEntry(files.read(file), key, options);
  if (entry === undefined) return { answers: [] };
  const answer: Answer = { file, named, stage: 'after the build', part: `data entry ${key}`, ...entry.verdict };
  return { answers: [answer], ...(entry.content === undefined ? {} : { content: entry.content }) };
}

/** A file may be a source and hold manifests as well. */
async function decryptManifestFile(
  { file, named }: ManifestReference,
  files: SourceFiles,
  { contents, options }: { readonly contents: ReadonlyMap<string, Uint8Array>; readonly options: TreeOptions },
): Promise<Decrypted> {
  const unfit = files.look(file)?.kind === 'file' ? undefined : unfitness(files, file);
  if (unfit !== undefined) return { answers: [{ file, named, stage: 'after the build', ...unfit }] };
  return decryptManifests(contents.get(file) ?? files.read(file), { file, named }, options);
}
