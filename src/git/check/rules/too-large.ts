import type { CheckRule } from '../check-rule.ts';

/** Larger files, in bytes, are not read. */
export const largestFile: number = 64 * 2 ** 20;

/** A file that was not read: told without asking the rule. */
export const tooLarge: CheckRule = {
  id: 'too-large',
  severity: 'note',
  summary: `a file is larger than ${largestFile / 2 ** 20} MiB, and was not looked at`,
  advice: 'see for yourself what is in it',
  leaks: true,
  judge: () => [],
};
