import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Mapping, Span } from '../../document/tree.ts';
import { blockStart, insertLines, keyLine, removeLines, sectionEnd } from './lines.ts';
import { escapeMetadata, metadataSection } from './metadata-text.ts';
import { columnWidth, printKey, scalarText } from './print.ts';
import { scan } from './scan.ts';
import type { KeyStatement, Section } from './scan.ts';
import { printValueText } from './spell.ts';
import { endOfLine } from './white-space.ts';

/** Edits that remove the metadata's section, and the empty line that parts it from the others. */
export function detach({ source }: Document): readonly Edit[] {
  const sections = scan(source).sections.filter(isMetadata);
  return sections.map((section) => ({ span: metadataSpan(source, section), text: '' }));
}

/** The sealed text with a section of `record` put in: before the section it stood before in `previous`, else at the end, with an empty line between. */
export function attach(sealed: string, record: Mapping, previous?: Document): string {
  const eol = endOfLine(sealed);
  const lines = printRecord(record).join(eol);
  const place = previous === undefined ? sealed.length : placeOf(sealed, previous.source);
  if (place < sealed.length) return sealed.slice(0, place) + lines + eol + eol + sealed.slice(place);
  if (sealed === '') return lines;
  return sealed.endsWith('\n') ? sealed + eol + lines + eol : sealed + eol + eol + lines;
}

/** Edits that turn the metadata's section into `record`: changed values are replaced, lost lines removed, new lines put behind the entry before them in `record`. */
export function amend({ source }: Document, record: Mapping): readonly Edit[] {
  const section = scan(source).sections.find(isMetadata);
  if (section === undefined) return [];
  const present = new Map(section.keys.map((key) => [key.name, key]));
  const wanted = entriesOf(record);
  const names = new Set(wanted.map((entry) => entry.key));
  const edits: Edit[] = [
    ...removeLines(
      source,
      section.keys.filter((key) => !names.has(key.name)).map((key) => key.lines),
    ),
  ];
  let after: KeyStatement | undefined;
  for (const entry of wanted) {
    const key = present.get(entry.key);
    if (key === undefined) edits.push(insertEntry(source, section, entry, after));
    else {
      edits.push(...replaceValue(key, entryText(entry)));
      after = key;
    }
  }
  return edits;
}

const isMetadata = (section: Section): boolean => section.name === metadataSection;

const entriesOf = (record: Mapping): readonly Entry[] => record.items.filter((item) => item.kind === 'entry');

/** A metadata value as it is written. */
const entryText = ({ key, value }: Entry): string => escapeMetadata(scalarText(value, `${metadataSection}.${key}`));

function printRecord(record: Mapping): readonly string[] {
  const entries = entriesOf(record);
  const width = columnWidth(entries.map((entry) => entry.key));
  return [`[${metadataSection}]`, ...entries.map((entry) => printKey(entry.key, printValueText(entryText(entry)), width))];
}

function replaceValue({ value }: KeyStatement, text: string): readonly Edit[] {
  return value.text === text ? [] : [{ span: value.token, text: printValueText(text) }];
}

function insertEntry(source: string, section: Section, entry: Entry, after?: KeyStatement): Edit {
  const text = entryText(entry);
  const line = keyLine(source, entry.key, text, after ?? section.keys[0]) ?? printKey(entry.key, printValueText(text), 0);
  return insertLines(source, after?.lines.end ?? section.lines.end, [line]);
}

function metadataSpan(source: string, section: Section): Span {
  const { start } = section.lines;
  const end = sectionEnd(section);
  const eol = endOfLine(source.slice(start, end));
  if (end < source.length) return { start, end: source.startsWith(eol, end) ? end + eol.length : end };
  const before = source.slice(0, start);
  if (source.endsWith('\n')) return { start: start - (endsInEmptyLine(before, eol) ? eol.length : 0), end };
  if (before.endsWith(eol + eol)) return { start: start - 2 * eol.length, end };
  return { start: start - (before.endsWith(eol) ? eol.length : 0), end };
}

const endsInEmptyLine = (text: string, eol: string): boolean => text === eol || text.endsWith(`\n${eol}`);

/** Where in `sealed` the metadata's section shall stand: before the section it precedes in `previous`. */
function placeOf(sealed: string, previous: string): number {
  const before = scan(previous).sections;
  const following = before[before.findIndex(isMetadata) + 1];
  if (following === undefined || !before.some(isMetadata)) return sealed.length;
  const nth = before.slice(0, before.indexOf(following)).filter((section) => section.name === following.name).length;
  const section = scan(sealed).sections.filter((candidate) => candidate.name === following.name)[nth];
  return section === undefined ? sealed.length : blockStart(sealed, section);
}
