import { SopsError } from '../../errors.ts';
import { changedGroups } from '../change-groups.ts';
import type { Invocation } from '../invocation.ts';

/** `sopsmith groups delete`, for the files behind `--file`. */
export async function run(invocation: Invocation): Promise<number> {
  const [index, ...others] = invocation.words;
  if (index === undefined || others.length > 0) throw new SopsError('USAGE', 'exactly one positional argument (index) required');
  if (!/^\d{1,9}$/.test(index))
    throw new SopsError('USAGE', `failed to parse [index] argument: '${index}' is not the index of a key group, counted from 0`);
  return changedGroups(invocation, (shamirThreshold) => ({ do: 'delete', index: Number(index), shamirThreshold }));
}
