import { SopsError } from '../../errors.ts';
import { type Assignment, setAll } from '../../operations/set.ts';
import { assignmentsIn } from '../assignments.ts';
import { changeValues, filesAndWords } from '../change-values.ts';
import { fileInput, mayBeGlob, mustExist } from '../input.ts';
import type { Invocation } from '../invocation.ts';
import { jsonValue } from '../json-value.ts';
import { changePath } from '../tree-path.ts';

/** `sopsmith set file path value…`, `sopsmith set --file file… path value…`. */
export async function run(invocation: Invocation): Promise<number> {
  const { files, words } = filesAndWords(invocation);
  if (invocation.flags.isOn('ask')) for (const file of files) if (!mayBeGlob(file)) mustExist(fileInput(file));
  return assign(invocation, files, await assignmentsIn(words, invocation));
}

/** The old spelling: `sopsmith --set '["path"] value' file…`. */
export async function runAssignment(invocation: Invocation): Promise<number> {
  const assignment = invocation.flags.text('set') ?? '';
  const end = assignment.indexOf('] ');
  if (end === -1) throw new SopsError('MALFORMED_VALUE', 'invalid --set format', { hint: `it looks like '["key"] "value"'` });
  const path = changePath(assignment.slice(0, end + 1), '--set index');
  if (invocation.words.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified');
  const made = [{ path, value: jsonValue(assignment.slice(end + 2)) }];
  return assign(invocation, invocation.words, () => made);
}

/** @param make what to set in one file */
const assign = (invocation: Invocation, files: readonly string[], make: () => readonly Assignment[]): Promise<number> =>
  changeValues(invocation, {
    files,
    change: (source, format, options, services) => setAll(source, format, { assignments: make(), options }, services),
  });
