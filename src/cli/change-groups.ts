import { resolve } from 'node:path';
import { SopsError } from '../errors.ts';
import { changeGroups, type GroupsChange } from '../operations/groups.ts';
import { sealedFormatFor } from './format-choice.ts';
import { readInput } from './input.ts';
import { inFile, type Invocation } from './invocation.ts';
import { deliver } from './output.ts';
import { servicesOf } from './services.ts';

/** Changes the key groups of the file that `--file` names, and writes it back, or to standard output. */
export async function changedGroups(invocation: Invocation, change: (shamirThreshold: number) => GroupsChange): Promise<void> {
  const { flags } = invocation;
  const file = flags.text('file');
  if (file === undefined) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified', { hint: 'name the file with --file' });
  const input = { path: resolve(file), name: resolve(file), shown: file };
  const format = sealedFormatFor(flags.text('input-type'), input);
  const services = servicesOf(invocation);
  const wanted = change(flags.number('shamir-secret-sharing-threshold') ?? 0);
  const outcome = await inFile(input.shown, async () => changeGroups(readInput(input), format, wanted, services));
  await deliver(invocation, input, outcome);
}
