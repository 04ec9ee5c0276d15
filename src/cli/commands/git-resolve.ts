import { basename, dirname, resolve } from 'node:path';
import { printable, SopsError, type SopsErrorCode } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import { type Repository, openRepository } from '../../git/repository.ts';
import { type SidesTold, tellSides } from '../../git/resolve/sides.ts';
import { readStages, settle, settleRemoved, type Stages, stagesOf } from '../../git/resolve/stages.ts';
import { editorCommand, runEditor } from '../../node/editor.ts';
import { readFile } from '../../node/files.ts';
import { stopWaiting, waitForEnter } from '../../node/key-press.ts';
import { openScratch, type Scratch } from '../../node/scratch.ts';
import { type Signals, watchSignals } from '../../node/signals.ts';
import { markerLine } from '../../operations/merge/marked-text.ts';
import { type Merge, type MergedFile, type Side, startMerge } from '../../operations/merge/merge.ts';
import { audit } from '../audit.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { formatOfVersions, mergeOptions } from '../merging.ts';
import { rememberedKeys } from '../remembered-keys.ts';
import { errorText, log, say, warn } from '../report.ts';
import { servicesOf } from '../services.ts';

const pressEnter = 'Press enter to return to the editor, or Ctrl+C to leave the file in conflict.';

/** What can be put right in the editor. */
const canBeMended: ReadonlySet<SopsErrorCode> = new Set<SopsErrorCode>([
  'MERGE_CONFLICT',
  'MALFORMED_DOCUMENT',
  'EMPTY_DOCUMENT',
  'ALREADY_ENCRYPTED',
  'UNPRINTABLE_DOCUMENT',
  'VALUE_UNSEALABLE',
]);

/** `sopsmith git resolve file…`: one after the other. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags } = invocation;
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  if (flags.isOn('ours') && flags.isOn('theirs')) throw new SopsError('CONFLICTING_FLAGS', 'either --ours or --theirs');
  for (const word of words) await inFile(word, () => resolveFile(invocation, word));
}

/** A file in conflict. */
interface Case {
  readonly word: string;
  /** From the top of the work tree. */
  readonly path: string;
  readonly repository: Repository;
  readonly stages: Stages;
}

async function resolveFile(invocation: Invocation, word: string): Promise<void> {
  const file = resolve(word);
  const repository = await openRepository(dirname(file), invocation.context);
  const path = repository.prefix + basename(file);
  const stages = await stagesOf(repository.git, path);
  if (stages === undefined) throw notInConflict(word, file);
  const found = { word, path, repository, stages };
  if (stages.ours === undefined || stages.theirs === undefined) return settleWhole(found, wishedSide(invocation));
  return settleMerged(invocation, found);
}

function notInConflict(word: string, file: string): SopsError {
  const content = new TextDecoder().decode(readFile(file) ?? new Uint8Array());
  if (markerLine(content, 7) === undefined) return new SopsError('UNSUPPORTED', 'the file is not in conflict');
  return new SopsError('MERGE_CONFLICT', 'the file has conflict markers, but Git no longer has its versions in conflict', {
    hint: `\`git checkout --merge -- ${word}\` brings the conflict back, if the file was added in this merge; else take one version: \`git checkout HEAD -- ${word}\``,
  });
}

/** Which side is to be taken wherever both changed the same. */
function wishedSide({ flags }: Invocation): Side | undefined {
  if (flags.isOn('ours')) return 'ours';
  return flags.isOn('theirs') ? 'theirs' : undefined;
}

/** One side removed the file, and the other changed it. */
async function settleWhole({ path, repository, stages }: Case, side: Side | undefined): Promise<void> {
  const removed = stages.ours === undefined ? 'ours' : 'theirs';
  if (side === undefined)
    throw new SopsError('MERGE_CONFLICT', `${removed === 'ours' ? 'we' : 'they'} removed the file, and the other side changed it`, {
      hint: `--${removed} removes it, --${removed === 'ours' ? 'theirs' : 'ours'} keeps it`,
    });
  const stage = stages[side];
  if (stage === undefined) return settleRemoved(repository.git, path);
  const text = await repository.git.output(['cat-file', 'blob', stage.id]);
  return settle(repository.git, path, { mode: stage.mode, content: text });
}

