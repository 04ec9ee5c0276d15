import { fromUtf8 } from '../../crypto/bytes.ts';
import type { Entry, Mapping, Node } from '../../document/tree.ts';
import type { Texts, WantedSecret } from './generator.ts';

/** Values by key, as bytes. */
export type SecretValues = ReadonlyMap<string, { readonly bytes: Uint8Array; readonly binary: boolean }>;

/** The manifest of a Secret: what is text goes to `stringData`, what is binary, or no UTF-8, to `data`. */
export function secretManifest({ name, namespace, labels, annotations, type }: WantedSecret, values: SecretValues): Mapping {
  const [strings, bytes]: [[string, string][], [string, string][]] = [[], []];
  for (const [key, value] of values) {
    const shown = value.binary ? undefined : fromUtf8(value.bytes);
    if (shown === undefined) bytes.push([key, toBase64(value.bytes)]);
    else strings.push([key, shown]);
  }
  return mapping(
    entry('apiVersion', text('v1')),
    entry('kind', text('Secret')),
    entry(
      'metadata',
      mapping(
        entry('name', text(name)),
        ...(namespace === '' ? [] : [entry('namespace', text(namespace))]),
        ...optional('labels', labels),
        ...optional('annotations', annotations),
      ),
    ),
    ...(type === '' ? [] : [entry('type', text(type))]),
    ...optional('stringData', strings),
    ...optional('data', bytes),
  );
}

const text = (value: string): Node => ({ kind: 'leaf', type: 'str', text: value });
const entry = (key: string, value: Node): Entry => ({ kind: 'entry', key, value });
const mapping = (...items: readonly Entry[]): Mapping => ({ kind: 'mapping', items });
const optional = (key: string, values: Texts): readonly Entry[] =>
  values.length === 0 ? [] : [entry(key, mapping(...values.map(([one, value]) => entry(one, text(value)))))];

/** Bytes as standard base64. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3072) parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 3072))));
  return parts.join('');
}
