import { array, assert, constantFrom, dictionary, letrec, oneof, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/document/tree.ts';
import { SopsError } from '../../src/errors.ts';
import { findRecord, hasRecord, shapeRecord, withoutRecord } from '../../src/metadata/shape.ts';
import { mappingOf, type Plain, plainOf } from '../support/nodes.ts';

const record = { age: [{ enc: 'a\nb', recipient: 'r' }], context: { b: 'x' }, mac_only_encrypted: true, version: '1' };
const flat = { age__list_0__map_enc: 'a\nb', age__list_0__map_recipient: 'r', context__map_b: 'x', mac_only_encrypted: true, version: '1' };
const prefixed = Object.fromEntries(Object.entries(flat).map(([key, value]) => [`sops_${key}`, value]));

const found = (branch: Mapping, shape: 'nested' | 'section' | 'prefixed'): Plain | undefined => {
  const mapping = findRecord([branch], shape);
  return mapping && plainOf(mapping);
};

describe('the three shapes of the record', () => {
  it.each([
    ['nested', { a: 'b', sops: record }, record],
    ['section', { s: { a: 'b' }, sops: flat }, flat],
    ['prefixed', { a: 'b', ...prefixed }, prefixed],
  ] as const)('%s: found, taken out, and made', (shape, document, shaped) => {
    const branch = mappingOf(document);
    expect(found(branch, shape)).toEqual(record);
    expect(plainOf(shapeRecord(mappingOf(record), shape))).toEqual(shaped);
    expect(hasRecord([branch], shape)).toBe(true);
    const [rest] = withoutRecord([branch], shape);
    expect(rest && plainOf(rest)).toEqual(shape === 'section' ? { s: { a: 'b' } } : { a: 'b' });
    expect(rest && hasRecord([rest], shape)).toBe(false);
    expect(rest && findRecord([rest], shape)).toBeUndefined();
  });

  it('is that of the first document, and goes out of all', () => {
    const branches = [mappingOf({ a: 'b' }), mappingOf({ sops: record })];
    expect(findRecord(branches, 'nested')).toBeUndefined();
    expect(withoutRecord(branches, 'nested').map(plainOf)).toEqual([{ a: 'b' }, {}]);
  });

  it('is flattened and made whole again, whatever it holds', () => {
    const key = stringMatching(/^[a-z_]{0,6}$/).filter((name) => !/__|^_|_$/.test(name));
    const value = letrec<{ node: Plain; map: { readonly [key: string]: Plain } }>((tie) => ({
      node: oneof(
        { depthSize: 'small' },
        constantFrom<Plain>('x', '', 1, false),
        array(tie('node'), { minLength: 1, maxLength: 3 }),
        tie('map'),
      ),
      map: dictionary(key, tie('node'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    })).map;
    assert(
      property(value, constantFrom('section', 'prefixed'), (nested, shape) => {
        const shaped = shapeRecord(mappingOf(nested), shape);
        expect(
          found(shape === 'section' ? { kind: 'mapping', items: [{ kind: 'entry', key: 'sops', value: shaped }] } : shaped, shape),
        ).toEqual(nested);
      }),
    );
  });

  it.each<[string, { readonly [key: string]: Plain }]>([
    ['a list with a hole', { sops_a__list_0: 'x', sops_a__list_2: 'y' }],
    ['a list with a huge index', { sops_a__list_999999999999: 'x' }],
    ['a value that is a map', { sops_a: 'x', sops_a__map_b: 'y' }],
    ['a map that is a list', { sops_a__map_b: 'x', sops_a__list_0: 'y' }],
    ['two items in one place', { sops_a__list_0: 'x', sops_a__list_: 'y' }],
    ['a nesting without end', { [`sops_${'__map_a'.repeat(100_000)}`]: 'x' }],
  ])('refuses %s', (_, document) => {
    expect(() => findRecord([mappingOf(document)], 'prefixed')).toThrow(expect.objectContaining({ code: 'MALFORMED_METADATA' }));
  });

  it('refuses a record that is no mapping, or stands there twice', () => {
    expect(() => findRecord([mappingOf({ sops: 'x' })], 'nested')).toThrow(SopsError);
    const twice: Mapping = { kind: 'mapping', items: [...mappingOf({ sops: record }).items, ...mappingOf({ sops: record }).items] };
    expect(() => findRecord([twice], 'nested')).toThrow(/twice/);
  });
});
