import { made } from '../../document/change.ts';
import { type PathStep, showPath, type TreePath } from '../../document/path.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document, Leaf, Node, Span } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { flowText } from './flow-text.ts';
import { endOfLines, indented, lineBreak, lineEnd, lineStart, withBreaks } from './lines.ts';
import type { MappingNode, SequenceNode, YamlNode } from './node.ts';
import { columnBelow, indentStep } from './place.ts';
import { printYaml, printYamlValue } from './print.ts';
import { pairLines, pairOf, rootOf, streamOf } from './record.ts';
import { spellDouble, spellKey, spellScalar, spellSingle } from './spell.ts';

/** Where the text of a value goes. */
interface Home {
  readonly source: string;
  readonly step: number;
  readonly eol: '\n' | '\r\n';
}

/** Sets a value in the first document, in the style of what stands there or of its neighbours. Throws `UNSUPPORTED` where text cannot be spliced (through an alias, say): then the tree is to be printed. */
export function set(document: Document, path: TreePath, value: Node): readonly Edit[] {
  const { source } = document;
  const home: Home = { source, step: indentStep(source), eol: lineBreak(source) };
  const part = streamOf(document)[0];
  const root = part && rootOf(part);
  if (!root) throw unspliceable(path);
  let node: YamlNode = root;
  for (const [depth, step] of path.entries()) {
    const next = childOf(node, step);
    if (!next) {
      if (node.kind === 'scalar') return [replaceValue(home, node, made(path.slice(depth), value), ownerColumn(source, node))];
      const edit = add(home, node, step, made(path.slice(depth + 1), value));
      if (!edit) throw unspliceable(path);
      return [edit];
    }
    node = next;
  }
  return [replaceValue(home, node, value, ownerColumn(source, node))];
}

/** Removes a value of the first document with its lines. Throws `PATH_NOT_FOUND`, `UNSUPPORTED`. */
export function unset(document: Document, path: TreePath): readonly Edit[] {
  const { source } = document;
  const part = streamOf(document)[0];
  const root = part && rootOf(part);
  const step = path.at(-1);
  let parent: YamlNode | undefined = root;
  for (const above of path.slice(0, -1)) parent = parent && childOf(parent, above);
  if (!parent || step === undefined) throw unspliceable(path);
  if (parent.kind === 'mapping' && typeof step === 'string') return [removePair(source, parent, step, path)];
  if (parent.kind === 'sequence' && typeof step === 'number') return [removeItem(source, parent, step, path)];
  throw unspliceable(path);
}

export const unspliceable = (path: TreePath): SopsError =>
  new SopsError('UNSUPPORTED', `the place ${showPath(path)} cannot be edited in the text`, { path: showPath(path) });

export function childOf(node: YamlNode, step: PathStep): YamlNode | undefined {
  if (node.kind === 'mapping' && typeof step === 'string') return pairOf(node, step)?.value;
  return node.kind === 'sequence' && typeof step === 'number' ? node.items[step] : undefined;
}

/** Column of the key or dash in front of a value on its line. */
function ownerColumn(source: string, node: YamlNode): number {
  const line = lineStart(source, node.start);
  const before = source.slice(line, node.start);
  const dashes = /^(?: *- )*/.exec(before)?.[0] ?? '';
  return before.slice(dashes.length).trim() === ''
    ? Math.max(0, dashes.trimEnd().length - 1)
    : dashes.length + (/^ */.exec(before.slice(dashes.length))?.[0].length ?? 0);
}

const isCollection = (node: Node): boolean => (node.kind === 'mapping' || node.kind === 'sequence') && node.items.length > 0;

function replaceValue(home: Home, old: YamlNode, value: Node, owner: number): Edit {
  const { source } = home;
  const start = old.kind === 'scalar' ? old.contentStart : old.start;
  if (old.kind === 'alias' || old.tag !== undefined || old.anchor !== undefined)
    throw new SopsError('UNSUPPORTED', 'a tagged or anchored value cannot be replaced in the text');
  const gap = start < old.end ? '' : gapBehind(source, start);
  if (old.inFlow)
    return { span: { start, end: old.end }, text: gap + (quotedLike(source.charAt(start), value) ?? flowText(value, inFlow)) };
  const place = { start, end: endOfText(source, start, old.end) };
  if (isCollection(value)) return replaceByLines(source, old, place, childLines(home, value, owner));
  return replaceByScalar(source, old, place, gap + scalarText(home, old, value, owner));
}

