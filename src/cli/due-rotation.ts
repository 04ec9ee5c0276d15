import { printDuration } from '../config/duration.ts';
import { SopsError } from '../errors.ts';
import { keySources } from '../keysources/index.ts';
import type { KnownSince } from '../operations/key-age.ts';
import { readSealed } from '../operations/open-file.ts';
import { ageFlag } from './age-flag.ts';
import type { Flags } from './argv.ts';
import { loadConfig } from './config-file.ts';
import { sealedFilesNamed, isEncrypted } from './encrypted-files.ts';
import { generic, success } from './exit-codes.ts';
import { sealedFormatsOf } from './format-choice.ts';
import { type Input, mustBeFile, readInput } from './input.ts';
import { inFile, type Invocation } from './invocation.ts';
import { FileKeyAges } from './key-ages.ts';
import { onInputs } from './many-files.ts';
import { besideFiles } from './nearest-config.ts';
import { errorText, print, say } from './report.ts';
import { tableOf } from './table.ts';

type FileInput = Input & { readonly path: string };

/** How old the data key of a file is, beside what it may be. */
interface Aged {
  readonly since: KnownSince | undefined;
  /** Milliseconds. */
  readonly age: number;
  /** Undefined where nobody says so. */
  readonly limit: number | undefined;
  readonly due: boolean;
}

/** `sopsmith rotate --older-than AGE|--overdue`: of the files that words name, the whole folder without any, those whose data key is too old, where they lie. */
export async function rotateDue(
  invocation: Invocation,
  rotateFile: (invocation: Invocation, input: FileInput) => Promise<void>,
): Promise<number> {
  const limitOf = wantedLimit(invocation);
  const words = invocation.words.length === 0 ? ['.'] : invocation.words;
  const inPlace: Invocation = { ...invocation, words, flags: withInPlace(invocation.flags) };
  const ages = new FileKeyAges(invocation.context);
  let limits = 0;
  const agedOf = async (input: FileInput): Promise<Aged> => {
    const limit = limitOf(input.path);
    if (limit !== undefined) limits += 1;
    const sealed = readSealed(readInput(input), sealedFormatsOf(invocation, input).input, { keySources });
    const since = (await ages.of(input.path, sealed)).dataKey;
    const age = since === undefined ? 0 : invocation.context.now().getTime() - since.date.getTime();
    return { since, age, limit, due: limit !== undefined && age > limit };
  };
  try {
    const status = invocation.flags.isOn('dry-run') ? await list(inPlace, agedOf) : await rotateAll(inPlace, agedOf, rotateFile);
    if (invocation.flags.isOn('overdue') && limits === 0)
      throw new SopsError('USAGE', 'no .sops.yaml says how old the data keys of these files may be', {
        hint: 'set x-sopsmith.max_age.data_key there, or give --older-than',
      });
    return status;
  } finally {
    await ages.close();
  }
}

function rotateAll(
  invocation: Invocation,
  agedOf: (input: FileInput) => Promise<Aged>,
  rotateFile: (invocation: Invocation, input: FileInput) => Promise<void>,
): Promise<number> {
  return onInputs(invocation, {
    wanted: (path) => isEncrypted(path, invocation.flags.text('input-type')),
    done: 'rotated',
    foldersToo: true,
    inPlace: true,
    together: true,
    step: async (input, several) => {
      const file = mustBeFile(input);
      const { due, age } = await agedOf(file);
      if (due) {
        await rotateFile(invocation, file);
        return undefined;
      }
      if (!several && !invocation.flags.isOn('json')) say(`${input.shown}: the data key is ${printDuration(age)} old and stays`);
      return 'unchanged';
    },
  });
}

/** Lists the files that would be rotated, the oldest data key first. A failure in one is told, and the others go on. */
async function list(invocation: Invocation, agedOf: (input: FileInput) => Promise<Aged>): Promise<number> {
  const found: (Aged & { readonly file: string })[] = [];
  let failures = 0;
  const inputs = await sealedFilesNamed(invocation.words, invocation);
  for (const input of inputs)
    try {
      found.push({ file: input.shown, ...(await inFile(input.shown, () => agedOf(mustBeFile(input)))) });
    } catch (error) {
      if (!(error instanceof SopsError) || error.code === 'CANCELLED') throw error;
      failures += 1;
      say(errorText(error));
    }
  const sorted = found.toSorted((one, other) => other.age - one.age);
  const due = sorted.filter((one) => one.due);
  if (invocation.flags.isOn('json')) print(`${JSON.stringify(sorted.map(asJson), undefined, 2)}\n`);
  else if (due.length > 0) print(tableOf(['AGE', 'SINCE', 'KNOWN BY', 'FILE'], due.map(asRow)));
  say(
    `${inputs.length} ${inputs.length === 1 ? 'file' : 'files'}: ${due.length} would be rotated${failures > 0 ? `, ${failures} failed` : ''}`,
  );
  return failures > 0 ? generic : success;
}

const day = 86_400_000;

const asJson = ({ file, since, age, limit, due }: Aged & { readonly file: string }): object => ({
  file,
  due,
  since: since?.date.toISOString() ?? null,
  knownBy: since?.from ?? null,
  ageInDays: Math.floor(age / day),
  limitInDays: limit === undefined ? null : limit / day,
});

const asRow = ({ file, since, age }: Aged & { readonly file: string }): readonly string[] => [
  printDuration(age),
  since?.date.toISOString().slice(0, 10) ?? '',
  since?.from ?? '',
  file,
];

/** How old the data key of a file may be. Throws `USAGE`, `CONFLICTING_FLAGS`. */
function wantedLimit(invocation: Invocation): (path: string) => number | undefined {
  const { flags } = invocation;
  const olderThan = flags.text('older-than');
  if (olderThan !== undefined && flags.isOn('overdue'))
    throw new SopsError('CONFLICTING_FLAGS', '--older-than says how old, and --overdue leaves it to .sops.yaml');
  for (const name of ['output', 'filename-override', 'output-type'])
    if (flags.text(name) !== undefined)
      throw new SopsError('CONFLICTING_FLAGS', `files with old data keys are rotated where they lie, which is not for --${name}`);
  if (flags.isOn('overdue')) {
    const beside = besideFiles(invocation);
    return (path) => loadConfig(beside(path))?.config.maxAge.dataKey;
  }
  if (olderThan === undefined)
    throw new SopsError('USAGE', '--dry-run lists what --older-than or --overdue would rotate', { hint: 'give one of them' });
  const limit = ageFlag('older-than', olderThan);
  return () => limit;
}

const withInPlace = (flags: Flags): Flags => ({ ...flags, isOn: (name) => name === 'in-place' || flags.isOn(name) });
