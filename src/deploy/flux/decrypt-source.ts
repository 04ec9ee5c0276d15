import { decrypt } from '../../operations/decrypt.ts';
import type { Answer } from './answer.ts';
import { attempted } from './decrypted.ts';
import type { Keyring } from './keyring.ts';
import type { SourceReference } from './references.ts';
import type { SourceFiles } from './source-files.ts';
import { hasMarker, largestFile, markerOf } from './told-format.ts';

/** What becomes of one file, and what is in it then; undefined where it stays. */
export interface Decrypted {
  readonly answers: readonly Answer[];
  readonly content?: Uint8Array;
}

/** How a tree is decrypted. */
export interface TreeOptions {
  readonly keyring: Keyring;
  /** The controller never does: Kustomize adds labels and the like to what it builds. */
  readonly checkMac: boolean;
}

/**
 * Decrypts a file that Kustomize reads, as the controller does before the build (`sopsDecryptFile`): a regular file of at most 5 MiB that has the marker of the format its name
 * says, and into the same format.
 */
export async function decryptSource(
  reference: SourceReference,
  files: SourceFiles,
  { keyring, checkMac }: TreeOptions,
): Promise<Decrypted> {
  const { file, named, format } = reference;
  const answer = (verdict: Omit<Answer, 'file' | 'named' | 'stage' | 'format'>): Answer => ({
    file,
    named,
    stage: 'before the build',
    format: format.name,
    ...verdict,
  });
  const unfit = unfitness(files, file);
  if (unfit !== undefined) return { answers: [answer(unfit)] };
  const content = files.read(file);
  if (!hasMarker(content, format)) {
    const message = `not taken for encrypted: as ${format.name}, which its name says it is, it would hold \`${markerOf(format)}\``;
    return { answers: [answer({ outcome: 'left', reason: 'no-marker', message })] };
  }
  const result = await attempted(async (note) => {
    const outcome = await decrypt(content, { input: format, output: format, print: {} }, { ignoreMac: !checkMac }, keyring.services(note));
    return outcome.content;
  });
  if ('refused' in result) return { answers: [answer(result.refused)] };
  const message = `decrypted before the build, as ${format.name}`;
  return { answers: [answer({ outcome: 'decrypted', reason: 'source', message, keys: result.keys })], content: result.content };
}

/** Why a file cannot be decrypted whatever is in it. */
export function unfitness(files: SourceFiles, file: string): Pick<Answer, 'outcome' | 'reason' | 'message' | 'hint'> | undefined {
  const standing = files.look(file);
  if (standing === undefined)
    return {
      outcome: 'failed',
      reason: 'missing',
      message: 'there is no such file below the root',
      hint: 'links and .. do not lead out of the root: see --root',
    };
  if (standing.kind !== 'file') return { outcome: 'failed', reason: 'irregular', message: 'it is not a regular file' };
  if (standing.size <= largestFile) return undefined;
  return {
    outcome: 'failed',
    reason: 'too-large',
    message: `it is larger than 5 MiB (${standing.size} bytes), which is the most that Flux decrypts`,
    hint: 'split it, or keep it elsewhere',
  };
}
