import type { CheckRule } from '../../git/check/check-rule.ts';
import type { Finding, Severity } from '../../git/check/finding.ts';

/** What a check found, ready to be shown. */
export interface CheckReport {
  readonly findings: readonly Finding[];
  /** How many files were looked at. */
  readonly files: number;
  readonly rules: readonly CheckRule[];
  /** A file as people know it: relative to the working folder. */
  readonly shown: (file: string) => string;
  /** A file as programs know it: relative to the top of the repository, where there is one. */
  readonly inRepository: (file: string) => string;
}

/** How many findings of a kind there are. */
export const count = (findings: readonly Finding[], severity: Severity): number =>
  findings.filter((finding) => finding.severity === severity).length;
