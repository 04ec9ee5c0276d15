import type { Comment, Document, Entry, Mapping } from '../../document/tree.ts';
import { keyComment, sectionComment, unseen, unseenLines } from './comment.ts';
import { metadataSection, unescapeMetadata } from './metadata-text.ts';
import { scan } from './scan.ts';
import type { KeyStatement, Section } from './scan.ts';

/**
 * INI text to tree, as real sops's store reads it (`stores/ini/store.go`): one mapping a section, `DEFAULT` first, sections of the same name apart, a section's comment
 * before its keys, a key's comment behind the key, every value a string. Of several values for one key the last counts, in the place of the first.
 * Throws `MALFORMED_DOCUMENT` with a position.
 */
export function parse(source: string): Document {
  const { sections, trailing } = scan(source);
  const items = [...sections.map((section) => sectionEntry(source, section)), ...unseenLines(source, trailing)];
  return { source, branches: [{ kind: 'mapping', items }], notes: [] };
}

function sectionEntry(source: string, section: Section): Entry {
  const last = new Map(section.keys.map((key) => [key.name, key]));
  const items: (Entry | Comment)[] = [...sectionComment(source, section)];
  if (section.inline === undefined) for (const span of section.ignored) items.push(unseen(source, span));
  if (last.size < section.keys.length) {
    for (const key of section.keys) if (last.get(key.name) !== key) items.push(...overwritten(source, key));
  }
  for (const key of last.values()) addKey(items, source, key, section.name);
  const value: Mapping = { kind: 'mapping', items };
  const entry: Entry = { kind: 'entry', key: section.name, value };
  return section.header.start === section.header.end ? entry : { ...entry, keySpan: section.header };
}

function addKey(items: (Entry | Comment)[], source: string, key: KeyStatement, section: string): void {
  const { text, token } = key.value;
  const meaning = section === metadataSection ? unescapeMetadata(text) : text;
  items.push({ kind: 'entry', key: key.name, value: { kind: 'leaf', type: 'str', text: meaning, slot: token }, keySpan: key.key });
  for (const comment of keyComment(source, key)) items.push(comment);
  for (const span of key.ignored) items.push(unseen(source, span, key.name));
}

/** What is left of a key that a later one of the same name overwrites: nothing real sops sees. */
function overwritten(source: string, key: KeyStatement): readonly Comment[] {
  const spans = [...key.ignored, ...(key.inline ? [key.inline] : []), ...(key.value.text === '' ? [] : [key.value.token])];
  return [...spans.map((span) => unseen(source, span, key.name)), ...unseenLines(source, key.above)];
}
