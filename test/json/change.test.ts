import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { getNode, sameNode, setNode, unsetNode } from '../../src/document/change.ts';
import type { PathStep, TreePath } from '../../src/document/path.ts';
import { splice } from '../../src/document/splice.ts';
import type { Document, Mapping, Node } from '../../src/document/tree.ts';
import { json } from '../../src/formats/json/index.ts';
import { jsonDocument, seeded } from '../support/json-documents.ts';

const document = fc.nat().map((seed) => jsonDocument(seeded(seed)));
/** A value as `set` gets it: from a document of its own. */
const value = document.map((source): Node => {
  const [top] = json.parse(source).branches;
  const [first] = top?.items ?? [];
  return first?.kind === 'entry' ? first.value : { kind: 'null' };
});

/** All paths of a tree that lead to a value, the first of two equal keys alone. */
function pathsOf(node: Node, path: TreePath = []): readonly TreePath[] {
  if (node.kind === 'leaf' || node.kind === 'null') return [path];
  const paths: TreePath[] = path.length === 0 ? [] : [path];
  const seen = new Set<PathStep>();
  for (const [index, item] of node.items.entries()) {
    if (item.kind === 'comment') continue;
    const step = item.kind === 'entry' ? item.key : index;
    if (!seen.has(step)) paths.push(...pathsOf(item.kind === 'entry' ? item.value : item, [...path, step]));
    seen.add(step);
  }
  return paths;
}

/** The document as real sops prints it; twice, since the float -0.0 becomes `-0`, and that an int. */
const laidOut = (branches: readonly Mapping[], indent: number): string =>
  json.print(json.parse(json.print(branches, { indent })).branches, { indent });

const topOf = ({ branches }: Document): Mapping => branches[0] ?? { kind: 'mapping', items: [] };
const choose = (paths: readonly TreePath[], number: number): TreePath | undefined => paths[number % Math.max(1, paths.length)];

/** A path to a value, beside one, or through one. */
function pathIn(top: Mapping, number: number, added: readonly PathStep[]): TreePath {
  const path = choose(pathsOf(top), number) ?? [];
  const node = path.length === 0 ? top : getNode(top, path);
  const rest = added.map((step, at) =>
    at > 0 || node.kind === 'leaf' || node.kind === 'null' ? step : node.kind === 'mapping' ? `+${step}` : 99,
  );
  return [...path, ...(path.length === 0 && rest.length === 0 ? ['new'] : rest)];
}

const steps = fc.array(fc.oneof(fc.constant('new'), fc.constant('key "2"'), fc.nat(2)), { maxLength: 3 });

/** The text, if it says what is wanted. */
const saying = (text: string, wanted: Mapping): string | undefined => (sameNode(topOf(json.parse(text)), wanted) ? text : undefined);

