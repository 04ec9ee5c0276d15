import { SopsError } from '../../errors.ts';
import { unset } from '../../operations/set.ts';
import { changeValues, filesAndWords } from '../change-values.ts';
import type { Invocation } from '../invocation.ts';
import { changePath } from '../tree-path.ts';

/** `sopsmith unset file index`, `sopsmith unset --file file… index`. */
export async function run(invocation: Invocation): Promise<number> {
  const { files, words } = filesAndWords(invocation);
  const [index, ...others] = words;
  if (index === undefined || others.length > 0) throw new SopsError('NO_FILE_SPECIFIED', 'no file specified, or index is missing');
  const path = changePath(index, 'unset index');
  return changeValues(invocation, {
    files,
    change: (source, format, options, services) => unset(source, format, { path, options }, services),
    mayBeMissing: true,
  });
}
