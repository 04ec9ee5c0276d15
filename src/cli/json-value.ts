import type { Entry, Node } from '../document/tree.ts';
import { SopsError } from '../errors.ts';
import { formatFor } from './format-choice.ts';

/** A JSON text as a value to put into a document. Throws `MALFORMED_VALUE`, which does not show it. */
export function jsonValue(text: string): Node {
  if (!isJson(text)) {
    throw new SopsError('MALFORMED_VALUE', 'value for --set is not valid JSON', { hint: `a string needs its quotes: '"text"'` });
  }
  return withoutPlace(parseAlone(text));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parseAlone(text: string): Node {
  try {
    const [branch] = formatFor('json', '').parse(`{"value":${text}}`).branches;
    const [entry] = branch?.items ?? [];
    if (entry?.kind === 'entry') return entry.value;
  } catch (error) {
    if (error instanceof SopsError) throw new SopsError('MALFORMED_VALUE', 'invalid --set value format', { cause: error });
    throw error;
  }
  throw new SopsError('MALFORMED_VALUE', 'invalid --set value format');
}

/** The same value, standing nowhere. JSON has no comments. */
function withoutPlace(node: Node): Node {
  if (node.kind === 'mapping')
    return { kind: 'mapping', items: node.items.flatMap((item) => (item.kind === 'entry' ? [entryWithoutPlace(item)] : [])) };
  if (node.kind === 'sequence')
    return { kind: 'sequence', items: node.items.flatMap((item) => (item.kind === 'comment' ? [] : [withoutPlace(item)])) };
  if (node.kind === 'null') return { kind: 'null' };
  const { type, text, spelling } = node;
  return { kind: 'leaf', type, text, ...(spelling === undefined ? {} : { spelling }) };
}

const entryWithoutPlace = ({ key, value }: Entry): Entry => ({ kind: 'entry', key, value: withoutPlace(value) });
