import {
  type Comment,
  type Document,
  type Edit,
  type Entry,
  type Format,
  type Leaf,
  type Mapping,
  type Node,
  SopsError,
} from '../../src/index.ts';

/** One line of a toy file: where it stands, its line break among it, and what it is. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly key?: string;
  /** Of a value with its quotes, or of a comment behind its mark. */
  readonly slot?: { readonly start: number; readonly end: number };
}

const isMetadata = ({ key = '' }: Line): boolean => key.startsWith('sops_');

function linesOf(source: string): readonly Line[] {
  let start = 0;
  return source.split(/(?<=\n)/).map((text) => {
    const line = lineOf(text, start);
    start += text.length;
    return line;
  });
}

function lineOf(text: string, start: number): Line {
  const all = { start, end: start + text.length };
  const body = text.trimEnd();
  if (body === '') return all;
  if (body.startsWith('#')) return { ...all, slot: { start: start + 1, end: start + body.length } };
  const [, key, value] = /^(\w+) = (".*")$/.exec(body) ?? [];
  if (key === undefined || value === undefined)
    throw new SopsError('MALFORMED_DOCUMENT', 'a line is neither `key = "value"` nor a comment');
  return { ...all, key, slot: { start: start + body.length - value.length, end: start + body.length } };
}

function parse(source: string): Document {
  const items = linesOf(source).flatMap(({ key, slot }): readonly (Entry | Comment)[] => {
    if (slot === undefined) return [];
    const spelled = source.slice(slot.start, slot.end);
    if (key === undefined) return [{ kind: 'comment', text: spelled, slot }];
    return [{ kind: 'entry', key, value: { kind: 'leaf', type: 'str', text: String(JSON.parse(spelled)), slot } }];
  });
  return { source, branches: [{ kind: 'mapping', items }], notes: [] };
}

const spell = (item: Node | Entry | Comment): string => {
  if (item.kind === 'comment') return item.text;
  if (item.kind === 'leaf') return JSON.stringify(item.text);
  throw new SopsError('UNPRINTABLE_DOCUMENT', 'a toy file holds texts alone');
};

const lineFor = (item: Entry | Comment): string => (item.kind === 'comment' ? `#${item.text}\n` : `${item.key} = ${spell(item.value)}\n`);

function replace({ slot }: Pick<Leaf, 'slot'>, by: Node | Comment): Edit {
  if (slot === undefined) throw new SopsError('UNSUPPORTED', 'it stands nowhere');
  return { span: slot, text: spell(by) };
}

const inPlace = (slotted: Node | Comment, by: Node | Comment): Edit => replace({ ...(slotted.slot && { slot: slotted.slot }) }, by);

const remove = (lines: readonly Line[]): readonly Edit[] => lines.map((span) => ({ span, text: '' }));

const print = (branches: readonly Mapping[]): string => branches.flatMap(({ items }) => items.map(lineFor)).join('');

/** The lines of a record stand at the top of the file. */
const top = (record: Mapping): string => print([record]);

function keyIn(path: readonly (string | number)[]): string {
  const [key, ...deeper] = path;
  if (typeof key === 'string' && deeper.length === 0) return key;
  throw new SopsError('UNSUPPORTED', 'a toy file has no depth');
}

/** `key = "value"` lines and comments: a format that sops does not know, made of what the library gives to everybody. */
export const toyFormat: Format = {
  name: 'toy',
  extensions: ['.toy'],
  shape: 'prefixed',
  parse,
  print,
  printValue: (node) => spell(node),
  example: '# Write what is secret here\nexample = "value"\n',
  seal: (_, slotted, sealed) => inPlace(slotted, sealed),
  open: (_, slotted, opened) => inPlace(slotted, opened),
  detach: ({ source }) => remove(linesOf(source).filter(isMetadata)),
  attach: (sealed, record) => top(record) + sealed,
  amend: ({ source }, record) => [...remove(linesOf(source).filter(isMetadata)), { span: { start: 0, end: 0 }, text: top(record) }],
  set({ source, branches }, path, value) {
    const key = keyIn(path);
    const entry = branches[0]?.items.find((item) => item.kind === 'entry' && item.key === key);
    if (entry?.kind === 'entry') return [inPlace(entry.value, value)];
    return [{ span: { start: source.length, end: source.length }, text: lineFor({ kind: 'entry', key, value }) }];
  },
  unset: ({ source }, path) => remove(linesOf(source).filter(({ key }) => key === keyIn(path))),
};
