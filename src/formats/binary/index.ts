import type { Edit } from '../../document/splice.ts';
import type { Document, Entry, Leaf, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { Format, PrintOptions } from '../format.ts';
import { json } from '../json/index.ts';
import { layoutOf } from '../json/layout.ts';
import { freshStyle } from '../json/print.ts';
import { spanOf, topOf } from '../json/spans.ts';
import { write } from '../json/write.ts';

/** The one key of a binary file's envelope. */
const dataKey = 'data';

const isData = (item: Mapping['items'][number]): item is Entry => item.kind === 'entry' && item.key === dataKey;

const envelope = (value: Node): Mapping => ({ kind: 'mapping', items: [{ kind: 'entry', key: dataKey, value }] });

/** A plain binary file: its bytes are the one leaf, `data`; its text is empty. `seal` turns that text into the envelope. */
export function parseBinary(bytes: Uint8Array): Document {
  const slot = { start: 0, end: 0 };
  return { source: '', branches: [{ ...envelope({ kind: 'leaf', type: 'str', text: '', bytes, slot }), slot }], notes: [] };
}

/** The bytes of a plain binary file, as real sops's binary store prints it. Throws `UNPRINTABLE_DOCUMENT`. */
export function printBinary(branches: readonly Mapping[]): Uint8Array {
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

/**
 * Binary files as real sops's `BinaryStore` reads and writes them: one string in a JSON envelope. `parse` reads the envelope; what a plain file holds need not be text, so callers that have
 * one use {@link parseBinary} and {@link printBinary}. `print` and `open` are for data that is text.
 */
export const binary: Format = {
  name: 'binary',
  extensions: [],
  shape: 'nested',
  parse: (source) => json.parse(source),
  print: (branches) => dataOf(branches).text,
  printValue: () => {
    throw unprintable('binary files have no structure: a single value cannot be extracted');
  },
  example: 'Welcome to SOPS! Edit this file as you please!',
  seal: (document, slotted, sealed) => {
    const edit = json.seal(document, slotted, sealed);
    return isPlain(document) && sealed.kind === 'leaf' ? { ...edit, text: json.print([envelope(sealed)], {}) } : edit;
  },
  open: (_document, slotted, opened) => ({ span: spanOf(slotted), text: opened.text }),
  detach,
  attach,
  amend: (document, record) => json.amend(document, record),
  set: (document, path, value) => json.set(inEnvelope(document), path, value),
  unset: (document, path) => json.unset(inEnvelope(document), path),
};
