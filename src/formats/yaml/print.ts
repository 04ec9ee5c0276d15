import type { Entry, Leaf, Mapping, Node, Sequence } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { Page } from './print-page.ts';
import { type Placed, placeComments } from './print-comments.ts';
import { spellTyped } from './spell.ts';

/** Columns a level where nothing else is asked for. */
const usualIndent = 4;

/**
 * A fresh file, byte for byte as real sops's `EmitPlainFile`, but where real sops would not read back the values it printed: such places have a comment
 * that says so in `print-page.ts` and `spell.ts`, and are printed the nearest way that reads back.
 *
 * @param indent columns a level, 4 where undefined; as in real sops, 1 and those above 9 count as 2
 * @throws UNPRINTABLE_DOCUMENT where `indent` is negative
 */
export function printYaml(branches: readonly Mapping[], indent: number | undefined): string {
  if (indent !== undefined && indent < 0) throw new SopsError('UNPRINTABLE_DOCUMENT', 'the indentation of yaml cannot be negative');
  return printedPage(branches, indent === undefined || indent === 0 ? usualIndent : indent).text;
}

/** The comments of the branches that have no room where go-yaml would write them, and are not printed. */
export const lostComments = (branches: readonly Mapping[]): readonly string[] => printedPage(branches, usualIndent).lostComments();

function printedPage(branches: readonly Mapping[], step: number): Page {
  const page = new Page(step);
  for (const [at, branch] of branches.entries()) {
    if (at > 0) page.separate();
    writeRoot(page, branch);
  }
  return page;
}

/** One value alone, as real sops's `EmitValue`, in the same way. */
export function printYamlValue(node: Node): string {
  const page = new Page(usualIndent);
  writeRoot(page, node);
  return page.text;
}

/** What real sops starts a new file with (`EmitExample`). */
export const exampleYaml = `hello: Welcome to SOPS! Edit this file as you please!
example_key: example_value
# Example comment
example_array:
    - example_value1
    - example_value2
example_number: 1234.56789
example_booleans:
    - true
    - false
`;

/** Comments that real sops hangs on a value from outside. */
interface Hung {
  readonly head: string;
  readonly line: string;
  readonly foot: string;
}

function writeRoot(page: Page, node: Node): void {
  const value = opened(page, node, { head: '', line: '', foot: '' });
  page.writeHead();
  writeValue(page, value, false);
  page.end();
}

/** A value whose comments wait on the page. */
type Opened = { readonly kind: 'scalar'; readonly node: Leaf | { readonly kind: 'null' } } | OpenedMapping | OpenedSequence;

interface OpenedMapping {
  readonly kind: 'mapping';
  readonly placed: Placed<Entry>;
  readonly hung: Hung;
}

interface OpenedSequence {
  readonly kind: 'sequence';
  readonly placed: Placed<Node>;
  readonly hung: Hung;
}

/** Lets a value's comments wait: those of a scalar at once, those of a collection at its start and at its end. */
function opened(page: Page, node: Node, hung: Hung): Opened {
  const whole = node.kind === 'leaf' && node.type === 'bytes' ? octets(node) : node;
  if (whole.kind === 'leaf' || whole.kind === 'null') {
    wait(page, hung);
    return { kind: 'scalar', node: whole };
  }
  if (whole.kind === 'mapping') {
    const placed = placeComments(whole);
    wait(page, { head: beneath(hung.head, placed.lead), line: '', foot: '' });
    return { kind: 'mapping', placed, hung };
  }
  const placed = placeComments(whole);
  wait(page, { head: beneath(hung.head, placed.lead), line: '', foot: '' });
  return { kind: 'sequence', placed, hung };
}

const beneath = (above: string, below: string): string => (above !== '' && below !== '' ? `${above}\n${below}` : above + below);

function wait(page: Page, { head, line, foot }: Hung): void {
  if (head !== '') page.wait('head', head);
  if (line !== '') page.wait('line', line);
  if (foot !== '') page.wait('foot', foot);
}

function writeValue(page: Page, value: Opened, inItem: boolean): void {
  if (value.kind === 'scalar') {
    const { node } = value;
    if (node.kind === 'null') page.word('null');
    else if (node.type === 'str') page.string(node.text, inItem);
    else page.word(spellTyped(node));
  }
  page.writeLine();
  page.writeFoot();
  if (value.kind === 'scalar') return;
  const outer = page.indent;
  page.indent = page.deeper(inItem, value.placed.values.length === 0);
  if (value.kind === 'mapping') writeMapping(page, value, outer);
  else writeSequence(page, value, outer);
  page.indent = outer;
}

function writeMapping(page: Page, { placed, hung }: OpenedMapping, outer: number): void {
  if (placed.values.length === 0) return writeEmpty(page, '{}', hung, outer);
  for (const { value: entry, head, line } of placed.values) {
    wait(page, { head, line: '', foot: '' });
    page.writeHead();
    page.startLine();
    page.holdLine();
    writeKey(page, entry.key);
    const value = opened(page, entry.value, { head: '', line, foot: '' });
    page.releaseLine(value.kind === 'scalar');
    writeValue(page, value, false);
  }
  if (placed.rest !== '') page.wait('tail', placed.rest);
  wait(page, { ...hung, head: '' });
  page.writeHead();
}

function writeSequence(page: Page, { placed, hung }: OpenedSequence, outer: number): void {
  if (placed.values.length === 0) return writeEmpty(page, '[]', hung, outer);
  const last = placed.values.at(-1);
  for (const item of placed.values) {
    const value = opened(page, item.value, { head: item.head, line: item.line, foot: item === last ? placed.rest : '' });
    page.writeHead();
    page.startLine();
    page.bullet('-');
    writeValue(page, value, true);
  }
  wait(page, { ...hung, head: '' });
}

/** go-yaml writes the comments above the first value of an empty mapping between its braces; those of an empty sequence wait on. */
function writeEmpty(page: Page, braces: '{}' | '[]', hung: Hung, outer: number): void {
  page.openEmpty(braces.charAt(0), outer < 0);
  wait(page, { ...hung, head: '' });
  if (braces === '{}') page.writeHead();
  page.indent = outer;
  page.glue(braces.charAt(1));
  page.writeLine();
  page.writeFoot();
}

/** A key and its colon: behind a question mark if it is longer than 128 bytes or has several lines. */
function writeKey(page: Page, key: string): void {
  if (isSimpleKey(key)) {
    page.string(key, false);
    page.glue(':');
    return;
  }
  page.bullet('?');
  page.string(key, false);
  page.startLine();
  page.bullet(':');
}

function isSimpleKey(key: string): boolean {
  if (/[\n\r\x85\u2028\u2029]/.test(key)) return false;
  return key.length <= 42 || (key.length <= 128 && new TextEncoder().encode(key).length <= 128);
}

/** Bytes in yaml are to real sops what Go's encoder makes of them: a list of numbers. */
function octets(leaf: Leaf): Sequence {
  const bytes = leaf.bytes ?? new TextEncoder().encode(leaf.text);
  return { kind: 'sequence', items: Array.from(bytes, (byte) => ({ kind: 'leaf', type: 'int', text: String(byte) })) };
}
