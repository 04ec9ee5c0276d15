import { printable } from '../../errors.ts';
import type { Finding, Severity } from '../../git/check/finding.ts';
import { added, doubtful, heading, removed } from '../report.ts';
import { type CheckReport, count } from './check-report.ts';

/** So many findings of one rule in one file are told one by one. */
const most = 10;
/** So many files with the same note are named. */
const mostNoted = 3;

const paints: Readonly<Record<Severity, (text: string) => string>> = { error: removed, warning: doubtful, note: (text) => text };

/** For people: by file, and for each rule what to do once. */
export function asText({ findings, files, shown }: CheckReport): string {
  const groups = grouped(
    findings.filter(({ severity }) => severity !== 'note'),
    ({ file, commit }) => `${file}\0${commit?.id ?? ''}`,
  );
  const notes = grouped(
    findings.filter(({ severity }) => severity === 'note'),
    ({ rule, message }) => `${rule}\0${message}`,
  );
  const sections = [...groups.map((group) => section(group, shown)), ...notes.map((group) => note(group, shown))];
  return `${[...sections, summary(findings, files)].join('\n\n')}\n`;
}

/** Notes that are alike are told once, with some of the files. */
function note(findings: readonly Finding[], shown: CheckReport['shown']): string {
  const [first] = findings;
  if (first === undefined) return '';
  const { path, message, rule, advice } = first;
  const names = findings.slice(0, mostNoted).map(({ file }) => printable(shown(file)));
  const more = findings.length > mostNoted ? ` and ${findings.length - mostNoted} more` : '';
  const what = findings.length > 1 || path === undefined ? '' : `${printable(path)}: `;
  return [
    heading(`${names.join(', ')}${more}`),
    `          note    ${what}${printable(message)} (${rule})`,
    `          ${printable(advice)}`,
  ].join('\n');
}

function grouped(findings: readonly Finding[], by: (finding: Finding) => string): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(by(finding));
    if (group === undefined) groups.set(by(finding), [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

function section(findings: readonly Finding[], shown: CheckReport['shown']): string {
  const [first] = findings;
  if (first === undefined) return '';
  const { file, commit } = first;
  const title = `${printable(shown(file))}${commit === undefined ? '' : `, as committed in ${commit.id.slice(0, 12)} on ${commit.date.slice(0, 10)}`}`;
  return [heading(title), ...grouped(findings, ({ rule, advice }) => `${rule}\0${advice}`).flatMap(linesOf)].join('\n');
}

function linesOf(findings: readonly Finding[]): readonly string[] {
  const told = findings.slice(0, most).map(({ line, column, severity, path, message, rule }) => {
    const what = `${path === undefined ? '' : `${printable(path)}: `}${printable(message)}`;
    return `  ${`${line}:${column}`.padEnd(7)} ${paints[severity](severity.padEnd(7))} ${what} (${rule})`;
  });
  const more = findings.length > most ? [`          and ${findings.length - most} more`] : [];
  return [...told, ...more, `          ${printable(findings[0]?.advice ?? '')}`];
}

function summary(findings: readonly Finding[], files: number): string {
  const withFindings = new Set(findings.map(({ file }) => file)).size;
  const looked = files === 1 ? '1 file' : `${files} files`;
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const found = count(findings, severity);
    return found === 0 ? [] : [found === 1 ? `1 ${severity}` : `${found} ${severity}s`];
  });
  return counts.length === 0 ? added(`${looked}: nothing found`) : `${looked}: ${counts.join(', ')} in ${withFindings}`;
}
