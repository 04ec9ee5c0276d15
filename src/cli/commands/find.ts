import { spellPath } from '../../document/path.ts';
import { oneLine, printable, SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { findKeys, type FoundKey, type KeyPattern } from '../../operations/find-keys.ts';
import { sealedFilesNamed } from '../encrypted-files.ts';
import { exitCodes, generic, readsAnything, success } from '../exit-codes.ts';
import { sealedFormatFor } from '../format-choice.ts';
import { type Input, readInput } from '../input.ts';
import { inFile, type Invocation } from '../invocation.ts';
import { errorText, print, say, shortPath } from '../report.ts';
import { parseTreePath } from '../tree-path.ts';

/** A file that was looked through. */
interface Looked {
  readonly file: string;
  readonly keys: readonly FoundKey[];
  readonly error?: SopsError;
}

/** `sopsmith find key [file|folder…]`. Answers that of grep: 0 where there is such a key, 1 where there is none; the status of the first file that could not be read goes before. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  const [key, ...named] = words;
  if (key === undefined || key === '') throw new SopsError('USAGE', 'the key to look for is missing');
  const pattern: KeyPattern = key.startsWith('[') ? { path: parseTreePath(key) } : { text: key };
  const inputType = flags.text('input-type');
  const places = named.length === 0 ? ['.'] : named;
  const all: Looked[] = [];
  for (const input of await sealedFilesNamed(places, invocation)) {
    const looked = await lookThrough(input, pattern, inputType);
    all.push(looked);
    if (looked.error !== undefined) say(errorText(looked.error));
    if (!flags.isOn('json')) print(looked.keys.map(({ path }) => `${oneLine(looked.file)}: ${printable(spellPath(path))}\n`).join(''));
  }
  if (flags.isOn('json')) print(asJson(all));
  return statusOf(all);
}

async function lookThrough(input: Input, pattern: KeyPattern, inputType: string | undefined): Promise<Looked> {
  const file = shortPath(input.shown);
  try {
    return { file, keys: await inFile(file, () => findKeys(readInput(input), sealedFormatFor(inputType, input), pattern, { keySources })) };
  } catch (error) {
    if (error instanceof SopsError && error.code !== 'CANCELLED') return { file, keys: [], error };
    throw error;
  }
}

function asJson(all: readonly Looked[]): string {
  const shown = all.flatMap(({ file, keys, error }): readonly object[] => {
    if (error !== undefined) return [{ file, error: { code: error.code, message: error.message } }];
    return keys.length === 0 ? [] : [{ file, keys: keys.map(({ path, value }) => ({ path: spellPath(path), value })) }];
  });
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

function statusOf(all: readonly Looked[]): number {
  const [failed] = all.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (failed !== undefined) return readsAnything[failed.code] ?? exitCodes[failed.code];
  return all.some(({ keys }) => keys.length > 0) ? success : generic;
}
