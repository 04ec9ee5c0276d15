import type { Finding } from '../../git/check/finding.ts';
import { version } from '../version.ts';
import type { CheckReport } from './check-report.ts';

/** The Static Analysis Results Interchange Format, version 2.1.0 (OASIS), which code scanning services read. */
export function asSarif({ findings, rules, inRepository }: CheckReport): string {
  const ids = [...new Set([...rules.map(({ id }) => id), ...findings.map(({ rule }) => rule)])];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sopsmith', version, rules: ids.map((id) => descriptor(id, rules)) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => result(finding, ids.indexOf(finding.rule), inRepository(finding.file))),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function descriptor(id: string, rules: CheckReport['rules']): object {
  const rule = rules.find((one) => one.id === id);
  return {
    id,
    name: pascal(id),
    ...(rule === undefined
      ? {}
      : {
          shortDescription: { text: sentence(rule.summary) },
          help: { text: sentence(rule.advice) },
          defaultConfiguration: { level: rule.severity },
        }),
  };
}

const pascal = (id: string): string => id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function result({ rule, severity, line, column, path, message, advice, commit }: Finding, ruleIndex: number, file: string): object {
  const said = `${path === undefined ? '' : `${path}: `}${message}`;
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: `${commit === undefined ? '' : `As committed in ${commit.id} on ${commit.date}: `}${said}. ${sentence(advice)}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: column },
        },
        ...(path === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: path, kind: 'member' }] }),
      },
    ],
    // What stands above a finding may change without making another of it.
    partialFingerprints: { 'sopsmith/v1': [rule, file, path ?? '', commit?.id ?? ''].map((part) => encodeURIComponent(part)).join('/') },
    ...(commit === undefined ? {} : { properties: { commit: commit.id, date: commit.date } }),
  };
}

const uriOf = (file: string): string => file.split('/').map(encodeURIComponent).join('/');
