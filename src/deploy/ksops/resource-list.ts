import type { Mapping, Node } from '../../document/tree.ts';
import { SopsError } from '../../errors.ts';
import { at, textIn, valuesIn } from '../flux/tree-nodes.ts';
import { formatCalled } from '../flux/told-format.ts';
import { fromUtf8 } from '../../crypto/bytes.ts';
import { isGenerator } from './generator.ts';

/** What a function is given on standard input. */
export interface FunctionInput {
  /** The answer has to be a list as well. */
  readonly list: boolean;
  readonly items: readonly Mapping[];
}

/** Reads a `ResourceList`, or the manifest of a generator alone. Throws `MALFORMED_DOCUMENT`. */
export function readFunctionInput(content: Uint8Array): FunctionInput {
  const text = fromUtf8(content);
  if (text === undefined) throw new SopsError('MALFORMED_DOCUMENT', 'standard input is not UTF-8');
  const { branches } = formatCalled('yaml').parse(text);
  const [first] = branches;
  if (first === undefined || textIn(at(first, 'kind')) !== 'ResourceList') return { list: false, items: branches };
  const items = valuesIn(at(first, 'items')).filter((item): item is Mapping => item.kind === 'mapping');
  const config = at(first, 'functionConfig');
  return { list: true, items: items.some(isGenerator) || config?.kind !== 'mapping' ? items : [...items, config] };
}

/** What a function answers: a `ResourceList`. JSON is YAML, and leaves no text to be taken for something else. */
export const printResourceList = (items: readonly Mapping[]): string =>
  printNode({
    kind: 'mapping',
    items: [
      { kind: 'entry', key: 'apiVersion', value: { kind: 'leaf', type: 'str', text: 'config.kubernetes.io/v1' } },
      { kind: 'entry', key: 'kind', value: { kind: 'leaf', type: 'str', text: 'ResourceList' } },
      { kind: 'entry', key: 'items', value: { kind: 'sequence', items } },
    ],
  });

/** Manifests as a stream. */
export const printStream = (items: readonly Mapping[]): string => items.map((item) => printNode(item)).join('---\n');

/** JSON lets characters stand that YAML wants escaped. */
const printNode = (node: Node): string =>
  `${formatCalled('json')
    .printValue(node, { indent: 2 })
    .replaceAll(
      /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )}\n`;
