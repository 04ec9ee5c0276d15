import { SopsError } from '../../errors.ts';
import type { TreePath } from '../../document/path.ts';
import { readFile } from '../../node/files.ts';
import { readStandardInput } from '../../node/standard-input.ts';
import { set } from '../../operations/set.ts';
import { formatKept } from '../format-choice.ts';
import { type Input, findFile, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { jsonValue } from '../json-value.ts';
import { tellWarnings } from '../output.ts';
import { rewritingOptions } from '../print-options.ts';
import { log } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { parseTreePath } from '../tree-path.ts';

/** `sopsmith set file index value`. */
export async function run(invocation: Invocation): Promise<void> {
  const { words, flags } = invocation;
  if (flags.isOn('value-file') && flags.isOn('value-stdin')) throw new SopsError('USAGE', 'cannot use both --value-file and --value-stdin');
  const wanted = flags.isOn('value-stdin') ? 2 : 3;
  if (words.length !== wanted)
    throw new SopsError(
      'NO_FILE_SPECIFIED',
      `no file specified, or index and value are missing. Need precisely ${wanted} positional arguments.`,
    );
  const [file = '', index = '', value = ''] = words;
  const path = changePath(index, 'set');
  const text = flags.isOn('value-stdin')
    ? decode(readStandardInput(), 'standard input')
    : flags.isOn('value-file')
      ? valueOf(value)
      : value;
  await setValue(invocation, findFile({ ...invocation, words: [file] }), path, text);
}

/** The old spelling: `sopsmith --set '["path"] value' file`. */
export async function runAssignment(invocation: Invocation): Promise<void> {
  const assignment = invocation.flags.text('set') ?? '';
  const end = assignment.indexOf('] ');
  if (end === -1) throw new SopsError('MALFORMED_VALUE', 'invalid --set format', { hint: `it looks like '["key"] "value"'` });
  const path = changePath(assignment.slice(0, end + 1), '--set');
  await setValue(invocation, findFile(invocation), path, assignment.slice(end + 2));
}

/** A path to a value to change. Throws `MALFORMED_VALUE`, which is what sops says for those. */
export function changePath(text: string, command: string): TreePath {
  try {
    return parseTreePath(text);
  } catch (error) {
    if (error instanceof SopsError)
      throw new SopsError('MALFORMED_VALUE', `invalid ${command} index format: ${error.message}`, error.details);
    throw error;
  }
}

async function setValue(invocation: Invocation, input: Input & { readonly path: string }, path: TreePath, text: string): Promise<void> {
  const { flags, context } = invocation;
  const value = jsonValue(text);
  const format = formatKept(invocation, input);
  const services = servicesOf(invocation);
  const options = rewritingOptions(invocation, format);
  const outcome = await inSealedFile({ input, format, context }, () => set(readInput(input), format, { path, value, options }, services));
  tellWarnings(invocation, input, outcome.warnings);
  if (!outcome.changed && flags.isOn('idempotent')) return log({ level: 'info', message: 'File not written due to no change' });
  await context.files.replace(input.path, outcome.content);
  return log({ level: 'info', message: 'File written successfully' });
}

function valueOf(file: string): string {
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
