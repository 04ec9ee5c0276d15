import type { CheckRule } from '../check-rule.ts';

/** Larger files, in bytes, are not read. */
export const largestFile: number = 64 * 2 ** 20;

/** A file that was not read: told without asking the rule. */
export const tooLarge: CheckRule = {
  id: 'too-large',
  severity: 'note',
  summary: `the file is larger than ${largestFile / 2 ** 20} MiB, and was not looked at`,
  advice: 'see for yourself what is in it',
  leaks: true,
  judge: () => [],
};

/** A file that the system does not let anybody read: told without asking the rule. */
export const unreadableFile: CheckRule = {
  id: 'unreadable-file',
  severity: 'error',
  summary: 'a file cannot be read, for want of permission or the like',
  advice: 'see who may read it; what cannot be read cannot be checked',
  judge: () => [],
};
