import type { Comment, Entry, Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { plainScalar } from '../../document/plain-scalar.ts';
import { escapeValue } from './lines.ts';

/** A fresh file, as real sops's EmitPlainFile; of several documents only the first, as there. Throws `UNPRINTABLE_DOCUMENT` for nested values. */
export function print(branches: readonly Mapping[]): string {
  return (branches[0]?.items ?? []).map(printItem).join('');
}

/** What stands for a value behind the `=`. Throws `UNPRINTABLE_DOCUMENT` for nested values. */
export function printScalar(value: Node, key: string): string {
  if (value.kind === 'leaf' || value.kind === 'null') return escapeValue(plainScalar(value));
  throw new SopsError('UNPRINTABLE_DOCUMENT', `a dotenv file cannot hold the nested value of ${JSON.stringify(key)}`, { path: key });
}

/** The text of a comment behind its `#`; further lines get a mark of their own, else they would be read as values. */
export const printComment = (text: string): string => text.replaceAll('\n', '\n#');

/** One value alone, as real sops's EmitValue, which knows strings only. Throws `UNPRINTABLE_DOCUMENT`. */
export function printValue(node: Node): string {
  if (node.kind === 'leaf' && node.type === 'str') return node.text;
  throw new SopsError('UNPRINTABLE_DOCUMENT', 'a value alone can be shown as dotenv only if it is a string');
}

function printItem(item: Entry | Comment): string {
  if (item.kind === 'entry') return `${item.key}=${printScalar(item.value, item.key)}\n`;
  return item.unseen === true ? '' : `#${printComment(item.text)}\n`;
}
