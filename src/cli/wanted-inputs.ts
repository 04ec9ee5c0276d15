import { type Dirent, readdirSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { SopsError } from '../errors.ts';
import { realPath, statFile, systemError } from '../node/files.ts';
import type { Flags } from './argv.ts';
import { fileInput, type Input, mayBeGlob } from './input.ts';
import type { Invocation } from './invocation.ts';

/** Whether a file found in a folder or by a glob is meant; files named outright are. */
export type Wanted = (path: string) => Promise<boolean> | boolean;

/** Folders that hold copies and history, never files to work on. */
const passedBy: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** What a command makes of several files named outright: `first` where all would go to standard output, of which sops takes the first alone. */
export type Several = 'each' | 'first';

/**
 * The files that the words of a command line name where that is more than one file: several files, folders (with `--recursive`, or where `folders` says so), globs. Undefined for one file and for standard input.
 * Throws `NO_FILE_SPECIFIED`, `INPUT_UNREADABLE`, `CONFLICTING_FLAGS`.
 */
export async function wantedInputs(
  { words, flags }: Invocation,
  wanted: Wanted,
  several: Several,
  folders: boolean = flags.isOn('recursive'),
): Promise<readonly Input[] | undefined> {
  const output = flags.text('output');
  const asked = flags.isOn('in-place') || output !== undefined || flags.isOn('json');
  const kinds = words.map((word) => kindOf(word, folders));
  if (kinds.every((kind) => kind === 'file') && (words.length < 2 || !(asked || several === 'each'))) return undefined;
  refuseConflicts(flags);
  const found: Found[] = [];
  for (const [at, word] of words.entries()) found.push(...(await filesOf(word, kinds[at] ?? 'file', wanted)));
  return inputsOf(found, output);
}

/**
 * The files that words name for a command that only reads them, in that order and each once: files, and what globs and folders hold that is `wanted`.
 * Throws `NO_FILE_SPECIFIED` for a glob that matches nothing, `INPUT_UNREADABLE`.
 * @param asOften a file that is named outright, not found, counts as often as it is named
 */
export async function filesNamed(words: readonly string[], wanted: Wanted, asOften = false): Promise<readonly Input[]> {
  const named = new Set<string | undefined>();
  const inputs: Input[] = [];
  for (const word of words) {
    const kind = kindOf(word, true);
    const found = kind === 'file' ? [fileInput(word)] : inputsOf(await filesOf(word, kind, wanted), undefined);
    const fresh = found.filter(({ path }) => (asOften && kind === 'file') || !named.has(path && realPath(path)));
    for (const { path } of fresh) named.add(path && realPath(path));
    inputs.push(...fresh);
  }
  return inputs;
}

type Kind = 'file' | 'folder' | 'glob';

function kindOf(word: string, recursive: boolean): Kind {
  const stat = statFile(word);
  if (stat === undefined) return mayBeGlob(word) ? 'glob' : 'file';
  return stat.isDirectory() && recursive ? 'folder' : 'file';
}

function refuseConflicts(flags: Flags): void {
  if (flags.isOn('in-place') && flags.text('output') !== undefined)
    throw new SopsError('CONFLICTING_FLAGS', 'cannot operate on both --output and --in-place');
  if (flags.text('filename-override') !== undefined)
    throw new SopsError('CONFLICTING_FLAGS', '--filename-override gives one name, and there are several files');
}

async function filesOf(word: string, kind: Kind, wanted: Wanted): Promise<readonly Found[]> {
  if (kind === 'folder') return filesBelow(resolve(word), wanted);
  if (kind === 'glob') return matching(word, wanted);
  return [{ path: resolve(word), below: basename(resolve(word)), shown: word }];
}

interface Found {
  readonly path: string;
  /** Where it stands below the folder that was named. */
  readonly below: string;
  readonly shown: string;
}

/**
 * Each file once, whatever names it has, with the place that it goes to in the folder `output`.
 * Throws `CONFLICTING_FLAGS` where two would go to one place, or one to where another is read.
 */
function inputsOf(found: readonly Found[], output: string | undefined): readonly Input[] {
  const distinct = new Map(found.map((one) => [output === undefined ? realPath(one.path) : one.path, one])).values();
  const read = new Set(output === undefined ? [] : found.map(({ path }) => realPath(path)));
  const targets = new Map<string, Found>();
  return Array.from(distinct, (one): Input => {
    const { path, shown } = one;
    if (output === undefined) return { path, name: path, shown };
    const target = resolve(output, one.below);
    const other = targets.get(target);
    if (other !== undefined) throw new SopsError('CONFLICTING_FLAGS', `${other.shown} and ${shown} would both be written to ${target}`);
    if (read.has(realPath(target)))
      throw new SopsError('CONFLICTING_FLAGS', `${shown} would be written over a file that is read too: ${target}`, {
        hint: '--output takes another folder; --in-place changes files where they lie',
      });
    targets.set(target, one);
    return { path, name: path, shown, target };
  });
}

async function filesBelow(folder: string, wanted: Wanted): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const path of allFilesBelow(folder))
    if (await wanted(path)) found.push({ path, below: relative(folder, path), shown: shownPath(path) });
  return found;
}

/** All files that a glob takes, from the folder on that it begins with. */
async function matching(glob: string, wanted: Wanted): Promise<readonly Found[]> {
  const { default: picomatch } = await import('picomatch');
  const { base } = picomatch.scan(glob);
  const folder = resolve(base === '' ? '.' : base);
  if (statFile(folder)?.isDirectory() !== true) throw new SopsError('NO_FILE_SPECIFIED', `no file matches ${glob}`);
  const pattern = relative(folder, resolve(glob)).replaceAll(sep, '/');
  const matches = picomatch(pattern, { dot: true });
  const found: Found[] = [];
  for (const path of allFilesBelow(folder)) {
    const below = relative(folder, path);
    if (matches(below.replaceAll(sep, '/')) && (await wanted(path))) found.push({ path, below, shown: shownPath(path) });
  }
  if (found.length === 0) throw new SopsError('NO_FILE_SPECIFIED', `no file matches ${glob}`);
  return found;
}

function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}

/** All files in a folder and below it, in order of their names. Symbolic links are not followed. Throws `INPUT_UNREADABLE`. */
export function* allFilesBelow(folder: string): Generator<string> {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!passedBy.has(entry.name)) yield* allFilesBelow(path);
    } else if (entry.isFile()) yield path;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    throw systemError('INPUT_UNREADABLE', 'error reading folder', folder, error);
  }
}
