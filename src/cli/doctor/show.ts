import { printable } from '../../errors.ts';
import { added, heading, removed } from '../report.ts';
import type { Diagnosis, ExaminedFile, ExaminedRule } from './diagnosis.ts';
import type { Problem } from './environment.ts';
import type { Recipient } from './recipients.ts';

/** For programs. Holds names of keys, places and reasons, nothing secret. */
export const asJson = ({ config, ...rest }: Diagnosis): string => `${JSON.stringify({ config: config ?? null, ...rest }, undefined, 2)}\n`;

/** For people. */
export function asText(diagnosis: Diagnosis): string {
  const { config, places, rules, files, problems } = diagnosis;
  const names = new Map([...rules, ...files].flatMap(({ groups }) => groups.flat().map(({ key, name }) => [key, name] as const)));
  const told = places.filter(({ keys, flawed }) => keys.length > 0 || flawed === true);
  const title = problems.length === 1 ? 'One thing is wrong' : `${problems.length} things are wrong`;
  const sections = [
    section(
      'Your keys',
      told.flatMap((place) => placeLines(place, names)),
    ),
    config === undefined
      ? section('Rules', ['  no .sops.yaml here or above: `sopsmith init` writes one'])
      : section(`Rules of ${config}`, rules.flatMap(ruleLines)),
    ...(files.length === 0 ? [] : [section('Files', files.flatMap(fileLines))]),
    problems.length === 0 ? added('Nothing is wrong.') : section(title, problems.flatMap(problemLines)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function ruleLines({ number, line, pathRegex, opens, groups }: ExaminedRule): readonly string[] {
  const head = `  rule ${number} (line ${line}), ${printable(pathRegex ?? 'every file')}: ${rulesOpen[opens]}`;
  return [head].concat(groupLines(groups));
}

const fileLines = ({ file, opens, groups }: ExaminedFile): readonly string[] =>
  [`  ${file}: ${opens ? added('opens') : removed('does not open')}`].concat(groupLines(groups));

const groupLines = (groups: readonly (readonly Recipient[])[]): readonly string[] =>
  groups.flatMap((group, at) => group.map((one) => recipientLine(one, groups.length > 1 ? at : undefined)));

const section = (title: string, lines: readonly string[]): string =>
  [heading(title), ...(lines.length === 0 ? ['  none'] : lines)].join('\n');

const rulesOpen: Readonly<Record<Recipient['opens'], string>> = {
  yes: 'you can decrypt its files',
  no: 'you cannot decrypt its files',
  unknown: 'whether you can decrypt its files shows with a file: sopsmith doctor FILE',
};

const marks: Readonly<Record<Recipient['opens'], (text: string) => string>> = {
  yes: (text) => added(`yes  ${text}`),
  no: (text) => `no   ${text}`,
  unknown: (text) => `?    ${text}`,
};

function recipientLine({ kind, key, name, opens, place }: Recipient, group: number | undefined): string {
  const share = group === undefined ? '' : `group ${group}: `;
  const named = name === undefined ? '' : ` (${printable(name)})`;
  return `    ${marks[opens](`${share}${kind} ${printable(key)}${named}${place === undefined ? '' : `, in ${printable(place)}`}`)}`;
}

function placeLines(
  { kind, name, keys, note }: Diagnosis['places'][number],
  names: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const shown = keys.map((key) => {
    const known = names.get(key);
    return `    ${kind} ${printable(key)}${known === undefined ? '' : ` (${printable(known)})`}`;
  });
  return [`  ${printable(name)}${note === undefined ? '' : `: ${printable(note)}`}`, ...shown];
}

const problemLines = ({ about, message, remedy }: Problem): readonly string[] => [
  removed(`  ${printable(about)}: ${printable(message)}`),
  ...(remedy === undefined ? [] : [`    ${printable(remedy)}`]),
];
