import { utf8 } from '../../crypto/bytes.ts';
import { SopsError } from '../../errors.ts';
import type { Format } from '../../formats/format.ts';
import type { Context } from '../../ports.ts';
import { gitCommand, quietGit } from '../git.ts';

/** The files that Git gives a merge driver: the result goes into `ours`. */
export interface MergeFiles {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** How Git wants conflicts to be shown. */
export interface ConflictStyle {
  readonly markerSize: number;
  /** What the versions are called behind the markers. */
  readonly labels: MergeFiles;
}

/** Merges texts line by line into the file `ours`, as Git itself does where no driver is set; answers whether that left conflicts. */
export async function mergeAsText(
  files: MergeFiles,
  { markerSize, labels }: ConflictStyle,
  { run }: Pick<Context, 'run'>,
): Promise<boolean> {
  const named = [labels.ours, labels.base, labels.theirs].flatMap((label) => ['-L', label]);
  const words = ['merge-file', '-q', `--marker-size=${markerSize}`, ...named, '--', files.ours, files.base, files.theirs];
  const { status } = await run(gitCommand('.', words), { env: quietGit });
  if (status === 127) throw new SopsError('GIT_FAILED', 'git could not be started', { hint: 'install git, and see that it is in PATH' });
  // What is no text cannot be merged so: as with Git, ours stays, and it is a conflict.
  return status !== 0;
}

/**
 * Puts the text of a conflict between encrypted versions into the file `ours`: what Git would write, ciphertext and all. It is never a document of the format, so that nobody takes
 * it for one, whatever the texts and labels are like.
 */
export async function writeConflict(
  files: MergeFiles,
  style: ConflictStyle,
  format: Format,
  { run, files: fileSystem }: Pick<Context, 'run' | 'files'>,
): Promise<void> {
  const [ours, theirs] = [await textOf(files.ours, fileSystem), await textOf(files.theirs, fileSystem)];
  const conflicts = await mergeAsText(files, style, { run });
  const merged = await textOf(files.ours, fileSystem);
  const size = style.markerSize;
  if (conflicts && merged.includes('<'.repeat(size)) && !isDocument(merged, format)) return;
  const whole = [`${'<'.repeat(size)} ours`, ours, '='.repeat(size), theirs, `${'>'.repeat(size)} theirs`];
  await fileSystem.replace(files.ours, utf8(`${whole.map((part) => part.replace(/\n$/, '')).join('\n')}\n`));
}

async function textOf(path: string, files: Context['files']): Promise<string> {
  return new TextDecoder().decode((await files.read(path)) ?? new Uint8Array());
}

function isDocument(text: string, format: Format): boolean {
  try {
    format.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SopsError) return false;
    throw error;
  }
}