describe('setting a value in a JSON text', () => {
  it('gives what setting it in the tree gives, and keeps what stands before and behind', () => {
    fc.assert(
      fc.property(document, fc.nat(), steps, value, (source, number, added, wanted) => {
        const parsed = json.parse(source);
        const path = pathIn(topOf(parsed), number, added);
        const edits = json.set(parsed, path, wanted);
        expect(edits).toHaveLength(1);
        const text = splice(source, edits);
        expect(saying(text, setNode(topOf(parsed), path, wanted))).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('looks as if it had been there, in a text laid out as one', () => {
    fc.assert(
      fc.property(
        document,
        fc.tuple(fc.nat(), steps),
        value,
        fc.integer({ min: -1, max: 4 }),
        (source, [number, added], wanted, indent) => {
          // The indentation of an otherwise empty document is the default.
          const text = laidOut(
            [{ kind: 'mapping', items: [{ kind: 'entry', key: 'first', value: { kind: 'null' } }, ...topOf(json.parse(source)).items] }],
            indent,
          );
          const parsed = json.parse(text);
          const path = pathIn(topOf(parsed), number, added);
          const [printed] = json.parse(
            laidOut([{ kind: 'mapping', items: [{ kind: 'entry', key: 'value', value: wanted }] }], -1),
          ).branches;
          const plain: Node = printed === undefined ? { kind: 'null' } : getNode(printed, ['value']);
          expect(splice(text, json.set(parsed, path, plain))).toBe(json.print([setNode(topOf(parsed), path, plain)], { indent }));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"a":1}', ['b'], '{"a":1,"b":[true,{"c":null}]}'],
    ['{ "a": 1, "b": 2 }', ['c'], '{ "a": 1, "b": 2, "c": [true, {"c": null}] }'],
    [
      '{\n  "a": {}\n}',
      ['a', 'b', 1],
      '{\n  "a": {\n    "b": [\n      [\n        true,\n        {\n          "c": null\n        }\n      ]\n    ]\n  }\n}',
    ],
    ['{\n  "a": [1, 2]\n}', ['a', 7], '{\n  "a": [1, 2, [true, {"c": null}]]\n}'],
    ['{\n  "a": [1, 2]\n}', ['a'], '{\n  "a": [true, {"c": null}]\n}'],
    ['{"a" : "x"}', ['a', 'b'], '{"a" : {"b" : [true, {"c" : null}]}}'],
    ['\ufeff{"a":1}\r\n', ['a'], '\ufeff{"a":[true,{"c":null}]}\r\n'],
  ])('follows the style of its neighbours: %j', (source, path, set) => {
    const wanted = getNode(topOf(json.parse('{"v":[true,{"c":null}]}')), ['v']);
    expect(splice(source, json.set(json.parse(source), path, wanted))).toBe(set);
  });

  it('keeps the spelling a number was given', () => {
    const wanted = getNode(topOf(json.parse('{"v":1.50}')), ['v']);
    expect(splice('{"a":1}', json.set(json.parse('{"a":1}'), ['a'], wanted))).toBe('{"a":1.50}');
  });

  it.each<[TreePath, string]>([
    [[0], 'UNSUPPORTED'],
    [['list', 'key'], 'UNSUPPORTED'],
    [['list', -1], 'PATH_NOT_FOUND'],
    [[], 'UNSUPPORTED'],
  ])('refuses the path %j', (path, code) => {
    expect(() => json.set(json.parse('{"list": [1]}'), path, { kind: 'null' })).toThrow(expect.objectContaining({ code }));
  });
});

describe('removing a value from a JSON text', () => {
  it('gives what removing it from the tree gives', () => {
    fc.assert(
      fc.property(document, fc.nat(), (source, number) => {
        const parsed = json.parse(source);
        const path = choose(pathsOf(topOf(parsed)), number);
        if (path === undefined) return;
        const text = splice(source, json.unset(parsed, path));
        expect(saying(text, unsetNode(topOf(parsed), path))).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves nothing of it behind, in a text laid out as one', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.integer({ min: -1, max: 4 }), (source, number, indent) => {
        const parsed = json.parse(laidOut(json.parse(source).branches, indent));
        const path = choose(pathsOf(topOf(parsed)), number);
        if (path === undefined) return;
        expect(splice(parsed.source, json.unset(parsed, path))).toBe(json.print([unsetNode(topOf(parsed), path)], { indent }));
      }),
      { numRuns: 3000 },
    );
  });

  it('undoes the setting of a new key, to the byte', () => {
    fc.assert(
      fc.property(document, fc.nat(), value, (source, number, wanted) => {
        const parsed = json.parse(source);
        const paths = pathsOf(topOf(parsed)).filter((path) => getNode(topOf(parsed), path).kind === 'mapping');
        const path = [...(choose(paths, number) ?? []), 'a key that is new'];
        const set = json.parse(splice(source, json.set(parsed, path, wanted)));
        const empty = getNode(topOf(parsed), path.slice(0, -1));
        if (empty.kind === 'mapping' && empty.items.length === 0 && parsed.source.slice(empty.slot?.start, empty.slot?.end) !== '{}')
          return;
        expect(splice(set.source, json.unset(set, path))).toBe(source);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['["a", "b", "c"]', 0, '["b", "c"]'],
    ['["a", "b", "c"]', 1, '["a", "c"]'],
    ['["a", "b", "c"]', 2, '["a", "b"]'],
    ['[ "a" ]', 0, '[]'],
    ['[\n  "a"\n]', 0, '[]'],
    ['[\n  "a",\n\n  "b"\n]', 1, '[\n  "a"\n]'],
  ])('takes its comma and line: %j', (list, index, rest) => {
    const source = `{"list": ${list}}`;
    expect(splice(source, json.unset(json.parse(source), ['list', index]))).toBe(`{"list": ${rest}}`);
  });

  it.each<[TreePath, string]>([
    [['none'], 'PATH_NOT_FOUND'],
    [[0], 'PATH_NOT_FOUND'],
    [['list', 1], 'PATH_NOT_FOUND'],
    [['list', 'key'], 'UNSUPPORTED'],
    [['list', 0, 'key'], 'UNSUPPORTED'],
    [[], 'UNSUPPORTED'],
  ])('refuses the path %j', (path, code) => {
    expect(() => json.unset(json.parse('{"list": [1]}'), path)).toThrow(expect.objectContaining({ code }));
  });
});
