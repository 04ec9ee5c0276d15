import { basename, dirname } from 'node:path';
import { oneLine, printable, SopsError } from '../../errors.ts';
import { type CommittedVersion, committedVersions, type Wanted, versionSigned } from '../../git/past/committed-versions.ts';
import { keySources } from '../../keysources/index.ts';
import { realPath } from '../../node/files.ts';
import { compareSealed } from '../../operations/compare-sealed.ts';
import { leavesOf } from '../../operations/leaf-paths.ts';
import { readSealed, type SealedFile } from '../../operations/open-file.ts';
import { type Resigning, startResigning } from '../../operations/resign.ts';
import { audit } from '../audit.ts';
import { commitName } from '../commit-names.ts';
import { isEncrypted } from '../encrypted-files.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { type Input, mustBeFile, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { type Done, onInputs } from '../many-files.ts';
import { print, say } from '../report.ts';
import { differencesOf } from '../sealed-differences.ts';
import { servicesOf } from '../services.ts';
import { isAnsweredYes } from '../yes-or-no.ts';

/** `sopsmith fix-mac file…`. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  if (words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  return onInputs(invocation, {
    wanted: (path) => isEncrypted(path, flags.text('input-type')),
    done: 'signed anew',
    inPlace: true,
    together: false,
    step: (input) => inFile(input.shown, () => fixFile(mustBeFile(input), invocation)),
  });
}

async function fixFile(input: Input & { readonly path: string }, invocation: Invocation): Promise<Done> {
  const { flags, context } = invocation;
  const services = servicesOf(invocation);
  const format = sealedFormatFor(flags.text('input-type'), input);
  const file = readSealed(readInput(input), format, services);
  const path = realPath(input.path);
  const wanted: Wanted = { folder: dirname(path), name: basename(path), format, context, keySources };
  const against = flags.text('against');
  const guess =
    against === undefined ? await versionSigned(file.metadata.mac, committedVersions(wanted)) : await versionAt(against, wanted);
  await audit(['decrypt'], input.path);
  const resigning = await startResigning(file, guess === undefined ? new Map() : leavesOf(guess.file.branches), services);
  try {
    if (resigning.fits) return unchanged(`${input.shown}: its MAC fits`);
    const earlier = against === undefined ? await soundVersion(guess, resigning, wanted) : guess;
    print(shownDifferences(input.shown, file, earlier));
    if (!flags.isOn('yes') && !isAnsweredYes('Take this for right, and make a new MAC? (y/n):', 'sign'))
      return unchanged(`${input.shown}: left as it is`);
    await audit(['encrypt'], input.path);
    await context.files.replace(input.path, await resigning.apply());
    return undefined;
  } finally {
    resigning.close();
  }
}

/** The newest version whose MAC fits; where none does under this data key, the one that seems right without a key. */
async function soundVersion(
  guess: CommittedVersion | undefined,
  { fitsIn }: Pick<Resigning, 'fitsIn'>,
  wanted: Wanted,
): Promise<CommittedVersion | undefined> {
  if (guess === undefined || (await fitsIn(guess.file))) return guess;
  for await (const version of committedVersions(wanted)) if (await fitsIn(version.file)) return version;
  return guess;
}

/** Throws `USAGE` where the commit has no such file. */
async function versionAt(revision: string, wanted: Wanted): Promise<CommittedVersion> {
  for await (const version of committedVersions({ ...wanted, revision })) return version;
  throw new SopsError('USAGE', `${revision} has no such encrypted file`);
}

/** Paths alone: what is secret is not shown, and what is in clear can be looked at. */
function shownDifferences(shown: string, file: SealedFile, earlier: CommittedVersion | undefined): string {
  if (earlier === undefined) return `${printable(shown)}: the MAC does not fit, and Git has no earlier version to compare with\n`;
  const differences = differencesOf(compareSealed(earlier.file, file));
  const lines = differences.flatMap(([what, paths]) => paths.map((path) => `  ${what.padEnd(16)}  ${printable(path)}\n`));
  const same = lines.length === 0 ? '  the same keys, order and values: the MAC itself is wrong\n' : '';
  return `${printable(shown)}: the MAC does not fit; compared with ${commitName(earlier.commit)}:\n${lines.join('')}${same}`;
}

function unchanged(why: string): Done {
  say(oneLine(why));
  return 'unchanged';
}
