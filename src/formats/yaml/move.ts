import { isRenaming } from '../../document/change.ts';
import type { PathStep, TreePath } from '../../document/path.ts';
import type { Edit } from '../../document/splice.ts';
import type { Document, Span } from '../../document/tree.ts';
import { childOf, insertLines, unspliceable } from './change.ts';
import { endOfLines, indented, lineBreak, lineStart } from './lines.ts';
import type { MappingNode, YamlNode } from './node.ts';
import { indentStep } from './place.ts';
import { type Pair, pairLines, pairOf, rootOf, streamOf } from './record.ts';
import { spellDouble, spellKey, spellSingle } from './spell.ts';

/**
 * Gives a key of the first document another name in its place, or takes its lines elsewhere, with the comment lines directly above, indented as the new place asks.
 * Throws `UNSUPPORTED` for what has no lines of its own, and for lists: then the value is to be set anew.
 */
export function move(document: Document, from: TreePath, to: TreePath): readonly Edit[] {
  const { source } = document;
  const name = keyed(to.at(-1), to);
  const { root, parent, pair } = pairAt(document, from);
  if (isRenaming(from, to)) return [rename(source, pair, name, parent.flow)];
  const span = linesWithComments(source, blockOf(parent, from), { pair, path: from });
  const { home, missing } = homeOf(root, to);
  const last = home.pairs.at(-1);
  const lines = movedLines(source, { span, pair, name }, { above: missing, step: indentStep(source), column: home.column });
  if (last === undefined || lines === undefined) throw unspliceable(to);
  const end = endOfLines(source, last.key.start, Math.max(last.key.end, last.value.end));
  const taken = { span, text: '' };
  const emptied = parent.pairs.length === 1 && parent !== home ? [emptyMapping(source, document, from.slice(0, -1))] : [];
  return [...emptied, taken, insertLines({ source, eol: lineBreak(source) }, lines, end)];
}

interface Found {
  readonly root: MappingNode;
  readonly parent: MappingNode;
  readonly pair: Pair;
}

function pairAt(document: Document, path: TreePath): Found {
  const part = streamOf(document)[0];
  const root = part && rootOf(part);
  let parent: YamlNode | undefined = root;
  for (const step of path.slice(0, -1)) parent = parent && childOf(parent, step);
  const pair = parent?.kind === 'mapping' ? pairOf(parent, keyed(path.at(-1), path)) : undefined;
  if (root === undefined || parent?.kind !== 'mapping' || pair === undefined) throw unspliceable(path);
  return { root, parent, pair };
}

/** A key in the quotes that it had. */
function spelledLike(source: string, key: YamlNode, name: string, inFlow: boolean): string {
  const quote = key.kind === 'scalar' ? source.charAt(key.contentStart) : '';
  if (quote === '"') return spellDouble(name);
  return (quote === "'" ? spellSingle(name) : undefined) ?? spellKey(name, inFlow);
}

const keySpan = (key: YamlNode): Span => ({ start: key.kind === 'scalar' ? key.contentStart : key.start, end: key.end });

const rename = (source: string, { key }: Pair, name: string, inFlow: boolean): Edit => ({
  span: keySpan(key),
  text: spelledLike(source, key, name, inFlow),
});

/** The lines of a pair, and the comment lines directly above in its own column. */
function linesWithComments(
  source: string,
  { column }: MappingNode,
  { pair, path }: { readonly pair: Pair; readonly path: TreePath },
): Span {
  const { start: from, end } = pairLines(source, pair);
  let start = from;
  if (start !== lineStart(source, pair.key.start)) throw unspliceable(path);
  const comment = new RegExp(`^ {${column}}#`);
  while (start > 0) {
    const above = lineStart(source, start - (source.startsWith('\r\n', start - 2) ? 2 : 1));
    if (!comment.test(source.slice(above, start))) break;
    start = above;
  }
  return { start, end };
}

/** The mapping that takes what moves, and the keys of those to be made in it. */
function homeOf(root: MappingNode, to: TreePath): { readonly home: MappingNode; readonly missing: readonly string[] } {
  let home = root;
  const above = to.slice(0, -1);
  for (const [depth, step] of above.entries()) {
    const next = childOf(home, step);
    if (next === undefined) return { home: blockOf(home, to), missing: above.slice(depth).map((one) => keyed(one, to)) };
    if (next.kind !== 'mapping') throw unspliceable(to);
    home = next;
  }
  return { home: blockOf(home, to), missing: [] };
}

function blockOf(mapping: MappingNode, path: TreePath): MappingNode {
  if (mapping.flow) throw unspliceable(path);
  return mapping;
}

function keyed(step: PathStep | undefined, path: TreePath): string {
  if (typeof step !== 'string') throw unspliceable(path);
  return step;
}

/** The lines as they stand in their new place; undefined where one stands too far left to be moved. */
function movedLines(
  source: string,
  { span, pair, name }: { readonly span: Span; readonly pair: Pair; readonly name: string },
  place: { readonly above: readonly string[]; readonly step: number; readonly column: number },
): string | undefined {
  const { start, end } = keySpan(pair.key);
  const text = source.slice(span.start, start) + spelledLike(source, pair.key, name, false) + source.slice(end, span.end);
  const flush = outdented(text.endsWith('\n') ? text : `${text}\n`, pair.key.column).replaceAll('\r\n', '\n');
  if (flush.includes('\u0000')) return undefined;
  const headers = place.above.map((key, depth) => `${' '.repeat(depth * place.step)}${spellKey(key, false)}:\n`).join('');
  return indented(headers + indented(flush, place.above.length * place.step), place.column);
}

/** Lines moved left; one that stands further left already is marked. */
function outdented(text: string, by: number): string {
  if (by === 0) return text;
  const margin = ' '.repeat(by);
  return text.replace(/^.*$/gm, (line) => (line.startsWith(margin) ? line.slice(by) : line.trim() === '' ? line.trim() : `\u0000${line}`));
}

/** A mapping that loses its last pair is an empty one: its sign stands behind its key. */
function emptyMapping(source: string, document: Document, path: TreePath): Edit {
  const { key } = pairAt(document, path).pair;
  const at = source.indexOf(':', key.end) + 1;
  return { span: { start: at, end: at }, text: ' {}' };
}
