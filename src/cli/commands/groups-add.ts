import { SopsError } from '../../errors.ts';
import { keySources } from '../../keysources/index.ts';
import { changedGroups } from '../change-groups.ts';
import type { Invocation } from '../invocation.ts';
import { keyOptions } from '../master-keys.ts';

/** `sopsmith groups add`, for the files behind `--file`. */
export async function run(invocation: Invocation): Promise<number> {
  const { words, flags } = invocation;
  if (words.length > 0) throw new SopsError('USAGE', 'no positional arguments allowed', { hint: 'name the file with --file' });
  const options = keyOptions(flags);
  const group = keySources.flatMap((source) => flags.texts(source.flag.name).flatMap((text) => source.parse(text, options)));
  return changedGroups(invocation, (shamirThreshold) => ({ do: 'add', group, shamirThreshold }));
}
