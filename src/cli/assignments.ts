import { spellPath, type TreePath } from '../document/path.ts';
import type { Leaf } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import { readFile } from '../node/files.ts';
import { readStandardInput } from '../node/standard-input.ts';
import { randomBytesAsText, randomText } from '../operations/generate.ts';
import type { Assignment } from '../operations/set.ts';
import type { Context } from '../ports.ts';
import type { Flags } from './argv.ts';
import type { Invocation } from './invocation.ts';
import { jsonValue } from './json-value.ts';
import { changePath } from './tree-path.ts';

/** Flags that say where values come from, where they do not stand behind their paths. */
const sources = ['value-file', 'value-stdin', 'ask', 'generate'] as const;

/** What is to be set in one file: the same in each, but for values that are generated. */
export type Assignments = () => readonly Assignment[];

/** What `set` is to set: paths with their values, as words and flags say. Throws `USAGE`, `NO_FILE_SPECIFIED`, `MALFORMED_VALUE`, `CANCELLED`. */
export async function assignmentsIn(words: readonly string[], invocation: Invocation): Promise<Assignments> {
  const source = sourceIn(invocation.flags);
  checkCount(words, source, invocation.flags);
  if (source === 'generate') {
    const make = generatedFor(words.map(pathIn), invocation);
    // What cannot be made is refused before any file is opened.
    make();
    return make;
  }
  const made = await givenIn(words, source, invocation);
  return () => made;
}

type Source = (typeof sources)[number];

function generatedFor(paths: readonly TreePath[], { flags, context }: Invocation): Assignments {
  return () => paths.map((path) => ({ path, value: text(generated(flags, context)) }));
}

async function givenIn(
  words: readonly string[],
  source: Exclude<Source, 'generate'> | undefined,
  { context }: Invocation,
): Promise<readonly Assignment[]> {
  switch (source) {
    case undefined:
      return inPairs(words, (text) => text);
    case 'value-file':
      return inPairs(words, readValueFile);
    case 'value-stdin':
      return words.map((word) => ({ path: pathIn(word), value: jsonValue(decode(readStandardInput(), 'standard input')) }));
    case 'ask': {
      const assignments: Assignment[] = [];
      for (const path of words.map(pathIn)) assignments.push({ path, value: text(await asked(path, context)) });
      return assignments;
    }
  }
}

function sourceIn(flags: Flags): Source | undefined {
  const [source, second] = sources.filter((name) => (name === 'generate' ? flags.number(name) !== undefined : flags.isOn(name)));
  if (second !== undefined) throw new SopsError('USAGE', `cannot use both --${source ?? ''} and --${second}`);
  if (source !== 'generate' && flags.text('alphabet') !== undefined) throw new SopsError('USAGE', '--alphabet goes with --generate');
  return source;
}

/** One path and its value is what sops takes; its words are kept. */
function checkCount(words: readonly string[], source: Source | undefined, flags: Flags): void {
  const pathsAlone = source === 'ask' || source === 'generate' || source === 'value-stdin';
  const right = source === 'value-stdin' ? words.length === 1 : words.length > 0 && (pathsAlone || words.length % 2 === 0);
  if (right) return;
  throw new SopsError(
    'NO_FILE_SPECIFIED',
    `no file specified, or index and value are missing. Need precisely ${pathsAlone ? 2 : 3} positional arguments.`,
    countHint(words, flags, pathsAlone),
  );
}

function countHint(words: readonly string[], flags: Flags, pathsAlone: boolean): { readonly hint?: string } {
  if (flags.texts('file').length > 0) return { hint: `behind --file, words are paths${pathsAlone ? '' : ' and values'} alone` };
  return words.length > 2 && !pathsAlone ? { hint: 'further values come in pairs: path value path value' } : {};
}

const pathIn = (word: string): TreePath => changePath(word, 'set index', { places: true });

/** One of several: in place of a path may stand a value, which is not to be shown. */
function pathAmong(word: string, at: number): TreePath {
  try {
    return pathIn(word);
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    throw new SopsError('MALFORMED_VALUE', `invalid set index format: word ${at + 1} behind the file is no path`, error.details);
  }
}

/** All paths are read before any value, so that a file is not read for nothing. */
function inPairs(words: readonly string[], read: (word: string) => string): readonly Assignment[] {
  const paths = words.flatMap((word, at) => (at % 2 === 0 ? [words.length > 2 ? pathAmong(word, at) : pathIn(word)] : []));
  return paths.map((path, at) => ({ path, value: jsonValue(read(words[at * 2 + 1] ?? '')) }));
}

const text = (value: string): Leaf => ({ kind: 'leaf', type: 'str', text: value });

function generated(flags: Flags, { random }: Context): string {
  const length = flags.number('generate') ?? 0;
  const alphabet = flags.text('alphabet');
  return alphabet === undefined ? randomBytesAsText(length, random) : randomText(length, alphabet, random);
}

async function asked(path: TreePath, { prompt }: Context): Promise<string> {
  const answer = await prompt.secret(`Value of ${spellPath(path)}: `);
  if (answer !== undefined) return answer;
  throw new SopsError('USAGE', 'there is no terminal to ask for a value at', { hint: 'give it with --value-stdin' });
}

function readValueFile(file: string): string {
  const content = readFile(file);
  if (content === undefined) throw new SopsError('USAGE', 'there is no such file to read the value from', { file });
  return decode(content, file);
}

function decode(content: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw new SopsError('MALFORMED_VALUE', 'the value is not UTF-8', { file, cause: error });
  }
}
