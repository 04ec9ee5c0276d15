import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { getNode } from '../../src/document/change.ts';
import type { Leaf, Mapping, Node } from '../../src/document/tree.ts';
import { walk } from '../../src/document/walk.ts';
import { SopsError } from '../../src/errors.ts';
import { json } from '../../src/formats/json/index.ts';
import { damaged, jsonDocument, seeded } from '../support/json-documents.ts';

const leavesOf = (source: string): readonly Leaf[] => {
  const leaves: Leaf[] = [];
  for (const branch of json.parse(source).branches) walk(branch, (item) => item.kind === 'leaf' && leaves.push(item));
  return leaves;
};

function failure(source: string): SopsError {
  try {
    json.parse(source);
  } catch (error) {
    if (error instanceof SopsError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** `accepted`, or all that the error shows. */
function outcome(source: string): string {
  try {
    json.parse(source);
    return 'accepted';
  } catch (error) {
    if (error instanceof SopsError) return `${error.message} ${JSON.stringify(error.details)}`;
    throw error;
  }
}

const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

/** Every node of a tree with the text it stands in. */
function* nodesIn(source: string, node: Node): Generator<readonly [Node, string]> {
  yield [node, source.slice(node.slot?.start, node.slot?.end)];
  if (node.kind === 'leaf' || node.kind === 'null') return;
  for (const item of node.items) if (item.kind !== 'comment') yield* nodesIn(source, item.kind === 'entry' ? item.value : item);
}

describe('reading JSON', () => {
  it('knows where every value and key stands', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const source = jsonDocument(seeded(seed));
        const [top] = json.parse(source).branches;
        for (const [node, text] of nodesIn(source, top ?? { kind: 'null' })) {
          expect(json.print(json.parse(`{"v":${text}}`).branches, {})).toBe(
            json.print([{ kind: 'mapping', items: [{ kind: 'entry', key: 'v', value: node }] }], {}),
          );
          for (const item of node.kind === 'mapping' ? node.items : []) {
            expect(item.kind === 'entry' && getNode(keyed(source.slice(item.keySpan?.start, item.keySpan?.end)), [item.key]).kind).toBe(
              'null',
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['1', 'int', '1', undefined],
    ['-0', 'int', '0', '-0'],
    ['-0.0', 'float', '-0', '-0.0'],
    ['1.0', 'float', '1', '1.0'],
    ['1E5', 'float', '100000', '1E5'],
    ['1e-7', 'float', '0.0000001', '1e-7'],
    ['9223372036854775807', 'int', '9223372036854775807', undefined],
    ['-9223372036854775808', 'int', '-9223372036854775808', undefined],
    ['9223372036854775808', 'float', '9223372036854776000', '9223372036854775808'],
    ['true', 'bool', 'True', undefined],
    [String.raw`"\ud83d\ude00 \ud83d \u00e9"`, 'str', '😀 \ufffd é', undefined],
  ])('reads %s as %s %s', (value, type, text, spelling) => {
    expect(leavesOf(`{"v":${value}}`)).toEqual([
      { kind: 'leaf', type, text, ...(spelling === undefined ? {} : { spelling }), slot: { start: 5, end: 5 + value.length } },
    ]);
  });

  it('notes the integers that real sops rounds', () => {
    expect(json.parse('{"a": 12345678901234567890, "b": 1.5}').notes).toMatchObject([{ span: { start: 6, end: 26 } }]);
  });

  it('lets a byte order mark pass', () => {
    expect(leavesOf('\ufeff{"v":1}')).toMatchObject([{ slot: { start: 6, end: 7 } }]);
  });

  it('keeps keys that repeat, as real sops does', () => {
    expect(leavesOf('{"a":1,"a":2}').map(({ text }) => text)).toEqual(['1', '2']);
  });

  it.each([
    ['', 1, 1],
    ['[1]', 1, 1],
    ['"x"', 1, 1],
    ['{"a":1,}', 1, 8],
    ['{"a":01}', 1, 7],
    ['{"a":1.}', 1, 7],
    ['{\n  "a": tru\n}', 2, 8],
    ['{\r\n  "a": 1e400\r\n}', 2, 8],
    ['{"a":"\t"}', 1, 7],
    [String.raw`{"a":"\x"}`, 1, 7],
    ['{a:1}', 1, 2],
    ["{'a':1}", 1, 2],
    ['{"a":1 // comment\n}', 1, 8],
    ['{"a":NaN}', 1, 6],
    ['{"a":1, "b"', 1, 12],
  ])('refuses %j at line %i, column %i', (source, line, column) => {
    const { code, details, message } = failure(source);
    expect({ code, position: details.position }).toEqual({ code: 'MALFORMED_DOCUMENT', position: { line, column } });
    expect(message).toContain(`line ${line}, column ${column}`);
  });

  it('refuses what nests too deep, and reads what does not, however often it does so', () => {
    expect(leavesOf(nested(1000))).toEqual([]);
    expect(failure(nested(1001)).code).toBe('MALFORMED_DOCUMENT');
    expect(failure(`{"a":${'[{"b":'.repeat(1_000_000)}`).code).toBe('MALFORMED_DOCUMENT');
  });

  it('never shows in an error what stands in the document', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const source = damaged(jsonDocument(seeded(seed)).replaceAll('secret', 'hunter2hunter2'), seeded(seed));
        expect(outcome(source)).not.toContain('hunter2');
      }),
      { numRuns: 1000 },
    );
  });

  it('reads 100,000 sealed values within a quarter of a second', () => {
    const sealed = `"ENC[AES256_GCM,data:${'A'.repeat(40)},iv:${'B'.repeat(44)},tag:${'C'.repeat(24)},type:str]"`;
    const source = `{\n${Array.from({ length: 100_000 }, (_, index) => `\t"key ${index}": ${sealed}`).join(',\n')}\n}\n`;
    json.parse(source.slice(0, source.indexOf(',\n')).concat('}'));
    const started = performance.now();
    json.parse(source);
    // A machine that does other things as well is allowed four times as long.
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

const keyed = (key: string): Mapping => json.parse(`{${key}:null}`).branches[0] ?? { kind: 'mapping', items: [] };
