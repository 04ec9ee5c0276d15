import { describe, expect, it } from 'vitest';
import type { Entry, Leaf, Node, Span } from '../../src/document/tree.ts';
import { SopsError } from '../../src/errors.ts';
import { deepest } from '../../src/formats/yaml/compose.ts';
import { parseYaml } from '../../src/formats/yaml/tree.ts';
import { everything, leavesOf } from '../support/yaml-seen.ts';

const entriesOf = (source: string): readonly Entry[] =>
  parseYaml(source).branches.flatMap(({ items }) => items.filter((item): item is Entry => item.kind === 'entry'));

function valueOf(source: string, key = 'k'): Node {
  const entry = entriesOf(source).find((one) => one.key === key);
  if (entry === undefined) throw new Error(`no ${key}`);
  return entry.value;
}

const textAt = (source: string, span: Span | undefined): string => source.slice(span?.start, span?.end);

function refusal(source: string): SopsError {
  try {
    parseYaml(source);
  } catch (error) {
    if (error instanceof SopsError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the slot of a value', () => {
  it.each([
    ['k: plain # c\n', 'plain'],
    ['k: two\n  lines\n', 'two\n  lines'],
    [`k: "a \\" b"\n`, `"a \\" b"`],
    [`k: 'it''s' # c\n`, `'it''s'`],
    ['k: &a x\n', 'x'],
    ['k: !Ref x\n', 'x'],
    ['k: !!str 5\n', '5'],
    ['k: !<tag:yaml.org,2002:str> 5\n', '5'],
    ['k: ! 5\n', '5'],
    ['k: !!int 5\n', '!!int 5'],
    ['k: &a !!int 5\n', '!!int 5'],
    ['k: !!int &a 5\n', '!!int &a 5'],
    ['k: !!binary aGk=\n', '!!binary aGk='],
    ['%TAG !y! tag:yaml.org,2002:\n---\nk: !y!float 1\n', '!y!float 1'],
    ['k: [a, "b"]\n', '[a, "b"]'],
    ['k: {a: 1} # c\n', '{a: 1}'],
    ['k: &a\n  b: 1\n  c: 2\nl: 3\n', '&a\n  b: 1\n  c: 2'],
    ['k: |\n  text\n\nl: x\n', '|\n  text\n'],
    ['k: >-\n  text', '>-\n  text'],
    ['k: |+\n  text\n\nl: x\n', '|+\n  text\n\n'],
    ['k: |2-\n   text\nl: x\n', '|2-\n   text\n'],
    ['k: | # c\nl: x\n', '|'],
    ['k: |\r\n  text\r\nl: x\r\n', '|\r\n  text\r\n'],
    ['\uFEFFk: x\n', 'x'],
    ['? k\n: x\n', 'x'],
  ])('of %j is %j', (source, slot) => {
    expect(textAt(source, valueOf(source).slot)).toBe(slot);
  });

  it.each([
    ['k: x\n', [0]],
    ['a:\n    b: x\n', [4]],
    ['a:\n- x\n', [0]],
    ['a:\n  - x\n  - y: |\n      t\n    z: w\n', [2, 4, 4]],
    ['? a\n: x\n', [0]],
    ['a:\n  &n b: x\n', [2]],
    ['a:\n  !t b: x\n', [2]],
  ])('in %j is owned by a key or dash in columns %j', (source, indents) => {
    expect(leavesOf(parseYaml(source)).map(({ slot }) => slot?.indent)).toEqual(indents);
  });

  it('knows when it stands between brackets', () => {
    const flows = leavesOf(parseYaml('a: [x, {b: y}]\nc: z\n')).map(({ slot }) => slot?.flow);
    expect(flows).toEqual([true, true, false]);
  });

  it('spans a key with its quotes, without anchor and tag', () => {
    const source = '"a b": 1\n&x !t c: 2\n';
    expect(entriesOf(source).map(({ keySpan }) => textAt(source, keySpan))).toEqual(['"a b"', 'c']);
  });
});

describe('an alias', () => {
  it('is followed, and nothing below it stands in the text', () => {
    const source = 'a: &x\n  # c\n  b: [1]\nk: *x\n';
    const value = valueOf(source);
    expect(textAt(source, value.alias)).toBe('*x');
    expect(value.slot).toBeUndefined();
    expect(value).toMatchObject({
      kind: 'mapping',
      items: [
        { kind: 'comment', text: ' c' },
        { kind: 'entry', key: 'b' },
      ],
    });
    expect(everything(parseYaml(source)).comments.filter(({ slot }) => slot === undefined)).toHaveLength(1);
  });

  it('makes a key as well', () => {
    expect(entriesOf('a: &x y\n*x : z\n').map(({ key }) => key)).toEqual(['a', 'y']);
  });
});

describe('a scalar', () => {
  it.each<[string, Partial<Leaf>]>([
    ['0777', { type: 'int', text: '511', spelling: '0777' }],
    ['0x1F', { type: 'int', text: '31', spelling: '0x1F' }],
    ['1_000', { type: 'int', text: '1000', spelling: '1_000' }],
    ['42', { type: 'int', text: '42' }],
    ['1.50', { type: 'float', text: '1.5', spelling: '1.50' }],
    ['1e21', { type: 'float', text: '1000000000000000000000', spelling: '1e21' }],
    ['true', { type: 'bool', text: 'True', spelling: 'true' }],
    ['2024-1-2', { type: 'time', text: '2024-01-02T00:00:00Z', spelling: '2024-1-2' }],
    ['12345678901234567890', { type: 'float', text: '12345678901234567000', spelling: '12345678901234567890' }],
    ['yes', { type: 'str', text: 'yes' }],
    ['!!binary aGk=', { type: 'str', text: 'hi' }],
    ['!!binary /w==', { type: 'str', text: '', bytes: Uint8Array.of(255) }],
  ])('%s is read as Go reads it', (source, leaf) => {
    const { slot: _, ...rest } = valueOf(`k: ${source}\n`);
    expect(rest).toEqual({ kind: 'leaf', ...leaf });
  });

  it('tells of an integer that sops reads rounded, but not which', () => {
    const { notes } = parseYaml('k: 12345678901234567890\n');
    expect(notes).toHaveLength(1);
    expect(notes[0]?.message).not.toContain('123');
  });
});

describe('a comment that real sops does not see', () => {
  it.each([
    ['behind an opening bracket', 'k: [ # c\n  a]\n', ' c'],
    ['behind a directive', '%YAML 1.1 # c\n---\nk: a\n', ' c'],
    ['beside a foot that takes its place', 'k:\n  a: b\n  # c\n\n# d\n\nl: m\n', undefined],
  ])('%s is there as unseen', (_, source, text) => {
    const unseen = everything(parseYaml(source)).comments.filter((comment) => comment.unseen === true);
    expect(unseen.map((comment) => comment.text)).toEqual(text === undefined ? [] : [text]);
  });
});

describe('the stream', () => {
  it('tells where documents begin and end', () => {
    const source = '# a\na: 1\n---\nb: 2\n...\n# c\n%YAML 1.1\n--- # d\nc: 3\n';
    const { stream } = parseYaml(source);
    expect(stream.map(({ start, contentStart, end }) => [start, contentStart, end])).toEqual([
      [0, 0, source.indexOf('---')],
      [source.indexOf('---'), source.indexOf('---') + 3, source.indexOf('...')],
      [source.indexOf('%'), source.indexOf(' # d'), source.length],
    ]);
  });

  it('has a branch a document, an empty one too', () => {
    expect(parseYaml('a: 1\n---\n---\nb: 2\n').branches.map(({ items }) => items.length)).toEqual([1, 0, 1]);
    expect(parseYaml('').branches).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each([
    ['a: [1, 2\n', 2],
    ['a: 1\nb: "x\n', 2],
    ['a: 1\na: 2\n', 2],
    ['a: b: c\n', 1],
    ['a: 1\n\tb: 2\n', 2],
    ['a: \x01\n', 1],
    ['a: 1\n1: 2\n', 2],
    ['a: 1\n? [b]\n: c\n', 2],
    ['- a\n', 1],
    ['text\n', 1],
    ['a: *x\n', 1],
    ['a: &x [*x]\n', 1],
    ['a: !!int x\n', 1],
    ['a: !x!y z\n', 1],
    ['%YAML 1.2\n---\na: 1\n', 1],
    ['a: "\\q"\n', 1],
    ['a: |\n\tx\n', 2],
    ['\uFEFF\uFEFFa: 1\n', 1],
    ['---\na: 1\n...\nb: 2\n', 4],
  ])('%j is, by its line', (source, line) => {
    const { code, details } = refusal(source);
    expect([code, details.position?.line]).toEqual(['MALFORMED_DOCUMENT', line]);
  });

  it('a text of comments only, which holds no document', () => {
    expect(refusal('# a\n').code).toBe('EMPTY_DOCUMENT');
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['braces', '{a: '.repeat(200_000)],
    ['dashes', `a:\n${'- '.repeat(200_000)}x\n`],
    ['question marks', '? '.repeat(200_000)],
    ['indentation', Array.from({ length: 600 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
    ['aliases in one another', Array.from({ length: 5000 }, (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1}`}]\n`).join('')],
  ])('depth without end by %s', (_, source) => {
    expect(refusal(source).code).toBe('MALFORMED_DOCUMENT');
  });

  it('aliases of what holds many comments', () => {
    const source = `a: &a\n${'  # c\n'.repeat(5000)}  b: 1\nc: [${'*a, '.repeat(20_000)}]\n`;
    expect(refusal(source).message).toContain('aliases stand for too much');
  });

  it('aliases that stand for too much, in the first document and later', { timeout: 20_000 }, () => {
    const bomb = Array.from({ length: 12 }, (_, at) => `a${at}: &a${at} [${`${at === 0 ? 'x' : `*a${at - 1}`},`.repeat(9)}]\n`).join('');
    expect(refusal(bomb).message).toContain('aliases stand for too much');
    expect(refusal(`b: 1\n---\n${bomb}`).message).toContain('aliases stand for too much');
  });

  const deepDocuments: readonly (readonly [string, string])[] = [
    ['brackets', `a: ${'['.repeat(deepest - 1)}${']'.repeat(deepest - 1)}\n`],
    ['braces', `a: ${'{a: '.repeat(deepest - 1)}x${'}'.repeat(deepest - 1)}\n`],
    ['pairs', `a: ${'[a: '.repeat(deepest / 2 - 1)}x${']'.repeat(deepest / 2 - 1)}\n`],
    ['comments', `a: ${'[ # c\n'.repeat(deepest - 1)}${']'.repeat(deepest - 1)}\n`],
    ['dashes', `a:\n ${'- '.repeat(deepest - 1)}x\n`],
    ['indentation', Array.from({ length: deepest }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
  ];

  it.each(deepDocuments)('nothing down to the limit of depth, by %s, with half of the stack in use', (_, source) => {
    const calls = callsOfStack();
    const parsed = below(Math.floor(calls / 2), () => parseYaml(source));
    expect(parsed.branches).toHaveLength(1);
  });
});

function callsOfStack(): number {
  let calls = 0;
  const call = (): void => {
    calls++;
    call();
  };
  expect(call).toThrow(RangeError);
  return calls;
}

const below = <T>(calls: number, read: () => T): T => (calls > 0 ? below(calls - 1, read) : read());
