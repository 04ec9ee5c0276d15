import { type CheckReport, count } from './check-report.ts';

/** For programs. Holds names, places and reasons, nothing secret. */
export function asJson({ findings, files, inRepository }: CheckReport): string {
  const report = {
    files,
    errors: count(findings, 'error'),
    warnings: count(findings, 'warning'),
    notes: count(findings, 'note'),
    findings: findings.map(({ rule, severity, file, line, column, path, message, advice, commit }) => ({
      rule,
      severity,
      file: inRepository(file),
      line,
      column,
      ...(path === undefined ? {} : { path }),
      message,
      advice,
      ...(commit === undefined ? {} : { commit }),
    })),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