/** Lines below the key or dash of a value: a comment behind it in its line stays there. */
function replaceByLines(source: string, old: YamlNode, { start, end }: Span, lines: string): Edit {
  const rest = isBlock(old) ? '' : restOfLine(source, end);
  return { span: { start: lineTail(source, start), end: end + rest.length }, text: rest.trimEnd() + lines };
}

/** Behind the key or dash of a value, or where that stood: a comment above it stays above. */
function replaceByScalar(source: string, old: YamlNode, { start, end }: Span, text: string): Edit {
  const tail = lineTail(source, start);
  if (isBlock(old) && !holdsComment(source, tail)) return { span: { start: tail, end }, text: ` ${text}` };
  return { span: { start, end: start < end ? end : end + blanksIn(source, end) }, text };
}

/** The blank that a value needs in front of it. Throws `UNSUPPORTED` behind a key without a colon. */
function gapBehind(source: string, at: number): string {
  const before = source.charAt(at - 1);
  if (/\s/.test(before)) return '';
  if (before === ':' || before === '-') return ' ';
  throw new SopsError('UNSUPPORTED', 'a key without a colon takes no value in the text');
}

/** What stands behind a place in its line. */
const restOfLine = (source: string, at: number): string => /^[^\r\n]*/.exec(source.slice(at, lineEnd(source, at)))?.[0] ?? '';

/** How many blanks end the line at a place, if nothing else does. */
function blanksIn(source: string, at: number): number {
  const rest = restOfLine(source, at);
  return rest.trim() === '' ? rest.length : 0;
}

/** Whether there may be a comment in front of a place in its line. */
const holdsComment = (source: string, at: number): boolean => /(?:^|\s)#/.test(source.slice(lineStart(source, at), at));

