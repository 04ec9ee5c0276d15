import { SopsError } from '../errors.ts';
import type { PassedOn } from '../git/filter/parts.ts';
import { warn } from './report.ts';

/** What people are told of files that the filter hands on as they are: of each kind the first, and at the end how many more there were. */
export interface FilterNotes {
  passedOn(path: string, because: PassedOn, error: unknown): void;
  end(): void;
}

export function filterNotes(): FilterNotes {
  const counts = new Map<PassedOn, number>();
  return {
    passedOn: (path, because, error) => {
      const count = counts.get(because) ?? 0;
      counts.set(because, count + 1);
      if (count === 0) warn(`${path} ${told[because](error)}`);
    },
    end: () => {
      for (const [because, count] of counts)
        if (count > 1) warn(`so ${count === 2 ? 'is 1 file' : `are ${count - 1} files`} more: ${inShort[because]}`);
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof SopsError ? error.message : 'it cannot be read');

const told: Readonly<Record<PassedOn, (error: unknown) => string>> = {
  'no key': () => 'stays encrypted in the work tree: none of your keys opens it; `sopsmith doctor` says which were looked for',
  altered: (error) => `stays encrypted in the work tree: ${messageOf(error)}`,
  unreadable: (error) => `is in the work tree as it is in the repository: ${messageOf(error)}`,
  'in clear': () =>
    'is in clear in the repository; `git add --renormalize` encrypts it from now on, and what was committed stays in the history',
};

const inShort: Readonly<Record<PassedOn, string>> = {
  'no key': 'none of your keys opens them',
  altered: 'they were altered after encryption',
  unreadable: 'they cannot be read',
  'in clear': 'they are in clear in the repository',
};
