import { formatByMarkers } from '../../formats/told.ts';
import type { Answer } from './answer.ts';
import { type DecryptedTree, decryptTree } from './decrypt-tree.ts';
import type { FluxFinding, FluxRule } from './finding.ts';
import type { Keyring } from './keyring.ts';
import { lintKustomization } from './lint-kustomization.ts';
import { lintManifests, markerHint } from './lint-manifest.ts';
import type { SourceReference } from './references.ts';
import type { SourceFiles } from './source-files.ts';
import { formatByMarker, hasMarker, largestFile } from './told-format.ts';

/**
 * Finds what of a kustomization would fail only in the cluster.
 * @param folder of the kustomization, relative to the root
 * @param given whether the keys are those of the cluster: without, nothing is said of who can open what
 */
// oxlint-disable-next-line max-params -- where, what, with which keys
export async function lintTree(files: SourceFiles, folder: string, keyring: Keyring, given: boolean): Promise<readonly FluxFinding[]> {
  const tree = await decryptTree(files, folder, { keyring, checkMac: false });
  const { references } = tree;
  return [
    ...tree.answers.flatMap((answer) => answerFindings(answer, given)),
    ...heldFindings(tree),
    ...references.sources.flatMap((reference) => sourceFindings(reference, files)),
    ...references.manifests.flatMap(({ file }) => (files.look(file)?.kind === 'file' ? lintManifests(files.read(file), file) : [])),
    ...references.kustomizations.flatMap(({ folder: place, kustomization }) => lintKustomization(files, place, kustomization)),
  ];
}

const rules: Readonly<Partial<Record<Answer['reason'], FluxRule>>> = {
  'too-large': 'too-large',
  missing: 'unreadable',
  irregular: 'unreadable',
  circle: 'unreadable',
  kustomization: 'unreadable',
  'no-key': 'no-key',
  broken: 'unopenable',
  unprintable: 'format-by-name',
  'comment-rule': 'comment-rule',
};

function answerFindings(answer: Answer, given: boolean): readonly FluxFinding[] {
  const { file, part, outcome, reason, message } = answer;
  const rule = rules[reason];
  if (rule === undefined || (outcome !== 'failed' && rule !== 'comment-rule') || (rule === 'no-key' && !given)) return [];
  return [{ file: file === '' ? '.' : file, ...(part === undefined ? {} : { part }), rule, message, hint: hintFor(answer, rule) }];
}

function hintFor({ hint, format, outputFormat }: Answer, rule: FluxRule): string {
  if (outputFormat !== undefined) return `its name asks for ${outputFormat}: name the entry so that it says ${format ?? 'its format'}`;
  return hint ?? hints[rule] ?? 'restore the file from version control';
}

const hints: Readonly<Partial<Record<FluxRule, string>>> = {
  'no-key': 'encrypt it for a key of the cluster as well: updatekeys',
  unreadable: 'correct the reference',
};

function heldFindings({ references }: DecryptedTree): readonly FluxFinding[] {
  return [...references.sources, ...references.manifests]
    .filter(({ held }) => held)
    .map(({ file, named }) => ({
      file,
      rule: 'leads-out' as const,
      message: `${named}: the reference leads out of the root, where Flux holds it: it reads this file, or none`,
      hint: 'put the file below the root, and name it there',
    }));
}

/** An encrypted file that Flux would not take for one, and variables that Kustomize would not read. */
function sourceFindings(reference: SourceReference, files: SourceFiles): readonly FluxFinding[] {
  const { file, named, format } = reference;
  const standing = files.look(file);
  const content = standing?.kind === 'file' && standing.size <= largestFile ? files.read(file) : undefined;
  const sealedAs = content && formatByMarkers(content);
  if (content === undefined || sealedAs === undefined) return [];
  const isEnvs = named.endsWith(': envs');
  if (isEnvs && format.name !== 'dotenv') {
    const message = `${named}: variables in ${format.name}, which Kustomize does not read`;
    return [{ file, rule: 'env-format', message, hint: 'name a file of KEY=value lines that ends in .env' }];
  }
  return hasMarker(content, format) ? [] : markerFindings(reference, content, sealedAs.name);
}

function markerFindings({ file, named, format }: SourceReference, content: Uint8Array, sealedAs: string): readonly FluxFinding[] {
  if (formatByMarker(content) === undefined) {
    const message = `${named}: it is encrypted, and Flux finds no marker in it: it stays ciphertext`;
    return [{ file, rule: 'no-marker', message, hint: markerHint }];
  }
  // What becomes of entries of Secrets after the build is told there.
  if (named.includes(': files, key ')) return [];
  const message = `${named}: its name says ${format.name}, and it is ${sealedAs}: Flux leaves it as ciphertext`;
  return [{ file, rule: 'format-by-name', message, hint: `give it a name that says ${sealedAs}` }];
}
