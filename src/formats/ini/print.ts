import type { Comment, Entry, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { plainScalar } from '../../document/plain-scalar.ts';
import { printValueText } from './spell.ts';
import { utf8Length } from './utf8.ts';
import { trim } from './white-space.ts';

/**
 * A fresh file, as real sops's EmitPlainFile: a paragraph a section, the equals signs of a section in one column. Comments outside of sections are left out, as there.
 * Throws `UNPRINTABLE_DOCUMENT` for values outside of sections and for values nested deeper, of which real sops prints Go's debugging form.
 */
export function print(branches: readonly Mapping[]): string {
  const sections = branches.flatMap((branch) => branch.items.filter((item) => item.kind === 'entry'));
  return sections.map((section, at) => printSection(section, at === 0, at === sections.length - 1)).join('');
}

/** The line of a key: its name as it is written, filled up to `width` bytes, and its value. */
export function printKey(name: string, value: string, width: number): string {
  const quoted = quoteKey(name);
  return `${quoted}${' '.repeat(Math.max(0, width - utf8Length(quoted)))} = ${value}`;
}

/** How wide the names of some keys are where they are printed in one column, in bytes. */
export const columnWidth = (names: readonly string[]): number => names.reduce((width, name) => Math.max(width, keyWidth(name)), 0);

/** What stands behind the equals sign, before quotes. Throws `UNPRINTABLE_DOCUMENT`. */
export function scalarText(value: Node, path: string): string {
  if (value.kind === 'leaf' || value.kind === 'null') return plainScalar(value);
  throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI file cannot hold values nested deeper than sections and keys', { path });
}

/** A key's name as go-ini writes it: in quotes if it holds a quote or a delimiter. */
export function quoteKey(name: string): string {
  if (/["=:]/.test(name)) return `\`${name}\``;
  return name.includes('`') ? `"""${name}"""` : name;
}

function printSection({ key: name, value }: Entry, isFirst: boolean, isLast: boolean): string {
  if (value.kind !== 'mapping') throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI file holds sections only at its top', { path: name });
  if (name === '') throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI section needs a name');
  const { comment, keys } = gather(value, name);
  const above = comment === '' ? '' : printComment(comment, (line) => line);
  const headless = isFirst && name.toUpperCase() === 'DEFAULT';
  if (headless && keys.size === 0) return above;
  const width = columnWidth([...keys.keys()]);
  const lines = [...keys].map(([key, { text, comment: own }]) => {
    return `${own === '' ? '' : printComment(own, trim)}${printKey(key, printValueText(text), width)}\n`;
  });
  return `${above}${headless ? '' : `[${name}]\n`}${lines.join('')}${isLast ? '' : '\n'}`;
}

interface Printed {
  text: string;
  comment: string;
}

/** A section as sops hands it to go-ini: a comment before all keys is the section's, any other the key's before it; the last of several counts. */
function gather(section: Mapping, path: string): { readonly comment: string; readonly keys: ReadonlyMap<string, Printed> } {
  const items = section.items.filter((item) => item.kind === 'entry' || item.unseen !== true);
  const keys = new Map<string, Printed>();
  let last: Printed | undefined;
  for (const item of items) {
    if (item.kind === 'comment') {
      if (last) last.comment = item.text;
      continue;
    }
    if (item.key === '') throw new SopsError('UNPRINTABLE_DOCUMENT', 'an INI key needs a name', { path });
    last = keys.get(item.key) ?? { text: '', comment: '' };
    last.text = scalarText(item.value, `${path}.${item.key}`);
    keys.set(item.key, last);
  }
  return { comment: commentOf(items[0]), keys };
}

const commentOf = (item: Entry | Comment | undefined): string => (item?.kind === 'comment' ? item.text : '');

/** The lines of a comment; an empty one, at which real sops panics, is a mark alone. */
function printComment(text: string, clean: (line: string) => string): string {
  const lines = text.split('\n').map((line) => {
    if (line === '') return ';';
    return /^[#;]/.test(line) ? `${line.charAt(0)} ${trim(line.slice(1))}` : `; ${clean(line)}`;
  });
  return `${lines.join('\n')}\n`;
}

function keyWidth(name: string): number {
  if (/["=:]/.test(name)) return utf8Length(name) + 2;
  return utf8Length(name) + (name.includes('`') ? 6 : 0);
}
