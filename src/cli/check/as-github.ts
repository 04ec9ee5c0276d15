import { printable } from '../../errors.ts';
import type { Severity } from '../../git/check/finding.ts';
import type { CheckReport } from './check-report.ts';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** Annotations as workflow commands of GitHub Actions, a line each. */
export const asGithub = ({ findings, inRepository }: CheckReport): string =>
  findings
    .map(({ rule, severity, file, line, column, path, message, advice, commit }) => {
      const properties = { file: inRepository(file), line, col: column, title: `sopsmith ${rule}` };
      const when = commit === undefined ? '' : `as committed in ${commit.id.slice(0, 12)} on ${commit.date.slice(0, 10)}: `;
      const text = printable(`${when}${path === undefined ? '' : `${path}: `}${message}; ${advice}`);
      const list = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
      return `::${commands[severity]} ${list.join(',')}::${data(text)}\n`;
    })
    .join('');

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
