// Manifests, and the schemas that the External Secrets Operator holds them to.
import { Ajv, type ValidateFunction } from 'ajv';
import { readFileSync } from 'node:fs';
import { formats } from '../../src/index.ts';
import { needed } from '../support/peers.ts';

/** Looks into data of which the type is not known: undefined where there is no such thing. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce((inner: unknown, name) => new Map<string, unknown>(Object.entries(Object(inner))).get(String(name)), value);
export const textAt = (value: unknown, ...path: readonly (string | number)[]): string => String(at(value, ...path));
export const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] =>
  Object.values(Object(at(value, ...path) ?? []));

/** The documents of a stream of YAML as JSON has them. */
export function documents(yaml: string): readonly unknown[] {
  const [reader, json] = ['yaml', 'json'].map((name) => formats.find((format) => format.name === name));
  return (reader?.parse(yaml).branches ?? []).map((branch) => JSON.parse(json?.printValue(branch, {}) ?? '') as unknown);
}

/** The operator's schemas, which take nothing that they do not name. */
export function schemasOf(kinds: readonly string[]): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const bundle = readFileSync(needed('external-secrets-schemas'), 'utf8').split(/^---$/m);
  return new Map(
    bundle
      .filter((text) => kinds.some((kind) => text.includes(`\n    kind: ${kind}\n`)))
      .flatMap((text) => documents(text))
      .flatMap((definition) =>
        listAt(definition, 'spec', 'versions').map((version) => {
          const name = `${textAt(definition, 'spec', 'group')}/${textAt(version, 'name')} ${textAt(definition, 'spec', 'names', 'kind')}`;
          return [name, ajv.compile(closed(at(version, 'schema', 'openAPIV3Schema')))] as const;
        }),
      ),
  );
}

/** A schema as the API server takes it with strict validation: no field that it does not name. */
function closed(schema: unknown): object {
  const entries = Object.entries(Object(schema)).map(([key, value]): readonly [string, unknown] => {
    if (key === 'properties') return [key, Object.fromEntries(Object.entries(Object(value)).map(([name, inner]) => [name, closed(inner)]))];
    return [key, key === 'items' || key === 'additionalProperties' ? (typeof value === 'object' ? closed(value) : value) : value];
  });
  const made = Object.fromEntries(entries);
  const isOpen = at(made, 'properties') === undefined || at(made, 'additionalProperties') !== undefined;
  return isOpen || at(made, 'x-kubernetes-preserve-unknown-fields') === true ? made : { ...made, additionalProperties: false };
}
