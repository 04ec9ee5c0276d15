import { printable } from '../errors.ts';
import type { Access, ExposedFile, ExposedValue, Knowledge } from '../git/past/exposure.ts';
import { type KnownRecipient, shown } from '../git/past/recipients.ts';
import { commitAsJson, commitName, dayOf, shortId } from './commit-names.ts';
import { tableOf } from './table.ts';

/** What `exposure` found. */
export interface Report {
  readonly recipients: readonly KnownRecipient[];
  readonly files: readonly ExposedFile[];
  /** A file as seen from the working folder. */
  readonly called: (path: string) => string;
  /** Versions of files that hold ciphertext and could not be read. */
  readonly unreadable: number;
  /** Whether plaintexts were compared where keys could be had. */
  readonly compared: boolean;
  /** Whether the clone has but the end of the history. */
  readonly shallow: boolean;
}

/** What to change at its source: all but what is known to be another by now. */
const toChange = ({ knows }: ExposedValue): boolean => knows !== 'changed' && knows !== 'removed';

const remarks: Readonly<Record<Knowledge, string>> = {
  unchanged: 'unchanged',
  'set later': 'set after the removal, under a data key that was known',
  're-encrypted': 're-encrypted since, may be the same',
  same: 're-encrypted since, is the same',
  changed: 'changed',
  removed: 'removed',
};

/** For people: a list a file, and what to do. */
export function exposureAsText(report: Report): string {
  const listed = report.files.filter(({ values }) => values.some(toChange));
  return [
    `What ${report.recipients.map((one) => printable(shown(one))).join(', ')} could read, and is not known to have changed since:`,
    '',
    ...listed.map(
      (file) =>
        `${printable(report.called(file.path))}: ${accessTo(file)}\n${tableOf(['PATH', 'READABLE SINCE', ''], file.values.filter(toChange).map(rowOf), '  ')}`,
    ),
    ...summaryOf(report, listed.length),
    '',
  ].join('\n');
}

const rowOf = ({ path, since, knows }: ExposedValue): readonly string[] => [
  path,
  since === undefined ? '-' : `${dayOf(since)} ${shortId(since)}`,
  remarks[knows],
];

function accessTo({ access, removedBy }: ExposedFile): string {
  const until = removedBy === undefined ? '' : ` until ${commitName(removedBy)}`;
  const texts: Readonly<Record<Access, string>> = {
    recipient: 'still encrypted for it',
    'data key': until === '' ? 'has a data key that it knows from elsewhere' : `encrypted for it${until}, and has the same data key still`,
    former: `encrypted for it${until}, and has another data key now`,
    share: 'it alone could not read: other key groups are needed',
  };
  return texts[access];
}

function summaryOf({ files, called, unreadable, compared, shallow }: Report, listed: number): readonly string[] {
  const values = files.flatMap((file) => file.values);
  const count = (wanted: (value: ExposedValue) => boolean): number => values.filter(wanted).length;
  const named = (access: Access): readonly string[] =>
    files.filter((file) => file.access === access && !file.gone).map((file) => printable(called(file.path)));
  const [changed, removed, unclear] = [
    count(({ knows }) => knows === 'changed'),
    count(({ knows }) => knows === 'removed'),
    count(({ knows }) => knows === 're-encrypted'),
  ];
  const [open, known, shares] = [named('recipient'), named('data key'), named('share')];
  return [
    `${counted(count(toChange), 'value')} in ${counted(listed, 'file')} to change at their source`,
    ...(changed > 0 ? [`${counted(changed, 'value')} changed since`] : []),
    ...(removed > 0 ? [`${counted(removed, 'value')} removed since: change them too where they are still in use`] : []),
    ...(unclear > 0 && !compared ? ['--decrypt compares what was re-encrypted, with the keys at hand'] : []),
    ...(open.length > 0 ? [`still encrypted for it, so take it out of .sops.yaml and run updatekeys and rotate: ${open.join(', ')}`] : []),
    ...(known.length > 0 ? [`what is set from now on is readable too until there is a new data key, so rotate: ${known.join(', ')}`] : []),
    ...(shares.length > 0 ? [`readable only together with other key groups: ${shares.join(', ')}`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'version')} of files could not be read, and were passed over`] : []),
    ...(shallow ? ['this clone is shallow: what was before is not known; `git fetch --unshallow` brings it'] : []),
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** For programs: everything, what changed or was removed as well. */
export function exposureAsJson({ recipients, files, called, unreadable, shallow }: Report): string {
  const exposed = files.flatMap(({ values }) => values.filter(toChange));
  const told = {
    recipients: recipients.map((one) => ({ name: one.name, called: one.called })),
    files: files.map(({ path: file, access, gone, removedBy, values }) => ({
      file: called(file),
      access,
      gone,
      removedBy: commitAsJson(removedBy),
      values: values.map(({ path, knows, since }) => ({ path, status: knows, since: commitAsJson(since) })),
    })),
    values: exposed.length,
    filesToChange: files.filter(({ values }) => values.some(toChange)).length,
    unreadable,
    shallow,
  };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}
