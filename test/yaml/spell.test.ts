import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { canStandPlain, spellDouble, spellKey, spellLiteral, spellScalar, spellSingle } from '../../src/formats/yaml/spell.ts';
import { seeded } from '../support/json-documents.ts';
import { lacks, needed } from '../support/peers.ts';
import { trickyStrings, yamlString } from '../support/yaml-trees.ts';

const runs = Number(process.env['SOPSMITH_YAML_PRINT_RUNS'] ?? 1500);
const seed = Number(process.env['SOPSMITH_SEED'] ?? 1);

const block = { flow: false, indent: 2, hint: 2 };
const flow = { flow: true, indent: 0, hint: 0 };
const spell = (text: string, place: typeof block): string => spellScalar({ type: 'str', text }, place);

const typed = (type: 'int' | 'float' | 'bool' | 'time', text: string): string => spellScalar({ type, text, spelling: 'x' }, block);

describe('spelling a scalar', () => {
  it.each([
    ['plain words', 'plain words', 'plain words'],
    ['a,b', 'a,b', "'a,b'"],
    ['http://x', 'http://x', "'http://x'"],
    ['yes', '"yes"', '"yes"'],
    ['1:30', '"1:30"', '"1:30"'],
    ['', '""', '""'],
    ["it's", "it's", "it's"],
    ['# no', "'# no'", "'# no'"],
    ['a\tb', '"a\\tb"', '"a\\tb"'],
    ['🎉', '"\\U0001F389"', '"\\U0001F389"'],
    ['a\nb', '|-\n  a\n  b', '"a\\nb"'],
    ['a\nb\n', '|\n  a\n  b', '"a\\nb\\n"'],
    ['a\n\n', '|+\n  a\n', '"a\\n\\n"'],
    [' a\n\nb', '|2-\n   a\n\n  b', '" a\\n\\nb"'],
    ['a \nb', '"a \\nb"', '"a \\nb"'],
  ])('%j', (text, inBlock, inFlow) => {
    expect(spell(text, block)).toBe(inBlock);
    expect(spell(text, flow)).toBe(inFlow);
  });

  it('prints numbers, bools and times from their canonical text, as go-yaml does', () => {
    expect(typed('int', '31')).toBe('31');
    expect(['1', '1.5', '1234567', '999999', '0.0001', '0.00001', '-0', '+Inf', '-Inf', 'NaN'].map((text) => typed('float', text))).toEqual(
      ['1', '1.5', '1.234567e+06', '999999', '0.0001', '1e-05', '-0', '.inf', '-.inf', '.nan'],
    );
    expect(typed('bool', 'True')).toBe('true');
    expect(typed('time', '2001-02-03T04:05:06.7Z')).toBe('2001-02-03T04:05:06.7Z');
  });

  it('keeps a key on one line, and from being taken for a merge', () => {
    expect(spellKey('a\nb', false)).toBe('"a\\nb"');
    expect(spellKey('<<', false)).toBe('"<<"');
    expect(spellKey('a: b', false)).toBe("'a: b'");
  });

  it('leaves emoji in double quotes as people write them, if asked to', () => {
    expect(spellDouble('🎉\n"', 'raw')).toBe('"🎉\\n\\""');
    expect(spellDouble('🎉')).toBe('"\\U0001F389"');
  });

  it('says when a style cannot hold a text', () => {
    expect(['a\nb', '\u0001', '\u2028'].map(spellSingle)).toEqual([undefined, undefined, undefined]);
    expect(['a', 'a\n\n', '\u0001\n', ' a\n', '\n'].map((text) => spellLiteral(text, '|', 2))).toEqual(Array.from({ length: 5 }));
    expect(spellLiteral('a\n', '|-', 2)).toBeUndefined();
    expect(spellLiteral('a', '|+', 2)).toBeUndefined();
    expect(spellLiteral(' a \n', '|2', 4)).toBe('|2\n     a ');
    expect(spellLiteral('', '|-', 4)).toBe('|-');
    expect(spellLiteral('a\n  \n🎉\n', '|', 1)).toBe('|\n a\n   \n 🎉');
    expect(['yes', 'a, b', '🎉', 'a\tb'].map((text) => canStandPlain(text, false))).toEqual([true, true, true, true]);
    expect(['1', 'a: b', ' a', 'a #b', '<<', 'a\nb', ''].some((text) => canStandPlain(text, false))).toBe(false);
    expect(['a, b', '?a', '[', 'a]'].some((text) => canStandPlain(text, true))).toBe(false);
  });
});

/** Every spelling of a text, as the value of `k`. */
function spellings(text: string): readonly string[] {
  const single = spellSingle(text);
  const literals = ['|', '|-', '|+', '|2', '|2-', '|2+'].map((header) => spellLiteral(text, header, 2));
  const styled = [single, ...literals, canStandPlain(text, false) ? text : undefined].filter((spelled) => spelled !== undefined);
  const values = [spell(text, block), `[ ${spell(text, flow)} ]`, spellDouble(text), spellDouble(text, 'raw'), ...styled];
  const inFlow = canStandPlain(text, true) ? [`[${text}]`] : [];
  return [...values, ...inFlow, `\n    - ${spell(text, { ...block, indent: 6 })}`].map((value) => `k: ${value}`);
}

interface Seen {
  readonly leaves?: readonly { readonly aad: string; readonly type: string; readonly text: string }[];
}

function read(documents: readonly string[]): readonly Seen[] {
  const input = documents.map((text) => `${text}\0`).join('');
  const { stdout } = spawnSync(needed('oracle'), ['yaml'], { input, maxBuffer: 2 ** 30, encoding: 'utf8' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): Seen => JSON.parse(line));
}

describe.skipIf(lacks('oracle'))('a spelled scalar, read by real sops', () => {
  const texts = [...trickyStrings, ...Array.from({ length: runs }, (_, index) => yamlString(seeded(seed * 1_000_000 + index)))].filter(
    (text) => text !== '',
  );

  it(`is the same string in every style that can hold it, for ${texts.length} strings`, () => {
    const wanted = texts.flatMap((text) => spellings(text).map((document) => ({ text, document: `${document}\nz: 1\n` })));
    const answers = read(wanted.map(({ document }) => document));
    expect(answers.map(({ leaves }) => leaves?.[0])).toEqual(wanted.map(({ text }) => ({ aad: 'k:', type: 'str', text })));
  });

  it(`is the same key, for ${texts.length} strings`, () => {
    const wanted = texts.flatMap((text) => [
      { text, document: `k:\n  ${spellKey(text, false)}: v\n` },
      { text, document: `k: {${spellKey(text, true)}: v}\n` },
    ]);
    const answers = read(wanted.map(({ document }) => document));
    expect(answers.map(({ leaves }) => leaves?.[0]?.aad)).toEqual(wanted.map(({ text }) => `k:${text}:`));
  });
});
