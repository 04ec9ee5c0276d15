import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Mapping } from '../../document/tree.ts';
import { isMetadata, readLines, removeLines } from './lines.ts';
import type { Line } from './lines.ts';
import { printScalar } from './print.ts';

/** Edits that remove the metadata's lines. */
export function detach({ source }: Document): readonly Edit[] {
  return removeLines(source, readLines(source).filter(isMetadata));
}

/** The sealed text with the lines of `record` put in: where `previous` had them, else at the end. Lines end in a line feed alone, as a carriage return would become part of a value. */
export function attach(sealed: string, record: Mapping, previous?: Document): string {
  const lines = entriesOf(record).map(printEntry).join('\n');
  const place = previous === undefined ? sealed.length : placeOf(sealed, previous.source);
  if (place < sealed.length) return `${sealed.slice(0, place)}${lines}\n${sealed.slice(place)}`;
  if (sealed === '') return lines;
  return sealed.endsWith('\n') ? `${sealed}${lines}\n` : `${sealed}\n${lines}`;
}

/** Edits that turn the metadata into `record`: changed values are replaced, lost lines removed, new lines put behind the entry before them in `record`. */
export function amend({ source }: Document, record: Mapping): readonly Edit[] {
  const present = readLines(source).filter(isMetadata);
  const wanted = entriesOf(record);
  const keys = new Set(wanted.map((entry) => entry.key));
  const edits: Edit[] = [
    ...removeLines(
      source,
      present.filter((line) => !keys.has(line.key)),
    ),
  ];
  let after: Line | undefined;
  for (const entry of wanted) {
    const line = present.find((candidate) => candidate.key === entry.key);
    if (line === undefined) edits.push(insertEntry(source, entry, after, present[0]));
    else {
      const text = printScalar(entry.value, entry.key);
      if (source.slice(line.value, line.end) !== text) edits.push({ span: { start: line.value, end: line.end }, text });
      after = line;
    }
  }
  return edits;
}

const entriesOf = (record: Mapping): readonly Entry[] => record.items.filter((item) => item.kind === 'entry');

const printEntry = ({ key, value }: Entry): string => `${key}=${printScalar(value, key)}`;

/** A new line for `entry` behind the line `after`, or else before `first`. */
function insertEntry(source: string, entry: Entry, after?: Line, first?: Line): Edit {
  if (after === undefined && first !== undefined) return { span: { start: first.start, end: first.start }, text: `${printEntry(entry)}\n` };
  const end = after?.end ?? source.length;
  return { span: { start: end, end }, text: `\n${printEntry(entry)}` };
}

/** Where in `sealed` the metadata shall stand: behind the entry it followed in `previous`. */
function placeOf(sealed: string, previous: string): number {
  const lines = readLines(previous);
  const first = lines.findIndex(isMetadata);
  if (first === -1 || lines.slice(first).every(isMetadata)) return sealed.length;
  const before = lines.slice(0, first).findLast((line) => line.kind === 'pair');
  if (before?.kind !== 'pair') return first === 0 ? 0 : sealed.length;
  const anchor = readLines(sealed).findLast((line) => line.kind === 'pair' && line.key === before.key);
  return anchor === undefined ? sealed.length : Math.min(anchor.end + 1, sealed.length);
}
