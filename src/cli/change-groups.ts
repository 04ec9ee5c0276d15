import { SopsError } from '../errors.ts';
import { changeGroups, type GroupsChange } from '../operations/groups.ts';
import { isEncrypted } from './encrypted-files.ts';
import { sealedFormatFor } from './format-choice.ts';
import { type Input, readInput } from './input.ts';
import { inFile, type Invocation } from './invocation.ts';
import { onInputs } from './many-files.ts';
import { deliver } from './output.ts';
import { servicesOf } from './services.ts';

/** Changes the key groups of the files that `--file` names, and writes them back, or one of them to standard output. Answers the exit status. */
export async function changedGroups(invocation: Invocation, change: (shamirThreshold: number) => GroupsChange): Promise<number> {
  const { flags } = invocation;
  const files = flags.texts('file').filter((file) => file !== '');
  if (files.length === 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified', { hint: 'name the file with --file' });
  const inputType = flags.text('input-type');
  const services = servicesOf(invocation);
  const wanted = change(flags.number('shamir-secret-sharing-threshold') ?? 0);
  const step = async (input: Input): Promise<void> => {
    const format = sealedFormatFor(inputType, input);
    const outcome = await inFile(input.shown, async () => changeGroups(readInput(input), format, wanted, services));
    await deliver(invocation, input, outcome);
  };
  return onInputs(
    { ...invocation, words: files },
    { wanted: (path) => isEncrypted(path, inputType), done: 'changed', makes: 'content', noOutput: true, together: true, step },
  );
}
