import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getNode } from '../../src/document/change.ts';
import { splice } from '../../src/document/splice.ts';
import type { Leaf, Mapping, Node } from '../../src/document/tree.ts';
import { json } from '../../src/formats/json/index.ts';
import { lacks, needed, peerEnvironment } from '../support/peers.ts';

const leaf = (type: Leaf['type'], text: string, spelling?: string): Leaf => ({
  kind: 'leaf',
  type,
  text,
  ...(spelling === undefined ? {} : { spelling }),
});

const branch = (key: string): Mapping => ({ kind: 'mapping', items: [{ kind: 'entry', key, value: { kind: 'null' } }] });

describe('printing JSON values', () => {
  it.each([
    [leaf('str', '<a & "b">\u2028\\\u0001\b\u007fé'), String.raw`"\u003ca \u0026 \"b\"\u003e\u2028\\\u0001\b` + '\u007fé"'],
    [leaf('int', '-5', '-0x5'), '-5'],
    [leaf('float', '0.0000001'), '1e-7'],
    [leaf('float', '0.000001'), '0.000001'],
    [leaf('float', '1000000000000000000000', '1e21'), '1e+21'],
    [leaf('float', '-0'), '-0'],
    [leaf('bool', 'True'), 'true'],
    [leaf('time', '2024-01-02T03:04:05.6Z'), '"2024-01-02T03:04:05.6Z"'],
    [leaf('bytes', 'hé'), '"aMOp"'],
    [{ kind: 'null' } satisfies Node, 'null'],
    [{ kind: 'sequence', items: [{ kind: 'comment', text: ' gone' }] } satisfies Node, '[]'],
  ])('prints %j as Go does', (node, text) => {
    expect(json.printValue(node, {})).toBe(text);
  });

  it.each(['+Inf', '-Inf', 'NaN'])('refuses the float %s', (text) => {
    expect(() => json.printValue(leaf('float', text), {})).toThrow(expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }));
  });

  it('prints the first branch alone, and none not at all', () => {
    expect(json.print([branch('a'), branch('b')], {})).toBe('{\n\t"a": null\n}\n');
    expect(() => json.print([], {})).toThrow(expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }));
    expect(() => json.print([branch('a')], { indent: -2 })).toThrow(expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }));
  });

  it('seals a value in quotes and opens it with the spelling it had', () => {
    const source = '{"a": 1.50, "b":"x"}';
    const document = json.parse(source);
    const [a, b] = ['a', 'b'].map((key) => getNode(document.branches[0] ?? { kind: 'mapping', items: [] }, [key]));
    if (a?.kind !== 'leaf' || b?.kind !== 'leaf') throw new Error('no leaves');
    const sealed = splice(source, [json.seal(document, a, leaf('str', 'ENC[1]')), json.seal(document, b, leaf('str', 'ENC[2]'))]);
    expect(sealed).toBe('{"a": "ENC[1]", "b":"ENC[2]"}');
    const second = json.parse(sealed);
    const item = getNode(second.branches[0] ?? { kind: 'mapping', items: [] }, ['a']);
    if (item.kind !== 'leaf') throw new Error('no leaf');
    expect(splice(sealed, [json.open(second, item, a)])).toBe('{"a": 1.50, "b":"ENC[2]"}');
    expect(splice(sealed, [json.open(second, item, leaf('float', '0.5', '.5'))])).toBe('{"a": 0.5, "b":"ENC[2]"}');
  });
});

describe.skipIf(lacks('sops', 'age-keygen'))('single JSON values, beside real sops', () => {
  it('are printed as --extract prints them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'json-extract-'));
    try {
      const key = execFileSync(needed('age-keygen'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const source =
        '{"a": [1.50, {"x": "<>", "y": [], "z": {}}, null, true, -0.0, 1e21], "b": 12345678901234567890, "c": false, "d": {"e": [[1], []]}}';
      writeFileSync(join(folder, 'plain.json'), source);
      writeFileSync(
        join(folder, '.sops.yaml'),
        `creation_rules: [{ age: ${/age1\w+/.exec(key)?.[0] ?? ''} }]\nstores: { json: { indent: 3 } }\n`,
      );
      const run = (...words: readonly string[]): string =>
        execFileSync(needed('sops'), words, { cwd: folder, encoding: 'utf8', env: { ...peerEnvironment(), SOPS_AGE_KEY: key } });
      writeFileSync(join(folder, 'sealed.json'), run('encrypt', 'plain.json'));
      const [top] = json.parse(source).branches;
      for (const path of [['a'], ['a', 0], ['a', 1, 'y'], ['a', 3], ['a', 4], ['a', 5], ['b'], ['c'], ['d', 'e']]) {
        const shown = run('decrypt', '--extract', path.map((step) => `[${JSON.stringify(step)}]`).join(''), 'sealed.json');
        expect({ path, shown: json.printValue(getNode(top ?? { kind: 'mapping', items: [] }, path), { indent: 3 }) }).toEqual({
          path,
          shown,
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
