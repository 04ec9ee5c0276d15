import { type Edit, splice } from '../../document/splice.ts';
import type { Document, Mapping } from '../../document/tree.ts';
import type { PrintOptions } from '../format.ts';
import { amend } from './amend.ts';
import { endsInComment, indented, lineBreak, lineStart, withBreaks } from './lines.ts';
import type { MappingNode, YamlNode, YamlStreamDocument } from './node.ts';
import { indentStep } from './place.ts';
import { printYaml } from './print.ts';
import { keyOf, pairLines, pairOf, rootOf, stepOf, streamOf } from './record.ts';
import { parseYaml } from './tree.ts';

/** Puts the metadata into every document of the stream: as its last entry, or where the document before had it. */
export function attach(sealed: string, record: Mapping, options: PrintOptions, previous?: Document): string {
  const printed = (previous && amended(previous, record)) ?? printedAfresh(sealed, record, options, previous);
  const places = previous && placesOf(previous);
  if (options.apart !== true && isPlain(sealed) && (!places || places.every((place) => place === 'last')))
    return appended(sealed, printed, sealed.length, rootColumn(sealed));
  const edits = parseYaml(sealed).stream.map((part, at) =>
    placed(sealed, part, { printed, place: places?.[at] ?? 'last', apart: options.apart === true }),
  );
  return splice(sealed, edits);
}

function printedAfresh(sealed: string, record: Mapping, options: PrintOptions, previous?: Document): string {
  const step = (previous && stepOf(previous)) ?? options.indent ?? indentStep(sealed);
  return printYaml([{ kind: 'mapping', items: [{ kind: 'entry', key: 'sops', value: record }] }], step);
}

/** The metadata of the document before, with what differs changed; undefined where it is written in a way that cannot stand alone. */
function amended(previous: Document, record: Mapping): string | undefined {
  const lines = metadataLines(previous);
  // Anchors and aliases may have their other end elsewhere.
  if (lines?.startsWith('sops:') !== true || /[&*]/.test(lines)) return undefined;
  const alone = parseYaml(lines.endsWith('\n') ? lines : `${lines}\n`);
  return splice(alone.source, amend(alone, record));
}

/** The metadata of the first document, where both it and what it stands in are block mappings. */
function metadataLines(document: Document): string | undefined {
  const [part] = streamOf(document);
  const root = part && rootOf(part);
  const pair = root && pairOf(root, 'sops');
  if (!root || root.flow || pair?.value.kind !== 'mapping' || pair.value.flow) return undefined;
  const { start, end } = pairLines(document.source, pair);
  return document.source.slice(start, end).replaceAll('\r\n', '\n');
}

/** One document, no markers, its root a block mapping at the first column: it takes no parsing to find its end. */
const isPlain = (text: string): boolean => !/(?:^|\x85)(?:---|\.\.\.|%|\ufeff)/m.test(text) && rootColumn(text) >= 0;

/** Column of the first key; -1 where the first thing is no block mapping's key for sure. */
function rootColumn(text: string): number {
  const first = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*( *)([^ \t\r\n#])/.exec(text);
  return first?.[2] === undefined || /[{[!&*|>?-]/.test(first[2]) ? -1 : (first[1] ?? '').length;
}

function appended(text: string, printed: string, at: number, column: number): string {
  return splice(text, [appending(text, printed, at, column)]);
}

/** The block as lines of their own; a text that ends without a line break keeps ending without one. */
function appending(text: string, printed: string, at: number, column: number): Edit {
  const eol = lineBreak(text);
  const block = withBreaks(indented(printed, column), eol);
  const ended = at === 0 || text.charAt(at - 1) === '\n';
  return { span: { start: at, end: at }, text: ended ? block : eol + block.slice(0, at === text.length ? -eol.length : undefined) };
}

type Place = 'last' | 'first' | { readonly behind: string };

/** Where each document of a stream has its metadata. */
function placesOf(document: Document): readonly Place[] {
  return streamOf(document).map((part) => {
    const root = rootOf(part);
    const pair = root && pairOf(root, 'sops');
    if (!root || !pair) return 'last';
    const at = root.pairs.indexOf(pair);
    const before = root.pairs[at - 1];
    if (at === root.pairs.length - 1) return 'last';
    const key = before && keyOf(before);
    return key === undefined ? 'first' : { behind: key };
  });
}

/** What goes into each document of a stream. */
interface Placing {
  readonly printed: string;
  readonly place: Place;
  /** After an empty line, where a comment stands in front. */
  readonly apart: boolean;
}

function placed(text: string, part: YamlStreamDocument, { printed, place, apart }: Placing): Edit {
  const root = rootOf(part);
  if (part.root && isNothing(part.root)) return instead(text, part.root, printed);
  const column = root?.column ?? 0;
  const next = place === 'last' ? undefined : pairAt(root, place);
  if (next !== undefined) return appending(text, printed, lineStart(text, next), column);
  const last = appending(text, printed, part.end, column);
  return apart && endsInComment(text, part.end) ? { ...last, text: lineBreak(text) + last.text } : last;
}

/** `{}` or a null: the metadata takes its place. */
const isNothing = (root: YamlNode): boolean =>
  root.anchor === undefined && root.tag === undefined && (root.kind === 'mapping' ? root.pairs.length === 0 : root.kind === 'scalar');

function instead(text: string, { start, end }: YamlNode, printed: string): Edit {
  const eol = lineBreak(text);
  const alone = text.slice(lineStart(text, start), start).trim() === '';
  const block = withBreaks(printed, eol).slice(0, -eol.length);
  return { span: { start: alone ? lineStart(text, start) : start, end }, text: alone ? block : eol + block };
}

/** Where the pair starts that shall follow the metadata. */
function pairAt(root: MappingNode | undefined, place: Exclude<Place, 'last'>): number | undefined {
  if (!root || root.flow) return undefined;
  if (place === 'first') return root.pairs[0]?.key.start;
  const before = root.pairs.findIndex((pair) => keyOf(pair) === place.behind);
  return before < 0 ? undefined : root.pairs[before + 1]?.key.start;
}
