import { utf8 } from '../../crypto/bytes.ts';
import { holdsCiphertext } from '../../crypto/envelope.ts';
import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { type Merge, type MergeOptions, type Side, startMerge } from '../../operations/merge/merge.ts';
import type { Services } from '../../operations/operation.ts';
import { isSealed, type Sources } from '../../operations/merge/versions.ts';
import { type ConflictStyle, mergeAsText, type MergeFiles, writeConflict } from './conflict-text.ts';

/** What came of a merge. */
export type DriverOutcome =
  /** The merged file is in the place of ours. */
  | { readonly result: 'merged'; readonly notes: readonly string[]; readonly warnings: readonly string[] }
  /** Git's text of the conflict is in the place of ours, ciphertext and all. `because`: what hindered it, where it was no change of both sides. */
  | { readonly result: 'conflict'; readonly conflicts: readonly string[]; readonly because?: unknown }
  /** No side is encrypted: merged as Git merges texts. */
  | { readonly result: 'text'; readonly conflict: boolean };

/** What Git asks of a merge driver. */
export interface DriverCall extends ConflictStyle {
  readonly files: MergeFiles;
  readonly sources: Sources;
  readonly format: Format;
  readonly options: MergeOptions;
}

/**
 * Merges three versions of a file for Git. Whatever happens, `ours` is then either the merged file or a text with conflict markers: never one side as if it were the merged file,
 * and never plaintext of an encrypted file, or of a file that is encrypted on one side. Throws only where that cannot be written.
 */
export async function mergeForGit(call: DriverCall, services: Services): Promise<DriverOutcome> {
  const merge = await attempt(() => startMerge(call.sources, call.format, call.options, services));
  if ('failure' in merge) return conflict(call, { because: merge.failure }, services);
  if (merge.made === undefined) return withoutEncryption(call, services);
  try {
    return await write(call, merge.made, services);
  } finally {
    merge.made.close();
  }
}

async function write(call: DriverCall, merge: Merge, services: Services): Promise<DriverOutcome> {
  const conflicts = [...merge.conflicts, ...merge.ruleConflicts];
  if (conflicts.length > 0) return conflict(call, { conflicts, merge }, services);
  const settled = await attempt(() => merge.settled('ours'));
  if ('failure' in settled) return conflict(call, { because: settled.failure, merge }, services);
  const { content, notes, warnings } = settled.made;
  await services.context.files.replace(call.files.ours, content);
  return { result: 'merged', notes, warnings };
}

/** Encrypted on neither side: as any other file, unless a side cannot be told from an encrypted one. */
async function withoutEncryption(call: DriverCall, services: Services): Promise<DriverOutcome> {
  const broken = [call.sources.ours, call.sources.theirs].some(
    (source) => isSealed(source, call.format) === undefined && holdsCiphertext(source),
  );
  if (broken)
    return conflict(call, { because: new SopsError('MALFORMED_DOCUMENT', 'a side is no document, though it has ciphertext') }, services);
  return { result: 'text', conflict: await mergeAsText(call.files, call, services.context) };
}

interface Reason {
  readonly conflicts?: readonly string[];
  readonly because?: unknown;
  readonly merge?: Merge;
}

async function conflict(call: DriverCall, { conflicts = [], because, merge }: Reason, services: Services): Promise<DriverOutcome> {
  await conceal(call, merge, services);
  await writeConflict(call.files, call, call.format, services.context);
  return { result: 'conflict', conflicts, ...(because !== undefined && { because }) };
}

const hidden = 'this version is not encrypted, and is not shown here\n';

/** No version that is not encrypted is shown beside one that is. */
async function conceal({ files, sources, format }: DriverCall, merge: Merge | undefined, { context }: Services): Promise<void> {
  for (const side of ['ours', 'theirs'] as const)
    if (!looksSealed(sources[side], format)) await context.files.replace(files[side], await concealedText(side, merge));
  if (sources.base !== undefined && !looksSealed(sources.base, format)) await context.files.replace(files.base, new Uint8Array());
}

async function concealedText(side: Side, merge: Merge | undefined): Promise<Uint8Array> {
  const concealed = merge === undefined ? undefined : await attempt(() => merge.concealed(side));
  return concealed !== undefined && 'made' in concealed ? concealed.made : utf8(hidden);
}

/** Whether a version may be shown: it is encrypted. */
function looksSealed(source: Uint8Array, format: Format): boolean {
  try {
    return isSealed(source, format) === true;
  } catch (error) {
    if (error instanceof SopsError) return holdsCiphertext(source);
    throw error;
  }
}

type Attempt<T> = { readonly made: T } | { readonly failure: unknown };

async function attempt<T>(make: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { made: await make() };
  } catch (error) {
    return { failure: error };
  }
}
