import { goFloat, type ScalarType } from '../../src/document/scalar.ts';
import type { Comment, Entry, Leaf, Mapping, Node } from '../../src/document/tree.ts';
import type { Random } from './json-documents.ts';

const pick = <T>(random: Random, from: readonly T[], otherwise: T): T => from[Math.floor(random() * from.length)] ?? otherwise;
const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));

const words =
  'a|key|foo bar|yes|no|on|OFF|y|N|null|~|Null|nULL|true|TRUE|tRUE|False|0|1|-1|+1|007|08|0o7|0x1F|-0x1f|0X1F|0b11|0b2|1_000|1__0|_1|1e3|1e400|1.|.5|.5_0|._5|.|..|...' +
  '|....|-|--|---|---a|--- a|...a|? |?|?a|: |:|:a|a:|a: b|a:b|a :b|#|# a|a #b|a#b|- a|-a|%a|@a|`a|!a|&a|*a|>|\'|"|it\'s|say "x"|{|}|[|]|{a}|[a]|a,b|,a|a]|<<|=|.inf|-.inf' +
  '|+.INF|.nan|.NaN|2001-01-01|2001-1-1|2001-13-01|2001-02-29|2000-02-29|2001-12-14t21:59:43.10-05:00|2001-12-14 21:59:43.10 -5|2001-12-14  21:59:43,10' +
  '|2001-12-15T2:59:43Z|2001-12-15T25:59:43Z|2001-01-01T00:00:00+24:60|1:30|1:60|190:20:30.15|+1:1|9223372036854775807|9223372036854775808|18446744073709551616' +
  '|-9223372036854775809|0xFFFFFFFFFFFFFFFF|0xFFFFFFFFFFFFFFFFF|+0xFFFFFFFFFFFFFFFF|0b-1|0o-7|-0b-1|0B1|http://x.y/z?a=b#c|C:\\dir|/path/to' +
  '|ENC[AES256_GCM,data:abc==,iv:x/y+z=,tag:q==,type:str]|é|日本|🎉|a🎉|\u0085|a\u2028b|\u2028|\u2029a|\ufeff|\ufeffab|a\ufeff|\u00a0|\ufffd|\ufffe|\u007f|\0|\u0007|\u001b' +
  '|\t|a\tb|\ta|a\t| |  | a|a |\n|\n\n|a\n|a\nb|a\n\n|\na|\n\na|\n a|a\n b|a \nb|a\n |  a\nb|a\n\tb|\ta\nb|\t\na|a\r\nb|a\rb|\r|a\n\u2028b\n|a\n\u2028|x\n\n\ny\n\n\n' +
  '|-----BEGIN KEY-----\nabc\n-----END KEY-----\n';

/** Text that YAML has its own mind about. */
export const trickyStrings: readonly string[] = [
  ...words.split('|'),
  '',
  '|',
  'x'.repeat(128),
  'x'.repeat(129),
  'é'.repeat(64),
  'é'.repeat(65),
  `${'lorem ipsum '.repeat(20)}end`,
  `a\n${'long line '.repeat(20)}x`,
];
const characters = [
  ...Array.from('aA0_-+.:#,?[]{}&*!|>\'"%@`~<= =\t\n\r\\/ey1 \n '),
  '\u0085',
  '\u2028',
  '\ufeff',
  'é',
  '🎉',
  '\u00a0',
  '\u0001',
  '\ufffe',
];

/** A string that is hard to print. */
export function yamlString(random: Random): string {
  const kind = random();
  if (kind < 0.6) return pick(random, trickyStrings, '');
  if (kind < 0.75) return pick(random, trickyStrings, '') + pick(random, ['', ' ', '\n', ': ', '\t'], '') + pick(random, trickyStrings, '');
  return Array.from({ length: 1 + upTo(random, 8) }, () => pick(random, characters, '')).join('');
}

const numbers = [
  0,
  1.5,
  1e20,
  1e21,
  123456.5,
  1234567,
  999999,
  1e5,
  1e6,
  1e-4,
  1e-5,
  0.00012345,
  -1.5e300,
  5e-324,
  Infinity,
  -Infinity,
  NaN,
];
const times = ['2001-02-03T04:05:06Z', '2001-02-03T04:05:06.789Z', '2001-02-03T04:05:06.123456789+01:30', '0001-01-01T00:00:00-05:00'];

const leaf = (type: ScalarType, text: string): Leaf => ({ kind: 'leaf', type, text });

function leafOrNull(random: Random): Node {
  const kind = random();
  if (kind < 0.66) return leaf('str', yamlString(random));
  if (kind < 0.74) return leaf('int', pick(random, ['0', '-1', '42', '9223372036854775807', '-9223372036854775808'], '0'));
  if (kind < 0.82) return leaf('float', goFloat(pick(random, numbers, 0)));
  if (kind < 0.88) return leaf('bool', random() < 0.5 ? 'True' : 'False');
  return kind < 0.94 ? leaf('time', pick(random, times, '')) : { kind: 'null' };
}

/** How trees turn out: the chance of a comment before each item and at each end, and the keys. */
export interface TreeTaste {
  readonly comments: number;
  readonly trickyKeys: boolean;
}

/** A tree that is hard to print, with comments wherever a program may put them. */
export class TreeMaker {
  private readonly random: Random;
  private readonly taste: TreeTaste;

  constructor(random: Random, taste: TreeTaste) {
    this.random = random;
    this.taste = taste;
  }

  mapping(depth: number): Mapping {
    const items: (Entry | Comment)[] = [];
    const keys = new Set<string>();
    for (let left = upTo(this.random, 3); left > 0; left--) {
      items.push(...this.comments());
      const key = this.taste.trickyKeys && this.random() < 0.5 ? yamlString(this.random) : `k${upTo(this.random, 99)}`;
      if (!keys.has(key) && key !== '<<') items.push({ kind: 'entry', key, value: this.node(depth - 1) });
      keys.add(key);
    }
    items.push(...this.comments());
    return { kind: 'mapping', items };
  }

  node(depth: number): Node {
    const kind = this.random();
    if (depth <= 0 || kind < 0.5) return leafOrNull(this.random);
    if (kind < 0.78) return this.mapping(depth);
    const items: (Node | Comment)[] = [];
    for (let left = upTo(this.random, 3); left > 0; left--) items.push(...this.comments(), this.node(depth - 1));
    items.push(...this.comments());
    return { kind: 'sequence', items };
  }

  private comments(): readonly Comment[] {
    const made: Comment[] = [];
    while (this.random() < this.taste.comments) {
      const text = pick(this.random, [' a comment', ' another', '', 'x', ' # y', '\t t', ' '], '');
      made.push({ kind: 'comment', text, ...(this.random() < 0.3 ? { inline: true } : {}) });
    }
    return made;
  }
}