async function settleMerged(invocation: Invocation, found: Case): Promise<void> {
  const { word, path, repository, stages } = found;
  const { context, flags } = invocation;
  const { base, ours, theirs } = await readStages(repository.top, stages, context);
  if (ours === undefined || theirs === undefined) throw new TypeError('a side is missing');
  const format = formatOfVersions(flags.text('input-type'), path, [ours, theirs, base]);
  const services = { ...servicesOf(invocation), known: rememberedKeys(context) };
  const merge = await startMerge({ base, ours, theirs }, format, mergeOptions(invocation, format), services);
  if (merge === undefined)
    throw new SopsError('UNSUPPORTED', 'no side of the conflict is encrypted', { hint: 'resolve it as any other file' });
  try {
    await audit(['decrypt'], word);
    const merged = await mergedFile(merge, { invocation, found, format });
    await audit(['encrypt'], word);
    await settle(repository.git, path, { mode: stages.ours?.mode ?? '100644', content: merged.content });
    for (const note of merged.notes) say(`${word}: ${printable(note)}`);
    for (const warning of merged.warnings) warn(`${word}: ${warning}`);
    log({ level: 'info', message: 'File written successfully' });
  } finally {
    merge.close();
  }
}

interface Desk {
  readonly invocation: Invocation;
  readonly found: Case;
  readonly format: Format;
}

async function mergedFile(merge: Merge, desk: Desk): Promise<MergedFile> {
  const side = wishedSide(desk.invocation);
  const rules = side ?? rulesWished(desk.invocation);
  if (merge.ruleConflicts.length > 0 && rules === undefined)
    throw new SopsError('MERGE_CONFLICT', merge.ruleConflicts.join('; '), { hint: 'say whose to take: --rules ours or --rules theirs' });
  if (side !== undefined) return merge.settled(side);
  if (merge.conflicts.length === 0 && merge.ruleConflicts.length === 0) return merge.settled('ours');
  const told = await tellSides(desk.found.repository, desk.invocation.context);
  tell(merge, told, desk.found.word);
  return edited(merge, told, rules ?? 'ours', desk);
}

function rulesWished({ flags }: Invocation): Side | undefined {
  const rules = flags.text('rules');
  if (rules === undefined || rules === 'ours' || rules === 'theirs') return rules;
  throw new SopsError('USAGE', '--rules is either ours or theirs');
}

function tell({ conflicts }: Merge, { during, labels }: SidesTold, word: string): void {
  say(`${word} is in conflict, in ${during}:`);
  say(`  ours:   ${printable(labels.ours)}`);
  say(`  theirs: ${printable(labels.theirs)}`);
  for (const conflict of conflicts) say(`  ${printable(conflict)}`);
}

async function edited(merge: Merge, { labels }: SidesTold, rules: Side, desk: Desk): Promise<MergedFile> {
  const { content, markerSize } = merge.marked(labels);
  const { env } = desk.invocation.context;
  const command = editorCommand(env);
  const signals = watchSignals();
  const scratch = openScratch(basename(desk.found.word), content, env);
  try {
    const finished = untilSettled({ command, scratch, signals, markerSize }, (text) => merge.finish(text, rules));
    return await Promise.race([finished, signals.cancelled]);
  } finally {
    scratch.wipe();
    stopWaiting();
    signals.stop();
  }
}

interface Editing {
  readonly command: readonly string[];
  readonly scratch: Scratch;
  readonly signals: Signals;
  readonly markerSize: number;
}

/** Has the text edited until no marker is left and it can be encrypted. */
async function untilSettled(
  { command, scratch, signals, markerSize }: Editing,
  finish: (edited: Uint8Array) => Promise<MergedFile>,
): Promise<MergedFile> {
  for (;;) {
    await runEditor(command, scratch.file, (editor) => {
      signals.passTo(editor);
    });
    const outcome = await attempt(scratch.read(), markerSize, finish);
    if ('merged' in outcome) return outcome.merged;
    say(`${errorText(outcome.error)}\n${pressEnter}`);
    if (!(await waitForEnter())) throw new SopsError(outcome.error.code, `${outcome.error.message}: the file is left in conflict`);
  }
}

async function attempt(
  text: Uint8Array,
  markerSize: number,
  finish: (edited: Uint8Array) => Promise<MergedFile>,
): Promise<{ readonly merged: MergedFile } | { readonly error: SopsError }> {
  const line = markerLine(new TextDecoder().decode(text), markerSize);
  if (line !== undefined) return { error: new SopsError('MERGE_CONFLICT', `a conflict marker is left in line ${line}`) };
  try {
    return { merged: await finish(text) };
  } catch (error) {
    if (error instanceof SopsError && canBeMended.has(error.code)) return { error };
    throw error;
  }
}
