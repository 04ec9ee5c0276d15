import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Leaf, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format, PrintOptions, Slotted } from '../format.ts';
import { json } from '../json/index.ts';
import { layoutOf } from '../json/layout.ts';
import { freshStyle } from '../json/print.ts';
import { spanOf, topOf } from '../json/spans.ts';
import { write } from '../json/write.ts';

/** The one key of a binary file's envelope. */
const dataKey = 'data';

const isData = (item: Mapping['items'][number]): item is Entry => item.kind === 'entry' && item.key === dataKey;

const envelope = (value: Node): Mapping => ({ kind: 'mapping', items: [{ kind: 'entry', key: dataKey, value }] });

/** Where the data of a plain file stands: it has no text. */
const nowhere = { start: 0, end: 0 };

/** A plain binary file: its bytes are the one leaf, `data`; its text is empty. `seal` turns that text into the envelope. */
function parsePlain(bytes: Uint8Array): Document {
  return {
    source: '',
    branches: [{ ...envelope({ kind: 'leaf', type: 'str', text: '', bytes, slot: nowhere }), slot: nowhere }],
    notes: [],
  };
}

/** The bytes of a plain binary file, as real sops's binary store prints it. */
function printPlain(branches: readonly Mapping[]): Uint8Array {
  const { bytes, text } = dataOf(branches);
  return bytes ?? new TextEncoder().encode(text);
}

function dataOf(branches: readonly Mapping[]): Leaf {
  const [branch] = branches;
  if (branch === undefined || branches.length > 1) throw unprintable('a binary file holds exactly one document');
  const data = branch.items.find(isData)?.value;
  if (data === undefined) throw unprintable(`a binary file needs a value under "${dataKey}", and there is none`);
  if (data.kind !== 'leaf' || data.type !== 'str') throw unprintable(`"${dataKey}" must be a string to be printed as a binary file`);
  return data;
}

const unprintable = (message: string): SopsError => new SopsError('UNPRINTABLE_DOCUMENT', message);

const isPlain = (document: Document): boolean => document.source === '';

/** An encrypted binary file is written whole: nobody lays it out by hand. */
function attach(sealed: string, record: Mapping, options: PrintOptions, previous?: Document): string {
  const top = sealed === '' ? envelope({ kind: 'leaf', type: 'str', text: '' }) : topOf(json.parse(sealed));
  const style = freshStyle(options);
  const before =
    previous === undefined || isPlain(previous) || options.indent !== undefined ? undefined : layoutOf(previous, topOf(previous), {}).style;
  const whole: Mapping = { kind: 'mapping', items: [...top.items, { kind: 'entry', key: 'sops', value: record }] };
  return `${write(whole, { ...style, unit: before?.newline === undefined ? style.unit : before.unit }, '')}\n`;
}

/** All but the data goes, and what `open` puts in its place is the file. */
function detach(document: Document): readonly Edit[] {
  const { start, end } = spanOf(dataOf(document.branches));
  return [
    { span: { start: 0, end: start }, text: '' },
    { span: { start: end, end: document.source.length }, text: '' },
  ];
}

/** Sets and unsets in an encrypted file; a plain one has no structure. */
function inEnvelope(document: Document): Document {
  if (isPlain(document)) throw new SopsError('UNSUPPORTED', 'binary files have no structure: there is nothing to set or unset in them');
  return document;
}

/** As JSON does; in a plain file, which has no text yet, the sealed data brings its envelope with it. */
function seal(document: Document, slotted: Slotted, sealed: Slotted): Edit {
  if (!isPlain(document) || sealed.kind !== 'leaf') return json.seal(document, slotted, sealed);
  return { span: nowhere, text: json.print([envelope(sealed)], {}) };
}

/**
 * Binary files as real sops's `BinaryStore` reads and writes them: one string in a JSON envelope. What a plain file holds need not be text, so it is
 * read and printed by `raw`; `open` and `detach`, which work on text, give a file whose data is text.
 */
export const binary: Format = {
  name: 'binary',
  extensions: [],
  shape: 'nested',
  raw: { parse: parsePlain, print: printPlain },
  parse: (source) => json.parse(source),
  print: (branches, options) => json.print(branches, options),
  printValue: () => {
    throw unprintable('binary files have no structure: a single value cannot be extracted');
  },
  example: 'Welcome to SOPS! Edit this file as you please!',
  seal,
  open: (_document, slotted, opened) => ({ span: spanOf(slotted), text: opened.text }),
  detach,
  attach,
  amend: (document, record) => json.amend(document, record),
  set: (document, path, value) => json.set(inEnvelope(document), path, value),
  unset: (document, path) => json.unset(inEnvelope(document), path),
};
