import { SopsError } from '../../errors.ts';
import { move } from '../../operations/move.ts';
import { changeValues, filesAndWords } from '../change-values.ts';
import type { Invocation } from '../invocation.ts';
import { changePath } from '../tree-path.ts';

/** `sopsmith move file path path`, `sopsmith move --file file… path path`. */
export async function run(invocation: Invocation): Promise<number> {
  const { files, words } = filesAndWords(invocation);
  const [origin, destination, ...others] = words;
  if (origin === undefined || destination === undefined || others.length > 0)
    throw new SopsError('NO_FILE_SPECIFIED', 'a file, the path of what moves and the path to move it to are needed');
  const from = changePath(origin, 'path');
  const to = changePath(destination, 'path', { places: true });
  return changeValues(invocation, {
    files,
    change: (source, format, options, services) => move(source, format, { from, to, options }, services),
    mayBeMissing: true,
  });
}
