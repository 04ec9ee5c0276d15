import { resolve } from 'node:path';
import { SopsError } from '../errors.ts';
import type { Format } from '../formats/format.ts';
import { readFile, statFile } from '../node/files.ts';
import { readStandardInput } from '../node/standard-input.ts';
import type { Context } from '../ports.ts';
import type { Flags } from './argv.ts';
import type { Invocation } from './invocation.ts';
import { warn } from './report.ts';

/** What a command works on. */
export interface Input {
  /** Absolute; undefined for standard input. */
  readonly path: string | undefined;
  /** The name that chooses format and creation rule: absolute, or empty where nothing names the input. */
  readonly name: string;
  /** What messages call it. */
  readonly shown: string;
  /** Where what is made of it goes, in the folder that `--output` names for many files: absolute. */
  readonly target?: string;
}

/** An encrypted file: where it lies, how it is read, and the world it is in. */
export interface SealedInput {
  readonly input: Input;
  readonly format: Format;
  readonly context: Context;
}

/** Whether a word may be a glob, if no file is called so. */
export const mayBeGlob = (word: string): boolean => /[*?[\]{}!]/.test(word);

const standardInput: ReadonlySet<string> = new Set(['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/**
 * The file that the first word names, or standard input where there is none. More words than one are warned of, as in sops.
 * Throws `NO_FILE_SPECIFIED` for a file that does not exist, `CONFLICTING_FLAGS`.
 */
export function findInput({ words, flags }: Invocation): Input {
  if (words.length > 1) warn('More than one positional argument provided. Only the first one will be used!');
  if (flags.isOn('in-place') && flags.text('output') !== undefined) {
    throw new SopsError('CONFLICTING_FLAGS', 'cannot operate on both --output and --in-place');
  }
  const [word = '-'] = words;
  const override = flags.text('filename-override');
  if (standardInput.has(word)) return fromStandardInput(word, override, flags);
  return { path: resolve(word), name: resolve(override ?? word), shown: word };
}

function fromStandardInput(word: string, override: string | undefined, flags: Flags): Input {
  if (flags.isOn('in-place')) throw new SopsError('CONFLICTING_FLAGS', 'cannot use --in-place when reading from stdin');
  const name = override ?? (word === '-' ? undefined : word);
  return { path: undefined, name: name === undefined ? '' : resolve(name), shown: override ?? 'standard input' };
}

/** A file, or standard input, that a word names. */
export const fileInput = (word: string): Input =>
  standardInput.has(word)
    ? { path: undefined, name: word === '-' ? '' : resolve(word), shown: 'standard input' }
    : { path: resolve(word), name: resolve(word), shown: word };

/** Throws `UNSUPPORTED` for standard input. */
export function mustBeFile(input: Input): Input & { readonly path: string } {
  if (input.path === undefined) throw new SopsError('UNSUPPORTED', 'this command needs a file that it can write to, not standard input');
  return { ...input, path: input.path };
}

/** Throws `NO_FILE_SPECIFIED` where the input is a file and there is none. */
export function mustExist({ path, shown }: Input): void {
  if (path !== undefined && statFile(path) === undefined)
    throw new SopsError('NO_FILE_SPECIFIED', `cannot operate on non-existent file "${path}"`, shown === path ? {} : { file: shown });
}

/** The bytes of the input. Throws `INPUT_UNREADABLE`. */
export function readInput({ path, shown }: Input): Uint8Array {
  if (path === undefined) return readStandardInput();
  const content = readFile(path);
  if (content === undefined) throw new SopsError('INPUT_UNREADABLE', 'error reading file: no such file or directory', { file: shown });
  return content;
}
