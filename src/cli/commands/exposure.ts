import { SopsError } from '../../errors.ts';
import { type Blobs, openBlobs } from '../../git/blobs.ts';
import { type Commit, history } from '../../git/history.ts';
import { DataKeys } from '../../git/past/data-keys.ts';
import { type ExposedFile, type ExposedValue, exposure } from '../../git/past/exposure.ts';
import { type Lineage, lineageOf } from '../../git/past/lineage.ts';
import { Plaintexts } from '../../git/past/plaintexts.ts';
import { type KnownRecipient, recipientsMeant } from '../../git/past/recipients.ts';
import { SealedVersions } from '../../git/past/sealed-versions.ts';
import { isShallow, openRepository, type Repository } from '../../git/repository.ts';
import { recipientNames, type RecipientNames } from '../../config/recipient-names.ts';
import { keySources } from '../../keysources/index.ts';
import { nameOf } from '../../operations/master-key-name.ts';
import { audit } from '../audit.ts';
import { exposureAsJson, exposureAsText } from '../exposure-list.ts';
import type { Invocation } from '../invocation.ts';
import { nameBeside } from '../recipient-name.ts';
import { print } from '../report.ts';
import { fromHere, isAmong, pathInRepository } from '../repository-paths.ts';
import { servicesOf } from '../services.ts';

/** `sopsmith exposure recipient [file|folder…]`. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags, context } = invocation;
  const [recipient, ...places] = words;
  if (recipient === undefined)
    throw new SopsError('USAGE', 'the recipient is missing', { hint: 'sopsmith keys FILE lists those of a file' });
  const repository = await openRepository('.', context);
  const wanted = places.map((place) => pathInRepository(repository, place));
  const blobs = await openBlobs(repository.top, context);
  try {
    const past = await readPast(repository, blobs, { since: flags.text('since'), all: flags.isOn('all') });
    const meant = recipientsMeant(recipient, past.recipients);
    const names = new Set(meant.map(({ name }) => name));
    const found = exposure(past.lineage, past.dataKeys, ({ masterKey }) => names.has(nameOf(masterKey, keySources)));
    const asked = wanted.length === 0 ? found : found.filter(({ path }) => isAmong(path, wanted));
    const files = flags.isOn('decrypt') ? await compared(asked, past, blobs, invocation) : asked;
    const called = (path: string): string => fromHere(path, repository);
    const shallow = await isShallow(repository);
    const report = { recipients: meant, files, called, unreadable: past.unreadable, compared: flags.isOn('decrypt'), shallow };
    print(flags.isOn('json') ? exposureAsJson(report) : exposureAsText(report));
  } finally {
    await blobs.close();
  }
}

/** All encrypted files of a history, and whom they were ever encrypted for. */
interface Past {
  readonly lineage: Lineage;
  readonly dataKeys: DataKeys;
  readonly recipients: readonly KnownRecipient[];
  readonly unreadable: number;
}

async function readPast(
  { git }: Repository,
  blobs: Blobs,
  asked: { readonly since: string | undefined; readonly all: boolean },
): Promise<Past> {
  const tip = await git.ask(['rev-parse', '--verify', '--quiet', '--end-of-options', 'HEAD^{commit}']);
  if (tip === undefined) throw new SopsError('GIT_FAILED', 'this repository has no commit yet');
  const commits = await history(git, { all: asked.all, renames: true, linked: true, oldestFirst: true });
  const since =
    asked.since === undefined ? undefined : await git.text(['rev-parse', '--verify', '--end-of-options', `${asked.since}^{commit}`]);
  if (since !== undefined && !commits.some(({ id }) => id === since))
    throw new SopsError('USAGE', '--since names a commit that HEAD does not go back to');
  const versions = new SealedVersions(blobs, { keySources });
  const lineage = await lineageOf(commits, { tip, since }, versions);
  const dataKeys = new DataKeys();
  for (const version of lineage.versions) dataKeys.add(version);
  return { lineage, dataKeys, recipients: await recipientsOf(lineage, commits, blobs), unreadable: versions.unreadable };
}

/** Everybody that a version was encrypted for, with the names that config files have or had for them: a leaver is often out of these already. */
async function recipientsOf({ versions }: Lineage, commits: readonly Commit[], blobs: Blobs): Promise<readonly KnownRecipient[]> {
  const names = new Set(
    versions.flatMap(({ metadata }) => metadata.keyGroups.flat().map(({ masterKey }) => nameOf(masterKey, keySources))),
  );
  const configs = await configsOf(commits, blobs);
  return [...names].map((name) => {
    const called = [nameBeside(name, undefined), ...configs.map((config) => config.nameOf(name))];
    return { name, called: [...new Set(called.filter((one) => one !== undefined))] };
  });
}

/** Every version of the config files of a history, the newest first. */
async function configsOf(commits: readonly Commit[], blobs: Blobs): Promise<readonly RecipientNames[]> {
  const ids = commits.flatMap(({ changes }) =>
    changes.filter(({ path }) => /(^|\/)\.sops\.yaml$/.test(path)).flatMap(({ before, after }) => [before, after]),
  );
  const distinct = [...new Set(ids.filter((id) => id !== undefined))].toReversed();
  const texts: RecipientNames[] = [];
  for (const id of distinct) texts.push(recipientNames(new TextDecoder().decode(await blobs.read(id))));
  return texts;
}

/** Says of what was re-encrypted whether it is the same, where a key at hand can tell. */
async function compared(
  files: readonly ExposedFile[],
  { dataKeys }: Past,
  blobs: Blobs,
  invocation: Invocation,
): Promise<readonly ExposedFile[]> {
  const plaintexts = new Plaintexts(blobs, dataKeys, servicesOf(invocation));
  try {
    const told: ExposedFile[] = [];
    for (const file of files) {
      const values: ExposedValue[] = [];
      if (file.values.some(({ readable }) => readable !== undefined)) await audit(['decrypt'], file.path);
      for (const value of file.values) {
        const same = value.readable && (await plaintexts.isAmong({ version: file.version, path: value.path }, value.readable));
        values.push(same === undefined ? value : { ...value, knows: same ? 'same' : 'changed' });
      }
      told.push({ ...file, values });
    }
    return told;
  } finally {
    await plaintexts.close();
  }
}
