import { SopsError } from '../../errors.ts';
import { type Assignment, setAll } from '../../operations/set.ts';
import { assignmentsIn } from '../assignments.ts';
import { sealedFormatsOf } from '../format-choice.ts';
import { fileInput, findFile, type Input, mustExist, readInput } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { jsonValue } from '../json-value.ts';
import { tellWarnings } from '../output.ts';
import { rewritingOptions } from '../print-options.ts';
import { log } from '../report.ts';
import { inSealedFile } from '../sealed-input.ts';
import { servicesOf } from '../services.ts';
import { changePath } from '../tree-path.ts';

/** `sopsmith set file path value…`. */
export async function run(invocation: Invocation): Promise<void> {
  const [file = '', ...words] = invocation.words;
  if (invocation.flags.isOn('ask')) mustExist(fileInput(file));
  const assignments = await assignmentsIn(words, invocation);
  await assign(invocation, findFile({ ...invocation, words: [file] }), assignments);
}

/** The old spelling: `sopsmith --set '["path"] value' file`. */
export async function runAssignment(invocation: Invocation): Promise<void> {
  const assignment = invocation.flags.text('set') ?? '';
  const end = assignment.indexOf('] ');
  if (end === -1) throw new SopsError('MALFORMED_VALUE', 'invalid --set format', { hint: `it looks like '["key"] "value"'` });
  const path = changePath(assignment.slice(0, end + 1), '--set index');
  await assign(invocation, findFile(invocation), [{ path, value: jsonValue(assignment.slice(end + 2)) }]);
}

async function assign(invocation: Invocation, input: Input & { readonly path: string }, assignments: readonly Assignment[]): Promise<void> {
  const { flags, context } = invocation;
  const { input: format, output } = sealedFormatsOf(invocation, input);
  const services = servicesOf(invocation);
  const options = rewritingOptions(invocation, output);
  const outcome = await inSealedFile(
    { input, format, context },
    () => setAll(readInput(input), format, { assignments, options }, services),
    ['decrypt', 'encrypt'],
  );
  tellWarnings(invocation, input, outcome.warnings);
  if (!outcome.changed && flags.isOn('idempotent')) return log({ level: 'info', message: 'File not written due to no change' });
  await context.files.replace(input.path, outcome.content);
  return log({ level: 'info', message: 'File written successfully' });
}
