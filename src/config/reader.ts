import type { Document, Leaf, Mapping, Node } from '../document/tree.ts';
import { type Position, SopsError } from '../errors.ts';
import { nearest } from '../document/nearest.ts';
import type { ConfigFlaw } from './config.ts';

/** A value of the config file, where it stands and what it is called in messages. */
export interface Value {
  readonly node: Node;
  /** In the text; of a value that stands elsewhere (an alias), that of its key. */
  readonly offset: number;
  readonly name: string;
}

/** Reads values of the config file with the types that go-yaml lets them have, and keeps book of what is wrong but harmless. */
export class ConfigReader {
  readonly flaws: ConfigFlaw[] = [];
  readonly #source: string;
  readonly #file: string;

  /** @param file as it is shown to the user */
  constructor({ source }: Document, file: string) {
    this.#source = source;
    this.#file = file;
  }

  /** Line of an offset, from 1. */
  line(offset: number): number {
    return this.#position(offset).line;
  }

  #position(offset: number): Position {
    const before = this.#source.slice(0, offset);
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  }

  /** The error for what stands at `offset`. */
  malformed(offset: number, message: string, cause?: unknown): SopsError {
    const position = this.#position(offset);
    return new SopsError('MALFORMED_CONFIG', `line ${position.line}: ${message}`, { file: this.#file, position, cause });
  }

  warn(offset: number, message: string, kind: ConfigFlaw['kind'] = 'other'): void {
    const line = this.line(offset);
    if (!this.flaws.some((flaw) => flaw.line === line && flaw.message === message)) this.flaws.push({ kind, line, message });
  }

  /** The flaws as the user is told of them. */
  get warnings(): readonly string[] {
    return this.flaws.map(({ line, message }) => `${this.#file}:${line}: ${message}`);
  }

  /** A scalar as it is written, `''` for null. */
  text({ node, offset, name }: Value): string {
    if (node.kind === 'null') return '';
    if (node.kind !== 'leaf') throw this.malformed(offset, `${name} is ${described(node)}, expected a text`);
    return spelled(node);
  }

  integer({ node, offset, name }: Value): number {
    if (node.kind === 'null') return 0;
    const value = node.kind === 'leaf' && (node.type === 'int' || node.type === 'float') ? Math.trunc(Number(node.text)) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw this.malformed(offset, `${name} is ${described(node)}, expected a whole number`);
    return value;
  }

  bool({ node, offset, name }: Value): boolean {
    if (node.kind === 'null') return false;
    const word = node.kind === 'leaf' && (node.type === 'bool' || node.type === 'str') ? node.text : '';
    if (/^(True|y|Y|yes|on)$/.test(word)) return true;
    if (/^(False|n|N|no|off)$/.test(word)) return false;
    throw this.malformed(offset, `${name} is ${described(node)}, expected true or false`);
  }

  /** The items of a list, those that are null left out. @param itemName what one item is called in messages */
  list({ node, offset, name }: Value, itemName: string): readonly Value[] {
    if (node.kind === 'null') return [];
    if (node.kind !== 'sequence') throw this.malformed(offset, `${name} is ${described(node)}, expected a list`);
    return node.items.flatMap((item) =>
      item.kind === 'comment' || item.kind === 'null' ? [] : [{ node: item, offset: item.slot?.start ?? offset, name: itemName }],
    );
  }

  /** The entries of a map under their names, merged ones (`<<`) among them. */
  fields({ node, offset, name }: Value): ReadonlyMap<string, Value> {
    if (node.kind === 'null') return new Map();
    if (node.kind !== 'mapping') throw this.malformed(offset, `${name} is ${described(node)}, expected a map`);
    const collected: Collected = { fields: new Map(), seen: new Set() };
    this.#collect(node, { offset, name }, collected);
    return collected.fields;
  }

  /** What stands in the map itself goes before what is merged, and of several merged maps the first goes before the others. */
  #collect(mapping: Mapping, { offset, name }: Omit<Value, 'node'>, collected: Collected): void {
    if (collected.seen.has(mapping)) return;
    collected.seen.add(mapping);
    const merges: Value[] = [];
    for (const item of mapping.items) {
      if (item.kind === 'comment') continue;
      const value = { node: item.value, offset: item.keySpan?.start ?? offset, name: `'${item.key}' of ${name}` };
      if (item.key === '<<') merges.push(value);
      else if (!collected.fields.has(item.key)) collected.fields.set(item.key, value);
    }
    for (const merge of merges) this.#merge(merge, name, collected);
  }

  #merge({ node, offset, name }: Value, into: string, collected: Collected): void {
    for (const map of node.kind === 'sequence' ? node.items : [node]) {
      if (map.kind === 'comment') continue;
      if (map.kind !== 'mapping') throw this.malformed(offset, `${name} is ${described(map)}, expected a map or a list of maps`);
      this.#collect(map, { offset, name: into }, collected);
    }
  }

  /** Warns of names that nobody reads. @param what the map is, in messages */
  expectNames(fields: ReadonlyMap<string, Value>, known: readonly string[], what: string): void {
    for (const [name, { offset }] of fields) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      const advice = meant === undefined ? '' : `, did you mean '${meant}'?`;
      this.warn(offset, `unknown key '${name}' in ${what} is ignored${advice}`, 'unknown key');
    }
  }

  /** Whether an anchor (`&name`) is set within a value. */
  hasAnchor({ node }: Value): boolean {
    return node.kind !== 'null' && node.slot !== undefined && this.#source.slice(node.slot.start, node.slot.end).includes('&');
  }
}

interface Collected {
  readonly fields: Map<string, Value>;
  /** Maps that are in already: aliases can name one many times. */
  readonly seen: Set<Mapping>;
}

/** A scalar as the source spells it: go-yaml gives a text field what is written. */
export const spelled = ({ text, spelling }: Leaf): string => spelling ?? text;

/** What a value is, in messages. */
export function described(node: Node): string {
  switch (node.kind) {
    case 'mapping':
      return 'a map';
    case 'sequence':
      return 'a list';
    case 'null':
      return 'nothing';
    case 'leaf':
      return kinds[node.type];
  }
}

const kinds = { str: 'a text', int: 'a number', float: 'a number', bool: 'true or false', bytes: 'binary', time: 'a time' } as const;
