import { oneLine, printable, type SopsError } from '../errors.ts';
import type { InspectedFile, InspectedKey } from '../operations/inspect-keys.ts';
import { added, removed } from './report.ts';
import { wrapText } from './wrap-text.ts';

/** A file whose master keys were looked at, or that could not be read. */
export type ListedFile = { readonly file: string } & ({ readonly keys: InspectedFile } | { readonly error: SopsError });

/** Go's time: no fractions. */
const timeOf = ({ createdAt }: InspectedKey): string | undefined => createdAt?.toISOString().replace(/\.\d+Z$/, 'Z');

/** For programs. Holds names of master keys and reasons, nothing secret. */
export function listAsJson(files: readonly ListedFile[]): string {
  const shown = files.map((one) => {
    if ('error' in one) return { file: one.file, error: { code: one.error.code, message: one.error.message } };
    const { opens, needed, groups } = one.keys;
    return {
      file: one.file,
      opens,
      needed,
      groups: groups.map((group) => ({ opens: group.some((key) => key.opens), keys: group.map(asJson) })),
    };
  });
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

const asJson = (key: InspectedKey): object => ({
  kind: key.kind,
  name: key.name,
  createdAt: timeOf(key) ?? null,
  opens: key.opens,
  ...(key.error === undefined ? {} : { error: key.error }),
});

/** For people: a line a master key, and below it why it does not open. Groups are counted from 0, as `groups delete` does. */
export function listAsTable(one: ListedFile, first: boolean): string {
  if ('error' in one) return '';
  const { opens, needed, groups } = one.keys;
  const rows = groups.flatMap((group, at) =>
    group.map((key) => ({ key, cells: [String(at), key.opens ? 'yes' : 'no', printable(key.kind), timeOf(key) ?? '-'] })),
  );
  const titles = ['GROUP', 'OPENS', 'KIND', 'CREATED'];
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[], name: string): string =>
    [...cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)), name].join('  ');
  const share = groups.length === 1 ? '' : `, ${needed} of ${groups.length} groups needed`;
  const enough = groups.filter((group) => group.some((key) => key.opens)).length >= needed;
  const flaw = enough && !opens ? ': the shares of its groups do not belong together' : '';
  return [
    ...(first ? [] : ['']),
    `${oneLine(one.file)}: ${opens ? 'opens here' : 'does not open here'}${share}${flaw}`,
    line(titles, 'MASTER KEY'),
    ...rows.flatMap(({ key, cells }) => [colored(key, line(cells, printable(key.name)))].concat(reasonOf(key))),
    '',
  ].join('\n');
}

const colored = ({ opens }: InspectedKey, line: string): string => (opens ? added(line) : removed(line));

const reasonOf = ({ error }: InspectedKey): readonly string[] =>
  error === undefined
    ? []
    : wrapText(printable(error), 90)
        .split('\n')
        .map((line) => `       ${line}`);
