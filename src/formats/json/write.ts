import type { Entry, Leaf, Mapping, Node, Sequence } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { deepest } from './depth.ts';
import { floatText, isNumber } from './number.ts';
import { itemsOf } from './spans.ts';
import { quote } from './string.ts';

/** How values are laid out. */
export interface Style {
  /** The line break; undefined: everything on one line. */
  readonly newline?: string;
  /** One step of indentation. */
  readonly unit: string;
  /** What stands behind a comma where everything is on one line. */
  readonly gap: string;
  /** What stands between a key and its value. */
  readonly colon: string;
  /** Print numbers as their source spelled them, where JSON allows it; real sops never does. */
  readonly spelled: boolean;
}

interface Frame {
  readonly closing: '}' | ']';
  readonly items: readonly (Entry | Node)[];
  /** Of the lines of the items. */
  readonly inner: string;
  /** Of the line of the closing bracket. */
  readonly outer: string;
  next: number;
}

/** Writes one value; a stack of its own, so that depth costs no call. */
class Writer {
  readonly #style: Style;
  readonly #parts: string[] = [];
  readonly #stack: Frame[] = [];

  constructor(style: Style) {
    this.#style = style;
  }

  write(node: Node, indent: string): string {
    this.#begin(node, indent);
    for (let frame = this.#stack.at(-1); frame !== undefined; frame = this.#stack.at(-1)) this.#item(frame);
    return this.#parts.join('');
  }

  #begin(node: Node, indent: string): void {
    if (node.kind === 'leaf') this.#parts.push(scalarText(node, this.#style.spelled));
    else if (node.kind === 'null') this.#parts.push('null');
    else this.#open(node, indent);
  }

  #open(node: Mapping | Sequence, indent: string): void {
    const [opening, closing] = node.kind === 'mapping' ? (['{', '}'] as const) : (['[', ']'] as const);
    if (this.#stack.length >= deepest) throw new SopsError('UNPRINTABLE_DOCUMENT', `nested more than ${deepest} deep`);
    const items = itemsOf(node);
    this.#parts.push(opening);
    if (items.length === 0) {
      this.#parts.push(closing);
      return;
    }
    this.#stack.push({ closing, items, inner: indent + this.#style.unit, outer: indent, next: 0 });
  }

  #item(frame: Frame): void {
    const item = frame.items[frame.next];
    if (item === undefined) {
      this.#stack.pop();
      this.#parts.push(this.#break(frame.outer), frame.closing);
      return;
    }
    if (frame.next > 0) this.#parts.push(',', this.#style.newline === undefined ? this.#style.gap : '');
    this.#parts.push(this.#break(frame.inner));
    frame.next += 1;
    if (item.kind === 'entry') {
      this.#parts.push(quote(item.key), this.#style.colon);
      this.#begin(item.value, frame.inner);
    } else this.#begin(item, frame.inner);
  }

  #break(indent: string): string {
    return this.#style.newline === undefined ? '' : this.#style.newline + indent;
  }
}

/** A value as JSON; `indent` is that of the line it starts on. Comments are dropped. Throws `UNPRINTABLE_DOCUMENT`. */
export function write(node: Node, style: Style, indent: string): string {
  return new Writer(style).write(node, indent);
}

/**
 * A scalar as Go's `json.Marshal` spells it, or as its source does if `spelled` and JSON allows it.
 * Throws `UNPRINTABLE_DOCUMENT` for floats that JSON does not have.
 */
export function scalarText(leaf: Leaf, spelled: boolean): string {
  if (leaf.type === 'int' || leaf.type === 'float') return (spelled ? spelling(leaf) : undefined) ?? numberText(leaf);
  if (leaf.type === 'bool') return leaf.text === 'True' ? 'true' : 'false';
  return leaf.type === 'bytes' ? `"${base64(leaf)}"` : quote(leaf.text);
}

const spelling = (leaf: Leaf): string | undefined => (leaf.spelling !== undefined && isNumber(leaf.spelling) ? leaf.spelling : undefined);

function numberText({ type, text }: Leaf): string {
  const number = type === 'int' ? text : floatText(text);
  if (number === undefined) throw new SopsError('UNPRINTABLE_DOCUMENT', 'JSON has no infinite numbers and no "not a number"');
  return number;
}

/** Go marshals bytes so. */
function base64({ bytes, text }: Leaf): string {
  const parts: string[] = [];
  for (const byte of bytes ?? new TextEncoder().encode(text)) parts.push(String.fromCharCode(byte));
  return btoa(parts.join(''));
}
