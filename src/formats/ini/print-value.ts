import type { Comment, Entry, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';

/** One value alone, as real sops's EmitValue: Go's JSON, in which a mapping is a list of its items. Throws `UNPRINTABLE_DOCUMENT` for infinite numbers. */
export function printValue(node: Node): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'sequence':
      return `[${node.items.map((item) => (item.kind === 'comment' ? printComment(item) : printValue(item))).join(',')}]`;
    case 'mapping':
      return printItems(node);
    case 'leaf':
      break;
  }
  if (node.type === 'int') return node.text;
  if (node.type === 'bool') return node.text.toLowerCase();
  return node.type === 'float' ? goNumber(node.text) : goString(node.text);
}

/** A float as Go's `encoding/json` writes it: as JavaScript does, but for a negative zero. */
function goNumber(text: string): string {
  if (/inf|nan/i.test(text)) throw new SopsError('UNPRINTABLE_DOCUMENT', 'JSON has no infinite number');
  return text === '-0' ? text : String(Number(text));
}

const printItems = ({ items }: Mapping): string => (items.length === 0 ? 'null' : `[${items.map(printItem).join(',')}]`);

function printItem(item: Entry | Comment): string {
  if (item.kind === 'comment') return `{"Key":${printComment(item)},"Value":null}`;
  return `{"Key":${goString(item.key)},"Value":${printValue(item.value)}}`;
}

const printComment = ({ text, inline }: Comment): string => `{"Value":${goString(text)},"Inline":${inline === true}}`;

/** A string as Go's `encoding/json` writes it, with what could be taken for HTML escaped. */
const goString = (text: string): string =>
  JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
