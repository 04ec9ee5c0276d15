import type { Edit } from '../../document/splice.ts';
import type { Span } from '../../document/tree.ts';
import { scan } from './scan.ts';
import type { KeyStatement, Section } from './scan.ts';
import { quoteOf, spellIn } from './spell.ts';
import { utf8Length } from './utf8.ts';
import { endOfLine, lineStart, trimEnd } from './white-space.ts';

/** Where a section starts, with the comment above its header. */
export function blockStart(source: string, section: Section): number {
  const [first] = section.above;
  return first === undefined ? section.lines.start : Math.max(lineStart(source, first.start), source.startsWith('\uFEFF') ? 1 : 0);
}

/** The offset behind a section's last key, or behind its header. */
export const sectionEnd = (section: Section): number => section.keys.at(-1)?.lines.end ?? section.lines.end;

/** Edits that remove whole lines; with the last line of a text without a final line end, the line end before it goes. */
export function removeLines(source: string, lines: readonly Span[]): readonly Edit[] {
  const runs: Span[] = [];
  for (const line of lines.toSorted((a, b) => a.start - b.start)) {
    const last = runs.at(-1);
    if (last?.end === line.start) runs[runs.length - 1] = { start: last.start, end: line.end };
    else runs.push(line);
  }
  const last = runs.at(-1);
  if (last?.end === source.length && !source.endsWith('\n')) {
    const before = /\r?\n$/.exec(source.slice(Math.max(0, last.start - 2), last.start))?.[0] ?? '';
    runs[runs.length - 1] = { start: last.start - before.length, end: last.end };
  }
  return runs.map((span) => ({ span, text: '' }));
}

/** An edit that puts lines behind the statement that ends at `end`. */
export function insertLines(source: string, end: number, lines: readonly string[]): Edit {
  const eol = endOfLine(source);
  const isOpen = end > 0 && end === source.length && !source.endsWith('\n');
  // A value that asks for one more line at the end of the text gets an empty one, which ends it.
  const wanted = end === source.length && source.charAt(trimEnd(source, 0, end) - 1) === '\\' ? ['', ...lines] : lines;
  return { span: { start: end, end }, text: wanted.map((line) => (isOpen ? eol + line : line + eol)).join('') };
}

/** A key's line in the style of a sibling: its indentation, delimiter, column and quotes. Undefined where go-ini could not read the name there. */
export function keyLine(source: string, name: string, text: string, sibling?: KeyStatement): string | undefined {
  const style = sibling ? styleOf(source, sibling) : { indent: '', width: 0, before: ' ', after: '= ', quote: '' as const };
  const names = [name, `\`${name}\``, `"""${name}"""`, `"${name}"`];
  for (const quoted of names) {
    const column = style.before === '' ? quoted : quoted + ' '.repeat(Math.max(0, style.width - utf8Length(quoted))) + style.before;
    const line = `${style.indent}${column}${style.after}${spellIn(text, style.quote)}`;
    if (readsAs(line, name, text)) return line;
  }
  return undefined;
}

function styleOf(source: string, { lines, key, delimiter, value }: KeyStatement) {
  const space = /[ \t]$/.exec(source.slice(key.end, delimiter))?.[0] ?? '';
  return {
    indent: source.slice(lines.start, key.start),
    width: utf8Length(source.slice(key.start, delimiter)) - space.length,
    before: space,
    after: `${source.charAt(delimiter)}${/^[ \t]*/.exec(source.slice(delimiter + 1, value.token.start))?.[0] ?? ''}`,
    quote: value.text === '' ? ('' as const) : quoteOf(source.slice(value.token.start, value.token.end)),
  };
}

function readsAs(line: string, name: string, text: string): boolean {
  try {
    const { sections, trailing } = scan(`${line}\n`);
    const [first] = sections[0]?.keys ?? [];
    return (
      sections.length === 1 && trailing.length === 0 && first?.name === name && first.value.text === text && sections[0]?.keys.length === 1
    );
  } catch {
    return false;
  }
}
