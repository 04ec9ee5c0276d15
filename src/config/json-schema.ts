import { type MapShape, pantryNames, type Shape } from './shape.ts';

/** A JSON Schema, draft 7: what editors know. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of what a shape allows: it refuses what the reader refuses or warns of, so far as that can be said of names and types. */
export function jsonSchema(shape: MapShape, title: string): JsonSchema {
  const definitions = new Map<string, JsonSchema>();
  const schema = schemaOf(shape, definitions);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...schema,
    definitions: Object.fromEntries(definitions),
  };
}

type Definitions = Map<string, JsonSchema>;

/** go-yaml takes any scalar for a text. */
const scalar: readonly string[] = ['string', 'number', 'boolean', 'null'];
/** The words of YAML 1.1, which is what go-yaml takes for true and false beside YAML 1.2's. */
const words: readonly string[] = ['True', 'y', 'Y', 'yes', 'on', 'False', 'n', 'N', 'no', 'off'];

function schemaOf(shape: Shape, definitions: Definitions): JsonSchema {
  const described = { description: shape.help };
  switch (shape.kind) {
    case 'list':
      return { ...described, type: ['array', 'null'], items: orNull(schemaOf(shape.items, definitions)) };
    case 'item':
      return { ...described, anyOf: [{ type: scalar }, shape.map === 'any' ? { type: 'object' } : schemaOf(shape.map, definitions)] };
    case 'map':
      return mapSchema(shape, definitions);
    case 'text':
    case 'integer':
    case 'bool':
    case 'keys':
    case 'texts':
      return { ...described, ...plainSchema(shape) };
  }
}

type Plain = Extract<Shape, { readonly kind: 'text' | 'integer' | 'bool' | 'keys' | 'texts' }>;

/** Of what holds nothing that has a shape of its own. */
function plainSchema(shape: Plain): JsonSchema {
  switch (shape.kind) {
    case 'text':
      return shape.choices === undefined ? { type: scalar } : { enum: shape.choices };
    case 'integer':
      return { type: ['integer', 'null'], minimum: shape.least ?? Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case 'bool':
      return { anyOf: [{ type: ['boolean', 'null'] }, { enum: words }] };
    case 'keys':
      return { anyOf: [{ type: ['string', 'null'] }, { type: 'array', items: { type: 'string' } }] };
    case 'texts':
      return { anyOf: [{ type: ['object', 'null'], additionalProperties: { type: scalar } }, { const: '' }] };
  }
}

const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

/** What may stand in itself has a place of its own, and is referred to. */
function mapSchema(shape: MapShape, definitions: Definitions): JsonSchema {
  const { id } = shape;
  if (id === undefined) return bareMap(shape, definitions);
  if (!definitions.has(id)) {
    definitions.set(id, {});
    definitions.set(id, bareMap(shape, definitions));
  }
  return { $ref: `#/definitions/${id}` };
}

function bareMap({ help, fields, required = [], alone = [], withoutEffect = [], others }: MapShape, definitions: Definitions): JsonSchema {
  const properties = Object.entries(fields).map(([name, field]): [string, JsonSchema] => [
    name,
    withoutEffect.includes(name) ? { description: `without effect here`, type: 'null' } : schemaOf(field, definitions),
  ]);
  const pairs = alone.flatMap((one, at) => alone.slice(at + 1).map((other) => notBoth(one, other)));
  return {
    description: help,
    type: ['object', 'null'],
    properties: Object.fromEntries(properties),
    ...(others === 'pantry' ? { patternProperties: { [pantryNames.source]: {} } } : {}),
    additionalProperties: others === 'any',
    ...(required.length === 0 ? {} : { required }),
    ...(pairs.length === 0 ? {} : { allOf: pairs }),
  };
}

const filled: JsonSchema = { not: { enum: ['', null] } };

const notBoth = (one: string, other: string): JsonSchema => ({
  not: { required: [one, other], properties: { [one]: filled, [other]: filled } },
});
