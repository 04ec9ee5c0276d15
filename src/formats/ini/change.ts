import { showPath } from '../../document/path.ts';
import type { TreePath } from '../../document/path.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { insertLines, keyLine, removeLines, sectionEnd } from './lines.ts';
import { metadataSection } from './metadata-text.ts';
import { scalarText } from './print.ts';
import { defaultSection, scan } from './scan.ts';
import type { KeyStatement, Section } from './scan.ts';
import { fitsIn, spellValue } from './spell.ts';
import { endOfLine, lineEnd, lineStart, trimEnd } from './white-space.ts';

/** Edits that set `[section][key]` to a scalar, or `[section]` to a mapping of scalars; of several sections of a name the first is meant, as in real sops. Throws `UNPRINTABLE_DOCUMENT`, `PATH_NOT_FOUND`, `UNSUPPORTED`. */
export function set({ source }: Document, path: TreePath, value: Node): readonly Edit[] {
  const [name, key, ...below] = path;
  if (typeof name !== 'string' || typeof key === 'number') throw notFound(path);
  if (name === metadataSection)
    throw new SopsError('UNSUPPORTED', `"${metadataSection}" is the section of the metadata`, { path: showPath(path) });
  if (below.length > 0)
    throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI file has sections and keys, nothing below', { path: showPath(path) });
  const section = scan(source).sections.find((candidate) => candidate.name === name);
  if (key === undefined) return setSection(source, name, value, section);
  const text = scalarText(value, showPath(path));
  if (section === undefined) return [addSection(source, name, [[key, text]])];
  const present = section.keys.findLast((candidate) => candidate.name === key);
  return present ? setValue(source, present, text) : [addKey(source, section, key, text)];
}

/** Edits that remove a key or a section: its lines, and the comment lines directly above. Throws `PATH_NOT_FOUND`. */
export function unset({ source }: Document, path: TreePath): readonly Edit[] {
  const [name, key] = path;
  const section = scan(source).sections.find((candidate) => candidate.name === name);
  if (section === undefined || name === metadataSection || path.length > 2) throw notFound(path);
  if (key === undefined) return removeLines(source, [{ start: commentStart(source, section), end: afterSection(source, section) }]);
  const statements = section.keys.filter((candidate) => candidate.name === key);
  if (statements.length === 0) throw notFound(path);
  return removeLines(
    source,
    statements.map((statement) => ({ start: commentStart(source, statement), end: statement.lines.end })),
  );
}

const notFound = (path: TreePath): SopsError => new SopsError('PATH_NOT_FOUND', `there is no ${showPath(path)}`, { path: showPath(path) });

/** A value in its place; where no spelling of it can stand before what follows, a comment moves above, and what go-ini passes over goes. */
function setValue(source: string, { lines, key, value: { token, inline } }: KeyStatement, text: string): readonly Edit[] {
  const apart = token.end === inline?.start && text !== '' ? ' ' : '';
  if (fitsIn(source, token, text)) return [{ span: token, text: spellValue(source, token, text) + apart }];
  const end = trimEnd(source, token.end, lineEnd(source, token.end));
  const edit = { span: { start: token.start, end }, text: spellValue(source.slice(0, token.end), token, text) };
  if (inline === undefined) return [edit];
  const comment = `${source.slice(lines.start, key.start)}${source.slice(inline.start, inline.end)}${endOfLine(source)}`;
  return [{ span: { start: lines.start, end: lines.start }, text: comment }, edit];
}

function setSection(source: string, name: string, value: Node, section?: Section): readonly Edit[] {
  if (value.kind !== 'mapping') throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI file holds sections only at its top', { path: name });
  const pairs = pairsOf(value, name);
  if (section === undefined) return [addSection(source, name, pairs)];
  const place = sectionEnd(section);
  const removed = removeLines(source, section.keys.length === 0 ? [] : [{ start: section.lines.end, end: place }]);
  if (pairs.length === 0) return removed;
  const sibling = section.keys.at(-1);
  return [
    ...removed,
    insertLines(
      source,
      section.lines.end,
      pairs.map(([key, text]) => lineOf(source, key, text, sibling)),
    ),
  ];
}

const pairsOf = (value: Mapping, name: string): readonly (readonly [string, string])[] =>
  value.items
    .filter((item): item is Entry => item.kind === 'entry')
    .map((item) => [item.key, scalarText(item.value, `${name}.${item.key}`)]);

function addKey(source: string, section: Section, key: string, text: string): Edit {
  const sibling = section.keys.at(-1);
  const line = lineOf(source, key, text, sibling ?? lastKey(scan(source).sections));
  if (sibling !== undefined || section.header.start < section.header.end) return insertLines(source, sectionEnd(section), [line]);
  const isFollowed = /\S/.test(source.slice(section.lines.end));
  return insertLines(source, section.lines.end, isFollowed ? [line, ''] : [line]);
}

/** A section behind the last one, before the metadata's if that is at the end. */
function addSection(source: string, name: string, pairs: readonly (readonly [string, string])[]): Edit {
  if (name === '' || name.includes('\n')) throw new SopsError('UNSUPPORTED', 'an INI section needs a name on one line');
  const { sections } = scan(source);
  const last = sections.findLast((section) => section.name !== metadataSection);
  const end = last ? sectionEnd(last) : 0;
  const isFirst = last?.name === defaultSection && last.keys.length === 0;
  const header = isFirst ? [`[${name}]`] : ['', `[${name}]`];
  return insertLines(source, end, [...header, ...pairs.map(([key, text]) => lineOf(source, key, text, lastKey(sections)))]);
}

const lastKey = (sections: readonly Section[]): KeyStatement | undefined =>
  sections.findLast((section) => section.name !== metadataSection && section.keys.length > 0)?.keys.at(-1);

function lineOf(source: string, key: string, text: string, sibling?: KeyStatement): string {
  const line = keyLine(source, key, text, sibling) ?? keyLine(source, key, text);
  if (line === undefined) throw new SopsError('UNSUPPORTED', 'no INI line can hold this key and value', { path: key });
  return line;
}

/** Where the comment lines directly above a statement start, or else the statement. */
export function commentStart(source: string, { above, lines }: Section | KeyStatement): number {
  let { start } = lines;
  for (const line of above.toReversed()) {
    if (line.end !== start) break;
    start = lineStart(source, line.start);
  }
  return start;
}

/** The offset behind a section and the empty line that follows it. */
function afterSection(source: string, section: Section): number {
  const end = sectionEnd(section);
  return end + (/^\r?\n/.exec(source.slice(end, end + 2))?.[0].length ?? 0);
}
