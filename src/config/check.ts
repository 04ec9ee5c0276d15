import type { Node } from '../document/tree.ts';
import { type ConfigReader, described, type Value } from './reader.ts';
import { type MapShape, pantryNames, type Shape } from './shape.ts';

/**
 * Looks at all of a value as sops does before it chooses a rule: names and types. Names that nobody reads, fields that are missing and numbers with fractions are warned of.
 * Each value once, however often aliases name it. Throws `MALFORMED_CONFIG`.
 */
export function checkShape(value: Value, shape: Shape, reader: ConfigReader): void {
  new Check(reader).look(value, shape);
}

class Check {
  readonly #seen = new Map<Node, Set<Shape>>();
  readonly #reader: ConfigReader;

  constructor(reader: ConfigReader) {
    this.#reader = reader;
  }

  look(value: Value, shape: Shape): void {
    switch (shape.kind) {
      case 'text':
        return this.#text(value, shape.choices);
      case 'integer':
        return this.#integer(value, shape.least);
      case 'bool':
        return void this.#reader.bool(value);
      case 'texts':
        return this.#texts(value);
      case 'keys':
        return undefined;
      case 'item':
        return this.#item(value, shape.map);
      case 'list':
        return this.#once(value, shape, () => this.#list(value, shape.items, shape.itemName));
      case 'map':
        return shape.own ? undefined : this.#once(value, shape, () => this.#map(value, shape));
    }
  }

  #once({ node }: Value, shape: Shape, look: () => void): void {
    const seen = this.#seen.get(node) ?? new Set<Shape>();
    this.#seen.set(node, seen);
    if (seen.has(shape)) return;
    seen.add(shape);
    look();
  }

  #text(value: Value, choices: readonly string[] | undefined): void {
    const text = this.#reader.text(value);
    if (choices && !choices.includes(text)) throw this.#reader.malformed(value.offset, `${value.name} is neither ${choices.join(' nor ')}`);
  }

  #integer(value: Value, least: number | undefined): void {
    const { node, offset, name } = value;
    const whole = this.#reader.integer(value);
    if (least !== undefined && node.kind !== 'null' && whole < least)
      throw this.#reader.malformed(offset, `${name} is ${whole}, expected ${least} or more`);
    if (node.kind === 'leaf' && Number(node.text) !== whole)
      this.#reader.warn(offset, `${name} is ${node.text}, which is taken for ${whole}`);
  }

  #texts(value: Value): void {
    if (value.node.kind === 'leaf' && value.node.text !== '')
      throw this.#reader.malformed(value.offset, `${value.name} is ${described(value.node)}, expected a map of texts`);
    if (value.node.kind === 'leaf') return;
    for (const inner of this.#reader.fields(value).values()) this.#reader.text(inner);
  }

  #item(value: Value, map: MapShape | 'any'): void {
    if (value.node.kind === 'leaf' || value.node.kind === 'null') return;
    if (map !== 'any') return this.look(value, map);
    for (const field of this.#reader.fields(value).values())
      if (field.node.kind === 'mapping') this.#texts(field);
      else this.#reader.text(field);
    return undefined;
  }

  #list(value: Value, items: Shape, itemName = `an item of ${value.name}`): void {
    for (const item of this.#reader.list(value, itemName)) this.look(item, items);
  }

  #map(value: Value, shape: MapShape): void {
    const fields = this.#reader.fields(value);
    this.#names(fields, shape);
    const { called, fields: shapes, required = [], withoutEffect = [] } = shape;
    for (const [name, field] of fields) {
      const inner = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      if (inner) this.look(field, inner);
      if (withoutEffect.includes(name) && field.node.kind !== 'null')
        this.#reader.warn(field.offset, `'${name}' of ${called} is without effect, as in sops: only suffixes say there what is encrypted`);
    }
    for (const name of required) if (!fields.has(name)) this.#reader.warn(value.offset, `${called} has no '${name}'`);
  }

  /** At the top people keep what they refer to: `keys: [&alice age1…]`. Only what looks like a misspelled name, or holds nothing to refer to, is told. */
  #names(fields: ReadonlyMap<string, Value>, { called, fields: shapes, others }: MapShape): void {
    const known = Object.keys(shapes);
    const isPantry = (name: string, field: Value): boolean => pantryNames.test(name) || this.#reader.hasAnchor(field);
    switch (others) {
      case 'any':
        return;
      case 'refused':
        return this.#refuse(fields, known);
      case 'pantry':
        return this.#reader.expectNames(new Map([...fields].filter(([name, field]) => !isPantry(name, field))), known, called);
      case undefined:
        return this.#reader.expectNames(fields, known, called);
    }
  }

  #refuse(fields: ReadonlyMap<string, Value>, known: readonly string[]): void {
    for (const [name, { offset }] of fields)
      if (!known.includes(name)) throw this.#reader.malformed(offset, `there is no store '${name}', expected one of ${known.join(', ')}`);
  }
}
