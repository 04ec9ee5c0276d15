import { SopsError } from '../errors.ts';
import { formats } from '../formats/index.ts';
import type { Format } from '../formats/format.ts';
import { formatByEnding, formatByMarkers } from '../formats/told.ts';
import { readFile, statFile } from '../node/files.ts';
import type { Formats } from '../operations/operation.ts';
import type { Input } from './input.ts';
import type { Invocation } from './invocation.ts';
import { warn } from './report.ts';

/** The format that a flag names, else the one that takes the file's ending, else binary (`cmd/sops/formats`, FormatForPathOrString). */
export function formatFor(wanted: string | undefined, name: string): Format {
  const named = formats.find((format) => format.name === wanted);
  if (named !== undefined) return named;
  const chosen = formatByEnding(name) ?? formats.find((format) => format.name === 'binary');
  if (chosen === undefined) throw new Error('there is no binary format');
  if (wanted !== undefined) warn(`there is no type ${wanted}: taking the file for ${chosen.name}, as its name says`);
  return chosen;
}

/**
 * The format of an encrypted file: as {@link formatFor}, but where neither a flag nor the ending says anything (`.enc`, `.env.production`), its metadata does, for which sops
 * would take it for binary and fail.
 */
export function sealedFormatFor(wanted: string | undefined, { name, path }: Pick<Input, 'name' | 'path'>): Format {
  if (wanted !== undefined || path === undefined || formatByEnding(name) !== undefined || statFile(path)?.isFile() !== true)
    return formatFor(wanted, name);
  return formatByMarkers(readFile(path) ?? new Uint8Array()) ?? formatFor(wanted, name);
}

/** The formats of plaintext input and of its output, as flags and the input's name say. */
export function formatsOf({ flags }: Invocation, { name }: Input): Pick<Formats, 'input' | 'output'> {
  const inputType = flags.text('input-type');
  const outputType = flags.text('output-type');
  return { input: formatFor(inputType, name), output: formatFor(outputType, name) };
}

/** The formats of encrypted input and of its output, as flags, the input's name and its metadata say. */
export function sealedFormatsOf({ flags }: Invocation, file: Input): Pick<Formats, 'input' | 'output'> {
  const [inputType, outputType] = [flags.text('input-type'), flags.text('output-type')];
  const input = sealedFormatFor(inputType, file);
  // Without flags both are told in the same way, for which the file may have to be read.
  const output = inputType === undefined && outputType === undefined ? input : sealedFormatFor(outputType, file);
  return { input, output };
}

/** The format of a file that is changed where it lies. Throws `UNSUPPORTED` where flags ask for another on the way. */
export function formatKept(invocation: Invocation, input: Input): Format {
  const { input: format, output } = sealedFormatsOf(invocation, input);
  if (format === output) return format;
  throw new SopsError('UNSUPPORTED', `a file cannot change from ${format.name} to ${output.name} on the way`, {
    hint: 'decrypt it with --output-type and encrypt it anew',
  });
}
