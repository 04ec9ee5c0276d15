import { fstatSync, writeSync } from 'node:fs';
import { relative } from 'node:path';
import { type KeyGroupAttempt, oneLine, printable, SopsError } from '../errors.ts';
import { systemCode, systemError } from '../node/files.ts';
import type { LogEvent } from '../ports.ts';
import { exitCodes, type ExitCodeOverrides, generic } from './exit-codes.ts';
import { nameBeside } from './recipient-name.ts';
import { wrapText } from './wrap-text.ts';

/*
 * All that the program says. Content goes to standard output as it is; everything else to standard error: what went wrong, in the words that sops uses where it has some
 * (wrappers look for them), where, and what to do. No value and no key material, and no stack trace unless asked for.
 */

let verbose = false;

/** From now on `debug` events and stack traces are shown. */
export function beVerbose(): void {
  verbose = true;
}

/** 128 and the number of SIGPIPE. */
const readerGone = 141;

const pause = new Int32Array(new SharedArrayBuffer(4));

function writeAll(descriptor: 1 | 2, content: Uint8Array): void {
  let written = 0;
  while (written < content.length) {
    try {
      written += writeSync(descriptor, content, written);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/** Writes to standard output; where the reader has gone (`| head`), the process ends as if by SIGPIPE. Throws `OUTPUT_UNWRITABLE`. */
export function print(content: Uint8Array | string): void {
  try {
    writeAll(1, typeof content === 'string' ? Buffer.from(content) : content);
  } catch (error) {
    if (systemCode(error) === 'EPIPE') process.exit(readerGone);
    throw systemError('OUTPUT_UNWRITABLE', 'could not write the output', 'standard output', error);
  }
}

/** Tells the user something beside the output; a terminal that has gone is no reason to fail. */
export function say(text: string): void {
  try {
    writeAll(2, Buffer.from(`${text}\n`));
  } catch {
    return;
  }
}

export const warn = (message: string): void => {
  say(harmless(`Warning: ${message}`));
};

/** What the parts below tell of their work. */
export function log({ level, message, fields = {} }: LogEvent): void {
  if (level !== 'warn' && !verbose) return;
  const more = Object.entries(fields).map(([name, text]) => ` ${name}=${text}`);
  say(harmless(`${level === 'warn' ? 'Warning: ' : ''}${message}${more.join('')}`));
}

/** What a message quotes, the name of a file too, may be hostile: no character of it steers the terminal, turns the direction of text or makes another line, which could pass for a message of ours. */
const harmless = (text: string): string => oneLine(text.replaceAll('\t', ' '));
const harmlessLines = (text: string): string => text.split('\n').map(harmless).join('\n');

/** Shows an error and answers the exit status that goes with it. */
export function reportError(error: unknown, overrides: ExitCodeOverrides = {}): number {
  if (!(error instanceof SopsError)) {
    say(`Error: internal error: ${kindOf(error)}`);
    if (verbose) say(placesOf(error));
    else say('This is a defect of sopsmith; run it again with --verbose to see where.');
    return generic;
  }
  say(errorText(error));
  if (verbose) say(placesOf(error));
  return overrides[error.code] ?? exitCodes[error.code];
}

/** What kind of error it is. Its message stays unsaid: engines quote in it what they were given, which may be plaintext. */
function kindOf(error: unknown): string {
  const { name } = error instanceof Error ? error.constructor : Object;
  const code = systemCode(error);
  return code !== undefined && /^[A-Z][A-Z_]{1,40}$/.test(code) ? `${name} (${code})` : name;
}

/** The places of a stack trace, without the message above them. */
function placesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').replace(error.message, '').split('\n') : [];
  return lines.filter((line) => /^ {4}at .{1,300}:\d+:\d+\)?$/.test(line)).join('\n');
}

/** An error as the user reads it. */
export function errorText(error: SopsError): string {
  const { groups, file } = error.details;
  const lines = [groups === undefined ? headline(error) : keyFailure(error, groups)];
  const hint = error.details.hint ?? (groups === undefined ? undefined : doctorHint(file));
  if (hint !== undefined) lines.push(`${paint('Hint:', 36, 2)} ${harmless(hint)}`);
  return lines.join('\n');
}

/** The command that says which keys were looked for, and what would help. */
function doctorHint(file: string | undefined): string {
  const name = file === undefined ? undefined : shortPath(file);
  return `\`${['sopsmith doctor', ...(name === undefined ? [] : [shellWord(name)])].join(' ')}\` says which of your keys were looked for, and what would help`;
}

/** A name as one word of a command line that can be copied into a shell. */
export const shellWord = (name: string): string => (/^[\w./@%+,:=-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`);

function headline({ code, message, details }: SopsError): string {
  if (code === 'FILE_NOT_MODIFIED') return harmless(message);
  const { file, position, path } = details;
  const place = [
    file === undefined ? undefined : shortPath(file),
    position === undefined || /\bline \d/.test(message) ? undefined : `${position.line}:${position.column}`,
  ].filter((part) => part !== undefined);
  const where = [...(place.length === 0 ? [] : [place.join(':')]), ...(path === undefined || message.includes(path) ? [] : [path])];
  return `${paint('Error:', 31, 2)} ${harmless([...where, message].join(': '))}`;
}

/** A path as the user may have written it: relative where it is below the working folder. */
export function shortPath(file: string): string {
  const below = relative(process.cwd(), file);
  return below === '' || below.startsWith('..') || !file.startsWith('/') ? file : below;
}

/** What was tried to get the data key, group by group, laid out as sops does (`usererrors.go`). */
function keyFailure({ details }: SopsError, groups: readonly KeyGroupAttempt[]): string {
  return [
    'Failed to get the data key required to decrypt the SOPS file.',
    ...(details.file === undefined ? [] : [`File: ${harmless(shortPath(details.file))}`]),
    ...groups.map((group, at) =>
      [
        `Group ${at}: ${status(group.recovered)}`,
        ...(group.recovered ? [] : [attemptTexts(group.attempts, details.file).join('\n  \n')]),
      ].join('\n'),
    ),
    wrapText(whatWasMissing(groups.filter(({ recovered }) => recovered).length, details.shamirThreshold), 75),
  ].join('\n\n');
}

function whatWasMissing(recovered: number, threshold: number | undefined): string {
  if (threshold === undefined)
    return 'Recovery failed because no master key was able to decrypt the file. In order for SOPS to recover the file, at least one key has to be successful, but none were.';
  return `Recovery failed because the file was encrypted with a Shamir threshold of ${threshold}, but only ${recovered} part(s) were successfully recovered, one for each successful key group. In order for SOPS to recover the file, at least ${threshold} groups have to be successful. In order for a group to be successful, decryption has to succeed with any of the keys in that key group.`;
}

/** One text a master key; each key service that was asked has its own part in it. */
function attemptTexts(attempts: KeyGroupAttempt['attempts'], file: string | undefined): readonly string[] {
  const names = [...new Set(attempts.map(({ masterKey }) => masterKey))];
  return names.map((name) => {
    const reasons = attempts.flatMap(({ masterKey, error }) => (masterKey === name && error !== undefined ? [reasonText(error)] : []));
    const beside = nameBeside(name, file);
    const called = beside === undefined ? '' : ` (${printable(beside)})`;
    return [
      `  ${printable(name)}: ${status(reasons.length === 0)}${called}`,
      ...(reasons.length === 0 ? [] : [reasons.join('\n    \n')]),
    ].join('\n');
  });
}

const reasonText = (error: string): string =>
  wrapText(harmlessLines(error), 60)
    .split('\n')
    .map((line, at) => `    ${at === 0 ? '-' : ' '} | ${line}`)
    .join('\n');

const paint = (text: string, color: number, descriptor: 1 | 2): string =>
  isColorful(descriptor) ? `\u001B[${color}m${text}\u001B[0m` : text;
const status = (good: boolean): string => (good ? paint('SUCCESS', 32, 2) : paint('FAILED', 31, 2));

/** For what is added, what is removed, what is doubtful, and headings, on standard output. */
export const added = (text: string): string => paint(text, 32, 1);
export const removed = (text: string): string => paint(text, 31, 1);
export const doubtful = (text: string): string => paint(text, 33, 1);
export const heading = (text: string): string => paint(text, 4, 1);

function isColorful(descriptor: 1 | 2): boolean {
  const { NO_COLOR, TERM } = process.env;
  return !NO_COLOR && TERM !== 'dumb' && isTerminal(descriptor);
}

function isTerminal(descriptor: 1 | 2): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && (descriptor === 1 ? process.stdout : process.stderr).isTTY;
  } catch {
    return false;
  }
}
