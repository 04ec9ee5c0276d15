import type { Leaf, Mapping, Node, Sequence, Slot } from '../../document/tree.ts';
import type { ScalarNode, YamlNode } from './node.ts';
import { beginsString, resolveScalar, takesStrings } from './resolve.ts';
import type { ScalarValue } from './resolve.ts';
import { tagOf } from './tags.ts';

/** A scalar's leaf or null, and what there is to tell about it. */
export interface LeafReading {
  readonly node: Node;
  readonly note: string | undefined;
}

const tooLarge = 'this integer needs more than 64 bits: it is kept with all its digits, but sops reads it rounded';

/**
 * The leaf that a scalar is, undefined where its tag does not fit it.
 * @param indent the column of its owner; undefined where it does not stand in the text
 * @param alias what leads to it
 */
export function leafOf(node: ScalarNode, indent: number | undefined, alias: Slot | undefined): LeafReading | undefined {
  const slot = indent === undefined ? undefined : slotOf(node, indent);
  const value = resolveScalar(node);
  if (value === undefined || (value.type === 'time' && value.text === '')) return undefined;
  if (value.type === 'null') return { node: placed({ kind: 'null' }, slot, alias), note: undefined };
  if (value.type === 'str') return { node: placed(bytesLeaf(value), slot, alias), note: undefined };
  const { text } = value;
  const type = value.type === 'uint' ? 'float' : value.type;
  const leaf: Leaf = node.value === text ? { kind: 'leaf', type, text } : { kind: 'leaf', type, text, spelling: node.value };
  return { node: placed(leaf, slot, alias), note: value.type === 'uint' ? tooLarge : undefined };
}

/** A mapping key as real sops takes it, undefined where it is no string. */
export function keyText(key: YamlNode): string | undefined {
  const scalar = key.kind === 'alias' ? key.target : key;
  if (scalar.kind !== 'scalar') return undefined;
  if (isPlainString(scalar)) return scalar.value;
  const value = resolveScalar(scalar);
  return value?.type === 'str' && value.bytes === undefined ? value.text : undefined;
}

/** A node with what tells where it stands. */
export function placed<T extends Leaf | Mapping | Sequence | { readonly kind: 'null' }>(
  node: T,
  slot: Slot | undefined,
  alias: Slot | undefined,
): T {
  if (slot !== undefined) return { ...node, slot };
  return alias === undefined ? node : { ...node, alias };
}

/** Whether a scalar is a string for all that its content may be. */
export function isPlainString(node: ScalarNode): boolean {
  if (node.tag !== undefined) return false;
  return node.style !== 'plain' || beginsString(node.value.charCodeAt(0));
}

const bytesLeaf = ({ text, bytes }: ScalarValue): Leaf =>
  bytes === undefined ? { kind: 'leaf', type: 'str', text } : { kind: 'leaf', type: 'str', text, bytes };

/** What a string may take the place of: the content, with the tag where a string could not stand under it. */
function slotOf(node: ScalarNode, indent: number): Slot {
  const { tagSpan, contentStart, end, inFlow: flow } = node;
  const start = tagSpan !== undefined && !takesStrings(tagOf(node)) ? tagSpan.start : contentStart;
  return { start, end, flow, indent };
}
