// What a value is set beside stays as it is: comments stay comments, and the rest of the text stays.
import { describe, expect, test } from 'vitest';
import { sameValues, setNode } from '../../src/document/change.ts';
import { splice } from '../../src/document/splice.ts';
import type { Node } from '../../src/document/tree.ts';
import { yaml } from '../../src/formats/yaml/index.ts';

const one: Node = { kind: 'leaf', type: 'str', text: 'new' };
const lines: Node = { kind: 'leaf', type: 'str', text: 'two\nlines\n' };
const mapping: Node = { kind: 'mapping', items: [{ kind: 'entry', key: 'k', value: one }] };

/** The text after a value was set, which must then hold it and nothing else. */
function after(source: string, path: readonly (string | number)[], value: Node): string {
  const document = yaml.parse(source);
  const result = splice(source, yaml.set(document, path, value));
  const wanted = document.branches.map((branch) => setNode(branch, path, value));
  expect({ source, result, holds: sameValues(yaml.parse(result).branches, wanted) }).toEqual({ source, result, holds: true });
  return result;
}

describe('a value set beside comments', () => {
  test.each([
    ['a:\n    # note\nz: 0x1F\n', 'a: "two\\nlines\\n"\n    # note\nz: 0x1F\n'],
    ['a: # note\nz: 0x1F\n', 'a: "two\\nlines\\n" # note\nz: 0x1F\n'],
    ['a: old # note\n', 'a: "two\\nlines\\n" # note\n'],
    ['a:\nz: 0x1F\n', 'a: |\n    two\n    lines\nz: 0x1F\n'],
    ['a:  \nz: 0x1F\n', 'a: |\n    two\n    lines\nz: 0x1F\n'],
    ['a:', 'a: "two\\nlines\\n"'],
  ])('of several lines takes none of them up: %j', (source, wanted) => {
    expect(after(source, ['a'], lines)).toBe(wanted);
  });

  test.each([
    ['a:\n    # note\n    - 1\n', 'a:\n    # note\n    new\n'],
    ['a: # note\n    k: 1\nz: 0x1F\n', 'a: # note\n    new\nz: 0x1F\n'],
    ['a:\n    # note\nz: 0x1F\n', 'a: new\n    # note\nz: 0x1F\n'],
    ['{a: , z: 0x1F}\n', '{a: new , z: 0x1F}\n'],
  ])('in the place of a collection, or of nothing, is written into none: %j', (source, wanted) => {
    expect(after(source, ['a'], one)).toBe(wanted);
  });

  test.each([
    ['a: # note\nz: 0x1F\n', 'a: # note\n    k: new\nz: 0x1F\n'],
    ['a:\n    # note\nz: 0x1F\n', 'a:\n    k: new\n    # note\nz: 0x1F\n'],
  ])('below a key without a value leaves the rest: %j', (source, wanted) => {
    expect(after(source, ['a'], mapping)).toBe(wanted);
    expect(after(source, ['a', 'k'], one)).toBe(wanted);
  });

  test('stands apart from its dash', () => {
    expect(after('a:\n- # note\n- b\n', ['a', 0], one)).toBe('a:\n- new # note\n- b\n');
  });
});
