import { basename, resolve } from 'node:path';
import { printable, SopsError } from '../../errors.ts';
import type { MergeFiles } from '../../git/drivers/conflict-text.ts';
import { type DriverOutcome, mergeForGit } from '../../git/drivers/merge.ts';
import { readFile } from '../../node/files.ts';
import { audit } from '../audit.ts';
import { formatOfVersions, mergeOptions } from '../merging.ts';
import type { Invocation } from '../invocation.ts';
import { rememberedKeys } from '../remembered-keys.ts';
import { reportError, say } from '../report.ts';
import { servicesOf } from '../services.ts';

/** The status for a failure that left the file as it was: Git takes anything above 128 for one, and less for a conflict. */
const failed = 129;
const usualMarkerSize = 7;

/** `sopsmith merge base ours theirs`, as Git calls it. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, context } = invocation;
  const [base, ours, theirs, more] = words;
  if (base === undefined || ours === undefined || theirs === undefined || more !== undefined)
    throw new SopsError('USAGE', 'three files are needed: the common version, ours and theirs', {
      hint: '`git install` sets up the driver',
    });
  const files = { base: resolve(base), ours: resolve(ours), theirs: resolve(theirs) };
  try {
    return await mergeFiles(invocation, files);
  } catch (error) {
    const status = reportError(error);
    // An older Git takes any failure for a conflict, and what stands in ours, a copy, for what is to be resolved. A file that somebody named is left as it is.
    if (basename(files.ours).startsWith('.merge_file_')) await context.files.replace(files.ours, new TextEncoder().encode(failureText));
    return Math.max(status, failed);
  }
}

const failureText = `<<<<<<< ours
the versions could not be merged: they are in the index of Git alone
=======
>>>>>>> theirs
`;

async function mergeFiles(invocation: Invocation, files: MergeFiles): Promise<number> {
  const { flags } = invocation;
  const path = flags.text('path') ?? invocation.words[1] ?? '';
  const sources = { base: readVersion(files.base), ours: readSide(files.ours), theirs: readSide(files.theirs) };
  const format = formatOfVersions(flags.text('input-type'), path, [sources.ours, sources.theirs, sources.base]);
  const labels = {
    base: label(flags.text('base-name')) ?? 'base',
    ours: label(flags.text('our-name')) ?? 'ours',
    theirs: label(flags.text('their-name')) ?? 'theirs',
  };
  const options = mergeOptions(invocation, format);
  await audit(['decrypt', 'encrypt'], path);
  const call = { files, sources, format, options, labels, markerSize: markerSize(flags.text('marker-size')) };
  return tell(path, await mergeForGit(call, { ...servicesOf(invocation), known: rememberedKeys(invocation.context) }));
}

/** Git gives an empty file where there is no common version. */
function readVersion(path: string): Uint8Array | undefined {
  const content = readFile(path);
  return content === undefined || content.length === 0 ? undefined : content;
}

function readSide(path: string): Uint8Array {
  const content = readFile(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', 'error reading file: no such file or directory', { file: path });
  return content;
}

/** An older Git leaves a placeholder that it does not know as it stands. */
const label = (text: string | undefined): string | undefined => (text === undefined || /^%[SXY]$/.test(text) ? undefined : printable(text));

function markerSize(text: string | undefined): number {
  const size = Number(text);
  return Number.isSafeInteger(size) && size > 0 && size < 1000 ? size : usualMarkerSize;
}

function tell(path: string, outcome: DriverOutcome): number {
  const name = printable(path);
  if (outcome.result === 'text') return Number(outcome.conflict);
  if (outcome.result === 'merged') {
    for (const note of outcome.notes) say(`${name}: ${printable(note)}`);
    for (const warning of outcome.warnings) say(`Warning: ${name}: ${printable(warning)}`);
    return 0;
  }
  for (const conflict of outcome.conflicts) say(`${name}: ${printable(conflict)}`);
  if (outcome.because !== undefined) reportError(outcome.because);
  say(`${name}: in conflict, and left encrypted: \`sopsmith git resolve ${shellWord(path)}\` opens it`);
  return 1;
}

const shellWord = (word: string): string =>
  /^[\w./@%+,:=-]+$/.test(word) ? word : `'${printable(word).replaceAll("'", String.raw`'\''`)}'`;
