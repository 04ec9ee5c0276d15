import type { Entry, Leaf, Mapping, Node } from '../document/tree.ts';
import { SopsError } from '../errors.ts';

/** The entries of a mapping, comments left out. */
export const entriesOf = (mapping: Mapping): readonly Entry[] => mapping.items.filter((item) => item.kind === 'entry');

/** The last value under a name; where no entry has exactly that name, letter case is disregarded (mapstructure, decodeStructFromMap). */
export function fieldOf(mapping: Mapping, name: string): Node | undefined {
  const entries = entriesOf(mapping);
  return (entries.findLast(({ key }) => key === name) ?? entries.findLast(({ key }) => key.toLowerCase() === name))?.value;
}

/** The error of a record that cannot be understood. */
export const malformed = (where: string, what: string): SopsError =>
  new SopsError('MALFORMED_METADATA', `the sops metadata is malformed: ${where} ${what}`, { path: where });

/** A field as text, `''` where there is none: numbers and bools are texts as well, since formats disagree on them (mapstructure, decodeString). */
export function textOf(node: Node | undefined, where: string): string {
  if (node === undefined || node.kind === 'null') return '';
  if (node.kind !== 'leaf' || node.type === 'time') throw malformed(where, 'is not a text');
  return leafText(node);
}

/** A leaf as mapstructure makes a string of it. */
export function leafText({ type, text }: Leaf): string {
  if (type !== 'bool') return text;
  return text === 'True' ? '1' : '0';
}

/** A field as a whole number, 0 where there is none (mapstructure, decodeInt). */
export function integerOf(node: Node | undefined, where: string): number {
  if (node === undefined || node.kind === 'null') return 0;
  const value = node.kind === 'leaf' ? integerFrom(node) : undefined;
  if (value === undefined) throw malformed(where, 'is not a whole number');
  return value;
}

function integerFrom({ type, text }: Leaf): number | undefined {
  switch (type) {
    case 'int':
    case 'float': {
      const value = Math.trunc(Number(text));
      return Number.isSafeInteger(value) ? value : undefined;
    }
    case 'bool':
      return text === 'True' ? 1 : 0;
    case 'str':
      return text === '' ? 0 : parseInteger(text);
    case 'bytes':
    case 'time':
      return undefined;
  }
}

/** A literal as Go's `ParseInt` takes it with base 0. */
const literal = /^([+-]?)(0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?\d)*)$/;

function parseInteger(text: string): number | undefined {
  const [, sign, digits] = text.length > 64 ? [] : (literal.exec(text) ?? []);
  if (digits === undefined) return undefined;
  const value = Number(digits.replaceAll('_', '').replace(/^0(?=\d)/, '0o'));
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' ? -value : value;
}

/** A field as a truth value, false where there is none (mapstructure, decodeBool). */
export function boolOf(node: Node | undefined, where: string): boolean {
  if (node === undefined || node.kind === 'null') return false;
  const value = node.kind === 'leaf' ? boolFrom(node) : undefined;
  if (value === undefined) throw malformed(where, 'is neither true nor false');
  return value;
}

function boolFrom({ type, text }: Leaf): boolean | undefined {
  switch (type) {
    case 'bool':
      return text === 'True';
    case 'int':
    case 'float':
      return Number(text) !== 0;
    case 'str':
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
      return /^(0|f|F|FALSE|false|False|)$/.test(text) ? false : undefined;
    case 'bytes':
    case 'time':
      return undefined;
  }
}

/** A field as a list: one map alone is a list of one (mapstructure, decodeSlice). */
export function listOf(node: Node | undefined): readonly Node[] {
  if (node === undefined || node.kind === 'null') return [];
  if (node.kind === 'sequence') return node.items.filter((item) => item.kind !== 'comment');
  return node.kind === 'mapping' && entriesOf(node).length === 0 ? [] : [node];
}

/** One item of a list of maps; a null is an empty map. */
export function mappingOf(node: Node, where: string): Mapping {
  if (node.kind === 'null') return { kind: 'mapping', items: [] };
  if (node.kind !== 'mapping') throw malformed(where, 'is not a map');
  return node;
}
