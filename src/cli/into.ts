import { resolve } from 'node:path';
import { sameBytes } from '../crypto/bytes.ts';
import { printable, SopsError } from '../errors.ts';
import { formatByEnding } from '../formats/told.ts';
import { readFile, statFile } from '../node/files.ts';
import { encryptInto, type Successor } from '../operations/encrypt-into.ts';
import type { Formats, Outcome } from '../operations/operation.ts';
import { formatFor, sealedFormatFor } from './format-choice.ts';
import { fileInput, type Input, mustExist, readInput } from './input.ts';
import { inFile, type Invocation } from './invocation.ts';
import type { Done } from './many-files.ts';
import { audit } from './audit.ts';
import { deliver, isStandardOutput } from './output.ts';
import { printOptions } from './print-options.ts';
import { say } from './report.ts';
import { successorSettings } from './rule.ts';
import { servicesOf } from './services.ts';

/** `sopsmith encrypt --into OLD [file]`: encrypts the input as the successor of an encrypted file. */
export async function encryptIntoOld(invocation: Invocation, input: Input, old: string): Promise<Done> {
  mustExist(input);
  const earlier = fileInput(old);
  mustExist(earlier);
  if (input.path === undefined && earlier.path === undefined)
    throw new SopsError('CONFLICTING_FLAGS', 'the plaintext and what --into names cannot both come from standard input');
  const formats = formatsFor(invocation, input, earlier);
  const settings = await inFile(input.shown, () => successorSettings(invocation, named(invocation, input, earlier), formats));
  const options = { ...settings, formats: { ...formats, print: printOptions(invocation, formats.output) } };
  const previous = readInput(earlier);
  const plaintext = readInput(input);
  const successor = await inFile(input.shown, () => encryptInto(plaintext, previous, options, servicesOf(invocation)));
  await audit(successor.change === 'fresh' ? ['encrypt'] : ['decrypt', 'encrypt'], input.path ?? earlier.path);
  const { change, content } = successor;
  if (change === 'none' && isThere(targetOf(invocation, input), content)) return unchanged(old);
  await deliver(invocation, input, withReason(successor, old));
  if (change === 'none' && targetOf(invocation, input) !== undefined) unchanged(old);
}

/** Where nothing names the input, or its name does not tell, it is what the encrypted file is. */
function formatsFor({ flags }: Invocation, input: Input, earlier: Input): Pick<Formats, 'input' | 'output'> {
  const [inputType, outputType] = [flags.text('input-type'), flags.text('output-type')];
  const output = sealedFormatFor(outputType, isFile(earlier) ? earlier : input);
  return { input: inputType === undefined ? (formatByEnding(input.name) ?? output) : formatFor(inputType, input.name), output };
}

/** The rule is that of the name given, else of the encrypted file, whose successor this is, wherever the plaintext lies. */
const named = ({ flags }: Invocation, input: Input, earlier: Input): Input =>
  flags.text('filename-override') === undefined && isFile(earlier) ? { ...input, name: earlier.name } : input;

const isFile = ({ path }: Input): boolean => path !== undefined && statFile(path)?.isFile() === true;

/** An encryption that is no successor is what nobody asked for. */
function withReason(successor: Successor, old: string): Outcome {
  if (successor.change !== 'fresh') return successor;
  const warning = `encrypted under a new data key, not as the successor of ${printable(old)}: ${successor.because}`;
  return { content: successor.content, warnings: [warning, ...successor.warnings] };
}

/** The file that is written; undefined for standard output. */
function targetOf({ flags }: Invocation, { path }: Input): string | undefined {
  const output = flags.text('output');
  if (flags.isOn('in-place')) return path;
  return output === undefined || isStandardOutput(output) ? undefined : resolve(output);
}

function isThere(path: string | undefined, content: Uint8Array): boolean {
  const there = path === undefined ? undefined : readFile(path);
  return there !== undefined && sameBytes(there, content);
}

function unchanged(old: string): Done {
  say(`unchanged: this is ${printable(old)}, byte for byte`);
  return 'unchanged';
}
