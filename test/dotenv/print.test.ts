import { describe, expect, it } from 'vitest';
import { dotenv } from '../../src/formats/dotenv/index.ts';
import { converted, entries, yamlOf } from '../support/flat-scalars.ts';
import { lacks } from '../support/peers.ts';

describe.skipIf(lacks('sops', 'age-keygen'))('dotenv printed from other formats, as real sops does', () => {
  it('spells every type', () => {
    expect(dotenv.print([{ kind: 'mapping', items: entries }], {})).toBe(converted(yamlOf(''), 'dotenv')[0]);
  });

  it('keeps comments', () => {
    const comment = { kind: 'comment', text: ' about a' } as const;
    const entry = { kind: 'entry', key: 'a', value: { kind: 'leaf', type: 'str', text: 'x' } } as const;
    expect(dotenv.print([{ kind: 'mapping', items: [comment, entry] }], {})).toBe(converted('# about a\na: x\n', 'dotenv')[0]);
  });
});

describe('dotenv shows one value alone', () => {
  it('as it is, if it is a string', () => {
    expect(dotenv.printValue({ kind: 'leaf', type: 'str', text: 'a\nb' }, {})).toBe('a\nb');
  });

  it('not if it is anything else', () => {
    expect(() => dotenv.printValue({ kind: 'leaf', type: 'int', text: '1' }, {})).toThrow(
      expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT' }),
    );
  });
});

describe('dotenv refuses to print', () => {
  it.each(['mapping', 'sequence'] as const)('a %s', (kind) => {
    const entry = { kind: 'entry', key: 'a', value: { kind, items: [] } } as const;
    expect(() => dotenv.print([{ kind: 'mapping', items: [entry] }], {})).toThrow(
      expect.objectContaining({ code: 'UNPRINTABLE_DOCUMENT', details: { path: 'a' } }),
    );
  });
});