/** Whether lines cannot end at a place: they would take up a comment that follows, or there is no break behind the last. */
const isCrowded = (source: string, at: number): boolean => /^(?:[ \t]*(?:#|$)|(?:[ \t]*\r?\n)+[ \t]+#)/.test(source.slice(at));

const isBlock = (node: YamlNode): boolean => (node.kind === 'mapping' || node.kind === 'sequence') && !node.flow;

/** Where a value's last line ends, its break left out. */
function endOfText(source: string, start: number, end: number): number {
  if (end === start || source.charAt(end - 1) !== '\n') return end;
  return end - (source.endsWith('\r\n', end) ? 2 : 1);
}

/** Back over blanks and line breaks, to just behind the colon or dash. */
function lineTail(source: string, at: number): number {
  let from = at;
  while (from > 0 && /\s/.test(source.charAt(from - 1))) from--;
  return from;
}

function childLines({ step, eol }: Home, value: Node, owner: number): string {
  const column = columnBelow(owner, step);
  const printed = (value.kind === 'mapping' ? printYaml([value], step) : printYamlValue(value)).replace(/\n$/, '');
  return withBreaks(`\n${indented(printed, column)}`, eol);
}

/** A text in the quotes that the value before it had. */
function quotedLike(quote: string, value: Node): string | undefined {
  if (value.kind !== 'leaf' || value.type !== 'str') return undefined;
  if (quote === '"') return spellDouble(value.text, 'raw');
  return quote === "'" ? spellSingle(value.text) : undefined;
}

function blockScalarText(leaf: Leaf, owner: number, step: number): string {
  const indent = columnBelow(owner, step);
  return spellScalar(leaf, { indent, hint: indent - owner, flow: false });
}

function scalarText({ source, step, eol }: Home, old: YamlNode, value: Node, owner: number): string {
  const leaf: Leaf | undefined = value.kind === 'leaf' ? value : undefined;
  if (!leaf) return printYamlValue(value).replace(/\n$/, '');
  const quoted = old.kind === 'scalar' ? quotedLike(source.charAt(old.contentStart), leaf) : undefined;
  if (quoted !== undefined) return quoted;
  if (leaf.text.includes('\n') && isCrowded(source, endOfText(source, old.start, old.end))) return spellDouble(leaf.text, 'raw');
  return withBreaks(leaf.spelling ?? blockScalarText(leaf, owner, step), eol);
}

const inFlow = (leaf: Leaf): string => leaf.spelling ?? spellScalar(leaf, { indent: 0, hint: 0, flow: true });

/** Undefined where the node takes nothing under such a step. */
function add(home: Home, node: YamlNode, step: PathStep, value: Node): Edit | undefined {
  if (node.kind === 'mapping' && typeof step === 'string')
    return node.flow ? addInFlow(home, node, `${spellKey(step, true)}: ${flowText(value, inFlow)}`) : addPair(home, node, step, value);
  if (node.kind === 'sequence' && typeof step === 'number')
    return node.flow ? addInFlow(home, node, flowText(value, inFlow)) : addItem(home, node, value);
  return undefined;
}

function addInFlow({ source }: Home, node: MappingNode | SequenceNode, text: string): Edit {
  const last = node.kind === 'mapping' ? node.pairs.at(-1)?.value : node.items.at(-1);
  const at = last ? Math.max(last.end, node.start) : source.indexOf(node.kind === 'mapping' ? '{' : '[', node.start) + 1;
  return { span: { start: at, end: at }, text: last ? `, ${text}` : text };
}

function addPair(home: Home, node: MappingNode, key: string, value: Node): Edit {
  const { source, step } = home;
  const printed = printYaml([{ kind: 'mapping', items: [{ kind: 'entry', key, value }] }], step);
  const last = node.pairs.at(-1);
  return insertLines(
    home,
    indented(printed, node.column),
    last ? endOfLines(source, last.key.start, Math.max(last.key.end, last.value.end)) : node.end,
  );
}

function addItem(home: Home, node: SequenceNode, value: Node): Edit {
  const { source } = home;
  const printed = printYamlValue({ kind: 'sequence', items: [value] });
  const last = node.items.at(-1);
  return insertLines(home, indented(printed, node.column), last ? endOfLines(source, last.start, last.end) : node.end);
}

/** New lines; behind a text that ends without a line break they end without one too. */
export function insertLines({ source, eol }: Pick<Home, 'source' | 'eol'>, printed: string, at: number): Edit {
  const lines = withBreaks(printed, eol);
  const ended = at === 0 || source.charAt(at - 1) === '\n';
  return { span: { start: at, end: at }, text: ended ? lines : eol + lines.slice(0, -eol.length) };
}

function removePair(source: string, parent: MappingNode, key: string, path: TreePath): Edit {
  const pair = pairOf(parent, key);
  if (!pair) throw new SopsError('PATH_NOT_FOUND', `key not found: ${showPath(path)}`, { path: showPath(path) });
  if (parent.pairs.length === 1) return emptied(source, parent, '{}');
  const at = parent.pairs.indexOf(pair);
  if (parent.flow) return removeInFlow(pair.key.start, pair.value.end, parent.pairs[at - 1]?.value.end, parent.pairs[at + 1]?.key.start);
  const { start, end } = pairLines(source, pair);
  const next = parent.pairs[at + 1];
  return { span: { start, end: start === pair.key.start && pair.key.column > 0 && next ? next.key.start : end }, text: '' };
}

function removeItem(source: string, parent: SequenceNode, index: number, path: TreePath): Edit {
  const item = parent.items[index];
  if (!item) throw new SopsError('PATH_NOT_FOUND', `index ${index} out of bounds: ${showPath(path)}`, { path: showPath(path) });
  if (parent.items.length === 1) return emptied(source, parent, '[]');
  if (parent.flow) return removeInFlow(item.start, item.end, parent.items[index - 1]?.end, parent.items[index + 1]?.start);
  const line = lineStart(source, item.start);
  if (lineStart(source, parent.start) === line && index === 0 && source.slice(line, parent.start).trim() !== '') throw unspliceable(path);
  return { span: { start: line, end: endOfLines(source, item.start, item.end) }, text: '' };
}

function removeInFlow(start: number, end: number, previousEnd: number | undefined, nextStart: number | undefined): Edit {
  if (nextStart !== undefined) return { span: { start, end: nextStart }, text: '' };
  return { span: { start: previousEnd ?? start, end }, text: '' };
}

/** A collection that loses its last item is an empty one, as in real sops. */
function emptied(source: string, node: MappingNode | SequenceNode, text: string): Edit {
  if (node.flow) return { span: { start: node.start, end: node.end }, text };
  const broken = source.charAt(node.end - 1) === '\n' ? 1 : 0;
  const from = lineTail(source, node.start);
  return { span: { start: from, end: node.end - broken }, text: from === 0 ? text : ` ${text}` };
}
