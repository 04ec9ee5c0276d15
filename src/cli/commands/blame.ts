import { SopsError } from '../../errors.ts';
import { openBlobs } from '../../git/blobs.ts';
import { type Blamed, blame, deletions } from '../../git/past/blame.ts';
import { DataKeys } from '../../git/past/data-keys.ts';
import { fileHistory } from '../../git/past/file-history.ts';
import { type FileVersion, lineageOf } from '../../git/past/lineage.ts';
import { SealedVersions, versionOf } from '../../git/past/sealed-versions.ts';
import { isShallow, openRepository, type Repository } from '../../git/repository.ts';
import { keySources } from '../../keysources/index.ts';
import { readFile } from '../../node/files.ts';
import { readSealed } from '../../operations/open-file.ts';
import { commitAsJson, dayOf, shortId } from '../commit-names.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { print, say } from '../report.ts';
import { pathInRepository } from '../repository-paths.ts';
import { tableOf } from '../table.ts';

/** `sopsmith blame file`. */
export async function run({ words, flags, context }: Invocation): Promise<void> {
  const [file] = words;
  if (file === undefined) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  if (words.length > 1) throw new SopsError('USAGE', 'blame takes one file');
  const repository = await openRepository('.', context);
  const blobs = await openBlobs(repository.top, context);
  try {
    await inFile(file, async () => {
      const path = pathInRepository(repository, file);
      const versions = new SealedVersions(blobs, { keySources });
      const newest = await newestVersion(repository, { path, file, inputType: flags.text('input-type') }, versions);
      const dataKeys = new DataKeys();
      for (const version of newest.all) dataKeys.add(version);
      const rows = [...blame(newest.version, dataKeys), ...(flags.isOn('deleted') ? deletions(newest.version) : [])];
      print(flags.isOn('json') ? asJson(rows) : asTable(rows));
      if (versions.unreadable > 0) say(`${versions.unreadable} versions of it could not be read, and were passed over`);
      if (await isShallow(repository)) say('this clone is shallow: what was before is not known; `git fetch --unshallow` brings it');
    });
  } finally {
    await blobs.close();
  }
}

interface Wanted {
  readonly path: string;
  readonly file: string;
  readonly inputType: string | undefined;
}

/** The file as it is in the work tree, else in the last commit, and all that it was. Throws `METADATA_NOT_FOUND`. */
async function newestVersion(
  repository: Repository,
  wanted: Wanted,
  versions: SealedVersions,
): Promise<{ readonly version: FileVersion; readonly all: readonly FileVersion[] }> {
  const { path } = wanted;
  const commits = await fileHistory(repository.git, path);
  const { files, gone, versions: all } = await lineageOf(commits, { tip: commits.at(-1)?.id ?? '' }, versions);
  const committed = files.get(path);
  const changed = repository.bare ? undefined : uncommitted(wanted, committed, gone.get(path));
  if (changed !== undefined) return { version: changed, all: [...all, changed] };
  if (committed !== undefined) return { version: committed, all };
  throw new SopsError('METADATA_NOT_FOUND', 'Git has no encrypted file of that name in the last commit', {
    hint: gone.has(path)
      ? 'it was encrypted earlier, and is deleted or in clear now'
      : 'see that the name is right, and that it is encrypted and committed',
  });
}

/** What the work tree holds, where it is encrypted there and other than committed: through a filter, Git shows it in clear. */
function uncommitted(wanted: Wanted, committed: FileVersion | undefined, gone: FileVersion | undefined): FileVersion | undefined {
  const now = inWorkTree(wanted);
  if (now === undefined || (committed && sameValues(now, committed))) return undefined;
  const earlier = committed ?? gone;
  return { ...now, path: wanted.path, blob: '', commit: undefined, earlier: earlier ? [earlier] : [] };
}

function inWorkTree({ file, inputType }: Wanted): ReturnType<typeof versionOf> | undefined {
  const content = readFile(file);
  if (content === undefined) return undefined;
  try {
    return versionOf(readSealed(content, sealedFormatFor(inputType, { name: file, path: file }), { keySources }));
  } catch (error) {
    if (error instanceof SopsError) return undefined;
    throw error;
  }
}

const sameValues = ({ values }: Pick<FileVersion, 'values'>, other: FileVersion): boolean =>
  values.size === other.values.size &&
  [...values].every(([path, { text, sealed }]) => other.values.get(path)?.text === text && other.values.get(path)?.sealed === sealed);

const asTable = (rows: readonly Blamed[]): string =>
  tableOf(
    ['PATH', 'CHANGED', 'COMMIT', 'AUTHOR', ''],
    rows.map((row) => {
      const { path, commit } = row;
      return [path, ...(commit === undefined ? ['-', 'not yet', '-'] : [dayOf(commit), shortId(commit), commit.author]), remarkOn(row)];
    }),
  );

function remarkOn({ what, sealed, reencrypted }: Blamed): string {
  const again =
    reencrypted === undefined
      ? ''
      : `re-encrypted ${reencrypted === 'not committed' ? 'since' : `${dayOf(reencrypted)} ${shortId(reencrypted)}`}, may have changed then`;
  return [...(what === 'changed' ? [] : [what]), ...(sealed ? [] : ['in clear']), ...(again === '' ? [] : [again])].join(', ');
}

function asJson(rows: readonly Blamed[]): string {
  const shown = rows.map(({ path, sealed, what, commit, file, reencrypted }) => ({
    path,
    encrypted: sealed,
    what,
    file,
    changed: commitAsJson(commit),
    ...(reencrypted === undefined ? {} : { reencrypted: commitAsJson(reencrypted === 'not committed' ? undefined : reencrypted) }),
  }));
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}
