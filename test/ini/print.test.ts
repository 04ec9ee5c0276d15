import { describe, expect, it } from 'vitest';
import type { Comment, Entry } from '../../src/document/tree.ts';
import { ini } from '../../src/formats/ini/index.ts';
import { converted, entries, yamlOf } from '../support/flat-scalars.ts';
import { lacks } from '../support/peers.ts';

const comment = (text: string): Comment => ({ kind: 'comment', text });
const entry = (key: string): Entry => ({ kind: 'entry', key, value: { kind: 'leaf', type: 'str', text: 'x' } });
const section = (key: string, ...items: readonly (Entry | Comment)[]): Entry => ({ kind: 'entry', key, value: { kind: 'mapping', items } });

describe.skipIf(lacks('sops', 'age-keygen'))('INI printed from other formats, as real sops does', () => {
  it('spells every type', () => {
    expect(ini.print([{ kind: 'mapping', items: [section('section', ...entries)] }], {})).toBe(
      converted(`section:\n${yamlOf('  ')}`, 'ini')[0],
    );
  });

  it('quotes keys, aligns them by bytes, and puts comments where they belong', () => {
    const yaml = [
      '# top',
      'DEFAULT:',
      '    # first',
      '    a: x',
      '    "q\\"uote": x',
      '    # of the key above',
      '    "co:lon": x',
      '    ünïcödé: x',
      'empty: {}',
      'other:',
      '    "back`tick": x',
      '    # one',
      '    # two',
      '    b: x',
      '',
    ].join('\n');
    const items = [
      comment(' top'),
      section('DEFAULT', comment(' first'), entry('a'), entry('q"uote'), comment(' of the key above'), entry('co:lon'), entry('ünïcödé')),
      section('empty'),
      section('other', entry('back`tick'), comment(' one'), comment(' two'), entry('b')),
    ];
    expect(ini.print([{ kind: 'mapping', items }], {})).toBe(converted(yaml, 'ini')[0]);
  });

  it('shows one value as JSON', () => {
    const finite = entries.filter(
      ({ value }) => value.kind !== 'leaf' || (value.type !== 'str' && value.type !== 'time' && !value.text.endsWith('Inf')),
    );
    const shown = converted(yamlOf(''), 'ini', ...finite.map(({ key }) => `["${key}"]`));
    expect(finite.map(({ value }) => ini.printValue(value, {}))).toEqual(shown);
  });
});

describe('INI refuses to print', () => {
  it.each([
    ['a value outside of sections', { kind: 'leaf', type: 'str', text: 'x' }],
    ['a list in a section', { kind: 'mapping', items: [{ kind: 'entry', key: 'k', value: { kind: 'sequence', items: [] } }] }],
    ['a mapping in a section', { kind: 'mapping', items: [{ kind: 'entry', key: 'k', value: { kind: 'mapping', items: [] } }] }],
  ] as const)('%s', (_, value) => {
    expect(() => ini.print([{ kind: 'mapping', items: [{ kind: 'entry', key: 'section', value }] }], {})).toThrow(
      expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }),
    );
  });
});
