import type { Mapping, Node } from '../../document/tree.ts';
import { formatCalled } from '../flux/told-format.ts';

/** What a manifest holds; what is undefined is left out. */
type Value = string | readonly Value[] | Values;
interface Values {
  readonly [name: string]: Value | undefined;
}

/** A manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly spec: Values;
}

/** Manifests as a stream of YAML. */
export const printManifests = (manifests: readonly Manifest[]): string =>
  formatCalled('yaml').print(
    manifests.map(({ apiVersion, kind, name, namespace, spec }) => mapping({ apiVersion, kind, metadata: { name, namespace }, spec })),
    { indent: 2 },
  );

const mapping = (values: Values): Mapping => ({
  kind: 'mapping',
  items: Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [{ kind: 'entry', key, value: nodeOf(value) }])),
});

function nodeOf(value: Value): Node {
  if (typeof value === 'string') return { kind: 'leaf', type: 'str', text: value };
  if (isList(value)) return { kind: 'sequence', items: value.map(nodeOf) };
  return mapping(value);
}

const isList = (value: readonly Value[] | Values): value is readonly Value[] => Array.isArray(value);
