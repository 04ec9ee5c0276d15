import type { Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import type { PrintOptions } from '../format.ts';
import { type Style, write } from './write.ts';

/** The layout of real sops. Throws `UNPRINTABLE_DOCUMENT` for an indentation that it refuses. */
export function freshStyle(options: PrintOptions): Style {
  return { newline: '\n', unit: indentUnit(options), gap: ' ', colon: ': ', spelled: false };
}

/** One step of indentation: a tab, or as many spaces as asked for. */
export function indentUnit({ indent = -1 }: PrintOptions): string {
  if (indent < -1) throw new SopsError('UNPRINTABLE_DOCUMENT', 'the indentation of JSON must be -1 (a tab) or a number of spaces');
  return indent === -1 ? '\t' : ' '.repeat(indent);
}

/** A fresh file as real sops prints it: the first branch alone, since JSON holds one document. Throws `UNPRINTABLE_DOCUMENT`. */
export function print(branches: readonly Mapping[], options: PrintOptions): string {
  const [first] = branches;
  if (first === undefined) throw new SopsError('UNPRINTABLE_DOCUMENT', 'there is no document to print');
  return `${printValue(first, options)}\n`;
}

/** One value as real sops prints it, without a final newline. Throws `UNPRINTABLE_DOCUMENT`. */
export function printValue(node: Node, options: PrintOptions): string {
  return write(node, freshStyle(options), '');
}
