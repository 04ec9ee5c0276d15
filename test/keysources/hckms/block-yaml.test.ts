import { describe, expect, it } from 'vitest';
import { type Node, parseBlocks } from '../../../src/keysources/hckms/block-yaml.ts';

const plain = (node: Node): unknown => {
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, value]) => [key, plain(value)]));
  return Array.isArray(node) ? node.map(plain) : node;
};
const parse = (text: string): unknown =>
  plain(
    parseBlocks(text, (line) => {
      throw new Error(`line ${line}`);
    }),
  );

describe('as much YAML as the regions file needs', () => {
  it.each([
    ['', ''],
    ['# nothing\n---\n', ''],
    ['a: b\n"c": \'d e\'\n', { a: 'b', c: 'd e' }],
    ['KMS:\n- id: a # one\n  endpoint: https://x:8443/\n-\n  id: "b"\n', { KMS: [{ id: 'a', endpoint: 'https://x:8443/' }, { id: 'b' }] }],
    [
      'KMS:\n    - endpoints:\n        - https://one\n        - "https://two"\n      id: a\r\n',
      { KMS: [{ endpoints: ['https://one', 'https://two'], id: 'a' }] },
    ],
    ['a: [b, "c"]\nd:\n', { a: ['b', 'c'], d: '' }],
  ])('reads %j', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ['text', 1],
    ['a: {b: c}', 1],
    ['a: b\nc: &d e', 2],
    ['a: *b', 1],
    ['a: |\n  b', 2],
    ['a:\n  b: c\n d: e', 3],
    ['a: b\n  c: d', 2],
    ['\ta: b', 1],
    ['a: "b\\n"', 1],
  ])('refuses %j, naming the line', (text, line) => {
    expect(() => parse(text)).toThrow(`line ${line}`);
  });
});
