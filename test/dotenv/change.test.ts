import { describe, expect, it } from 'vitest';
import type { TreePath } from '../../src/document/path.ts';
import { splice } from '../../src/document/splice.ts';
import type { Node } from '../../src/document/tree.ts';
import { dotenv } from '../../src/formats/dotenv/index.ts';
import { sealAll } from '../support/round-trip.ts';

const text = (value: string): Node => ({ kind: 'leaf', type: 'str', text: value });
const set = (source: string, path: TreePath, value: Node): string => splice(source, dotenv.set(dotenv.parse(source), path, value));
const unset = (source: string, path: TreePath): string => splice(source, dotenv.unset(dotenv.parse(source), path));

describe('setting a value in dotenv', () => {
  it.each([
    ['in its place', '# c\nA=1\nB=2\n', 'A=x', '# c\nA=x\nB=2\n'],
    ['with line breaks', 'A=1\n', 'A=x\ny', 'A=x\\ny\n'],
    ['the first of several', 'A=1\nA=2\n', 'A=x', 'A=x\nA=2\n'],
    ['that is new, at the end', 'A=1\n\n', 'B=x', 'A=1\nB=x\n\n'],
    ['that is new, in a text without a final line end', 'A=1', 'B=x', 'A=1\nB=x'],
    ['that is new, before the metadata', 'A=1\nsops_mac=x\n', 'B=y', 'A=1\nB=y\nsops_mac=x\n'],
    ['that is new, before nothing but metadata', 'sops_mac=x\n', 'B=y', 'B=y\nsops_mac=x\n'],
    ['in a new file', '', 'B=x', 'B=x\n'],
  ])('sets one %s', (_, source, pair, wanted) => {
    const [key = '', value = ''] = pair.split('=');
    expect(set(source, [key], text(value))).toBe(wanted);
  });

  it.each([
    [['A', 'b'], text('x'), 'UNPRINTABLE_DOCUMENT'],
    [['A'], { kind: 'mapping', items: [] } satisfies Node, 'UNPRINTABLE_DOCUMENT'],
    [[0], text('x'), 'PATH_NOT_FOUND'],
    [['sops_mac'], text('x'), 'UNSUPPORTED'],
    [['a=b'], text('x'), 'UNSUPPORTED'],
    [['#a'], text('x'), 'UNSUPPORTED'],
    [['a\nb'], text('x'), 'UNSUPPORTED'],
  ] as const)('refuses %j', (path, value, code) => {
    expect(() => set('A=1\n', path, value)).toThrow(expect.objectContaining({ code }));
  });
});

describe('removing from dotenv', () => {
  it.each([
    ['a line', 'A=1\n# c\nB=2\n', ['A'], '# c\nB=2\n'],
    ['the last line', 'A=1\nB=2', ['B'], 'A=1'],
    ['the only line', 'A=1', ['A'], ''],
  ])('takes %s', (_, source, path, wanted) => {
    expect(unset(source, path)).toBe(wanted);
  });

  it.each([[['B']], [['A', 'b']], [['sops_mac']]])('refuses %j', (path) => {
    expect(() => unset('A=1\nsops_mac=x\n', path)).toThrow(expect.objectContaining({ code: 'PATH_NOT_FOUND' }));
  });
});

describe('dotenv that cannot be read', () => {
  it('is refused with the number of the line and without the line', () => {
    expect(() => dotenv.parse('A=1\n\nhunter2\n')).toThrow(
      expect.objectContaining({ code: 'MALFORMED_DOCUMENT', message: expect.stringMatching(/^line 3 /) }),
    );
    expect(() => dotenv.parse('hunter2')).not.toThrow(/hunter2/);
  });
});

describe('a dotenv line of white space, which real sops refuses', () => {
  it('is read, and emptied when the document is sealed', () => {
    expect(sealAll(dotenv, '\t\r\nA=\n \n').sealed).toBe('\nA=\n\n');
  });
});
