// Encrypted versions of a file, put together: values and ciphertexts; real sops reads what comes of it.
import { afterAll, describe, expect, test } from 'vitest';
import type { FormatName } from '../../../src/formats/format.ts';
import { formatOf } from '../../interop/library.ts';
import { lacks } from '../../support/peers.ts';
import { edit, open, RealSops, seal } from '../bench.ts';
import { bytes, ciphertexts, labels, merged, starting, text, versions } from './versions.ts';

const cases: readonly (readonly [what: string, name: FormatName, base: string, ours: string, theirs: string, both: string])[] = [
  ['keys added in one place', 'yaml', 'a: 1\n', 'a: 1\n# x\nb: 2\n', 'a: 1\n# y\nc: 3\n', 'a: 1\n# x\nb: 2\n# y\nc: 3\n'],
  ['lines that touch', 'yaml', 'a: 1\nb: 2\n', 'a: 5\nb: 2\n', 'a: 1\nb: 6\n', 'a: 5\nb: 6\n'],
  ['a value and the comment behind it', 'yaml', 'a: 1 # x\nb: 2\n', 'a: 5 # x\nb: 2\n', 'a: 1 # y\nb: 2\n', 'a: 5 # y\nb: 2\n'],
  ['a mapping that both make', 'yaml', 'a: 1\n', 'a: 1\nm:\n  x: 1\n', 'a: 1\nm:\n  y: 2\n', 'a: 1\nm:\n  x: 1\n  y: 2\n'],
  ['a flow mapping on one line', 'yaml', 'm: {a: 1, b: 2}\n', 'm: {a: 5, b: 2}\n', 'm: {a: 1, b: 2, c: 3}\n', 'm: {a: 5, b: 2, c: 3}\n'],
  ['items of a list', 'yaml', 'l:\n  - a\n  - b\n', 'l:\n  - x\n  - a\n  - b\n', 'l:\n  - a\n  - c\n', 'l:\n  - x\n  - a\n  - c\n'],
  [
    'mappings of a list, by name',
    'yaml',
    'u:\n  - name: a\n    p: 1\n  - name: b\n    p: 2\n',
    'u:\n  - name: n\n    p: 0\n  - name: a\n    p: 1\n  - name: b\n    p: 9\n',
    'u:\n  - name: a\n    p: 1\n    r: x\n  - name: b\n    p: 2\n',
    'u:\n  - name: n\n    p: 0\n  - name: a\n    p: 1\n    r: x\n  - name: b\n    p: 9\n',
  ],
  ['several documents', 'yaml', 'a: 1\n---\nb: 1\n', 'a: 2\n---\nb: 1\nc: 1\n', 'a: 1\n---\nb: 2\nd: 1\n', 'a: 2\n---\nb: 2\nd: 1\nc: 1\n'],
  [
    'spelling and anchors',
    'yaml',
    'a: &x 0x1F\nb: *x\nc: 1.50\n',
    'a: &x 0x1F\nb: *x\nc: 1.50\nd: 1e3\n',
    'a: &x 0x2F\nb: *x\nc: 1.50\n',
    'a: &x 0x2F\nb: *x\nc: 1.50\nd: 1e3\n',
  ],
  ['a key that one side moved', 'dotenv', 'A=1\n\nB=2\n', 'B=2\nA=1\nC=3\n', 'X=9\n\nA=1\n\nB=8\n', 'X=9\n\nB=8\nA=1\nC=3\n'],
  ['Windows line breaks', 'yaml', 'a: 1\r\nb: 2\r\n', 'a: 5\r\nb: 2\r\n', 'a: 1\r\nb: 2\r\nc: 3\r\n', 'a: 5\r\nb: 2\r\nc: 3\r\n'],
  ['line breaks that one side changed', 'yaml', 'a: 1\nb: 2\n', 'a: 1\r\nb: 2\r\n', 'a: 1\nb: 3\n', 'a: 1\r\nb: 3\r\n'],
  [
    'members of an object',
    'json',
    '{\n  "a": 1\n}\n',
    '{\n  "a": 1,\n  "b": 2\n}\n',
    '{\n  "a": 1,\n  "c": 3\n}\n',
    '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n',
  ],
  ['an object on one line', 'json', '{"a": 1, "b": 2}', '{"a": 5, "b": 2}', '{"a": 1, "b": 6}', '{"a": 5, "b": 6}'],
  ['lines at the end', 'dotenv', 'A=1\n', 'A=1\nB=2\n', 'A=1\n# c\nC=3\n', 'A=1\nB=2\n# c\nC=3\n'],
  ['keys of a section', 'ini', '[s]\na = 1\n', '[s]\na = 1\nb = 2\n', '[s]\na = 3\n\n[t]\nx = 1\n', '[s]\na = 3\nb = 2\n\n[t]\nx = 1\n'],
  [
    'a key that both moved',
    'ini',
    '[a]\nx = 1\n[b]\nk = n\n',
    '[a]\nk = n\n\n[b]\n; c\n',
    '[a]\n\nk = n\nx = 1\n[b]\n',
    '[a]\n\nk = n\n\n[b]\n; c\n',
  ],
  ['lines of a binary file', 'binary', 'a\nb\nc\n', 'x\nb\nc\n', 'a\nb\ny\n', 'x\nb\ny\n'],
];

describe.skipIf(lacks('sops', 'age-keygen'))('two sides of an encrypted file', () => {
  const sops = new RealSops();
  afterAll(() => {
    sops.remove();
  });

  const named = cases.map(([what, name, base, ours, theirs, both]) => ({ what, name, texts: [base, ours, theirs] as const, both }));

  test.each(named)('$what: $name', async ({ name, texts, both }) => {
    const [sealed, mine, others] = await versions(name, ...texts);
    const { content, notes } = await merged(name, [sealed, mine, others]);
    const result = text({ content });
    expect(await open(name, result)).toBe(both);
    sops.decrypt(name, result);
    expect(notes.filter((note) => !note.includes('ours come first'))).toEqual([]);
    // Only the MAC and the layout entry are new; of a binary file, which is one value, that as well.
    const known = new Set([mine, others].flatMap(ciphertexts));
    const fresh = ciphertexts(result).filter((one) => !known.has(one) && !isMetadata(result, one));
    expect(fresh).toHaveLength(name === 'binary' ? 1 : 0);
    const mirrored = await open(name, text(await merged(name, [sealed, others, mine])));
    expect(partsOf(mirrored)).toEqual(partsOf(both));
  });

  /** The lines of a text, in any order and without what stands between them. */
  const partsOf = (plain: string): readonly string[] => plain.split(/,?\s*\n\s*/).toSorted((one, other) => (one < other ? -1 : 1));

  const isMetadata = (sealed: string, ciphertext: string): boolean =>
    new RegExp(`(?:mac|layout)"?\\s*[:=] ?"?${ciphertext.replaceAll(/[^\w]/g, String.raw`\$&`)}`).test(sealed);

  test('of which only one changed anything is that side, byte for byte', async () => {
    const [base, ours] = await versions('yaml', 'a: 1\n', 'a: 2\n', 'a: 1\n');
    for (const three of [
      [base, ours, base],
      [base, base, ours],
      [base, ours, ours],
      [undefined, ours, ours],
    ] as const)
      expect(text(await merged('yaml', three))).toBe(ours);
  });

  test('that were written by real sops come to what it reads', async () => {
    const base = sops.encrypt('yaml', 'a: 1 # c\nb: 2\n');
    const ours = sops.change('yaml', base, ['set'], ['["c"]', '3']);
    const theirs = sops.change('yaml', base, ['set'], ['["d"]', '4']);
    expect(sops.decrypt('yaml', text(await merged('yaml', [base, ours, theirs])))).toBe('# c\na: 1\nb: 2\nc: 3\nd: 4\n');
  });
});

describe('what both sides changed', () => {
  const conflicts: readonly (readonly [what: string, base: string, ours: string, theirs: string, told: string])[] = [
    ['a value', 'a: 1\nb: 2\n', 'a: 3\nb: 2\n', 'a: 4\nb: 2\n', 'a: changed on both sides'],
    ['removed and changed', 'a: 1\nb: 2\n', 'b: 2\n', 'a: 4\nb: 2\n', 'a: removed by us, changed by them'],
    ['changed and removed below', 'm:\n  a: 1\nb: 2\n', 'm:\n  a: 3\nb: 2\n', 'b: 2\n', 'm: changed by us, removed by them'],
    ['added', 'b: 2\n', 'b: 2\na: 3\n', 'b: 2\na: 4\n', 'a: added on both sides with different values'],
    ['renamed and removed', 'a: hush\nb: 2\n', 'c: hush\nb: 2\n', 'b: 2\n', 'c: moved here by us, removed by them'],
    ['a number renamed and removed', 'a: 482910\nb: 2\n', 'c: 482910\nb: 2\n', 'b: 2\n', 'c: moved here by us, removed by them'],
    ['a list renamed and removed', 'a: [x]\nb: 2\n', 'c: [x]\nb: 2\n', 'b: 2\n', 'c: moved here by us, removed by them'],
    ['commented and removed', 'a: 1\nb: 2\n', '# why\na: 1\nb: 2\n', 'b: 2\n', 'a: removed on one side, and given a comment on the other'],
    ['renamed and changed', 'a: hush\nb: 2\n', 'c: hush\nb: 2\n', 'a: else\nb: 2\n', 'a: removed by us, changed by them'],
    ['a comment', '# one\na: 1\n', '# two\na: 1\n', '# three\na: 1\n', 'a: its comments were changed on both sides'],
    [
      'an item removed and moved',
      'l: [x, y, z]\n',
      'l: [y, z]\n',
      'l: [y, z, x]\n',
      'l: items of the list were moved, changed or removed in different ways',
    ],
    [
      'an item moved twice',
      'l: [x, a, b, c, d]\n',
      'l: [a, b, x, c, d]\n',
      'l: [a, b, c, d, x]\n',
      'l: items of the list were moved, changed or removed in different ways',
    ],
    [
      'an item removed and changed',
      'l:\n  - name: a\n    p: 1\n  - b\n',
      'l:\n  - b\n',
      'l:\n  - name: a\n    p: 2\n  - b\n',
      'l: the same part of the list was changed on both sides',
    ],
  ];

  const named = conflicts.map(([what, base, ours, theirs, told]) => ({ what, base, ours, theirs, told }));

  test('comments that cannot be put together leave markers all the same', async () => {
    const merge = await starting('ini', await versions('ini', '', '; one\n', '; two\nk = 1\n'));
    expect(merge.conflicts).toEqual(['the whole file: the comments of both sides cannot be put together']);
    const marked = text(merge.marked(labels));
    expect(marked).toMatch(/^<{7} [^]*; one[^]*^={7}$[^]*; two[^]*^>{7} /m);
  });

  test.each(named)('$what', async ({ base, ours, theirs, told }) => {
    const three = await versions('yaml', base, ours, theirs);
    const merge = await starting('yaml', three);
    expect(merge.conflicts).toEqual([told]);
    const { content, markerSize } = merge.marked(labels);
    const marked = text({ content });
    expect(marked).toContain(`${'<'.repeat(markerSize)} HEAD`);
    expect(() => formatOf('yaml').parse(marked)).toThrow(/./);
    // What was renamed by us and not by them is there under its new name as well: told, as a conflict.
    const renamed = told === 'a: removed by us, changed by them' && ours.startsWith('c') ? 'c: hush\n' : '';
    expect(await open('yaml', text(await merge.settled('theirs')))).toBe(renamed + theirs);
    expect(await open('yaml', text(await merge.settled('ours')))).toBe(ours);
  });

  test('is marked alone: what only one side changed is there', async () => {
    const three = await versions('yaml', 'a: 1\nb: 2\nc: 3\n', 'a: 4\nb: 2\nc: 3\nd: 1\n', 'a: 5\nc: 3\n');
    const merge = await starting('yaml', three);
    const marked = text(merge.marked(labels));
    expect(marked).toBe('<<<<<<< HEAD\na: 4\n||||||| base\na: 1\n=======\na: 5\n>>>>>>> topic\nc: 3\nd: 1\n');
    const { content } = await merge.finish(bytes('a: 6\nc: 3\nd: 1\n'), 'ours');
    expect(await open('yaml', text({ content }))).toBe('a: 6\nc: 3\nd: 1\n');
  });

  test('has longer markers where the text has lines like some', async () => {
    const three = await versions('binary', 'a\n=======\n', 'b\n=======\n', 'c\n=======\n');
    const merge = await starting('binary', three);
    expect(text(merge.marked(labels))).toBe('<<<<<<<< HEAD\nb\n|||||||| base\na\n========\nc\n>>>>>>>> topic\n=======\n');
  });
});

describe('a side that is not encrypted', () => {
  test('comes into the encrypted file, and is never shown as it is', async () => {
    const base = 'a: 1\nb: hush\n';
    const sealed = await seal('yaml', base);
    for (const [ours, theirs] of [
      [sealed, 'a: 1\nb: hush\nc: 3\n'],
      ['a: 1\nb: hush\nc: 3\n', sealed],
    ] as const) {
      const { content, notes } = await merged('yaml', [base, ours, theirs]);
      expect(await open('yaml', text({ content }))).toBe('a: 1\nb: hush\nc: 3\n');
      expect(notes).toEqual([expect.stringMatching(/version is not encrypted: the merged file is$/)]);
    }
    const merge = await starting('yaml', [sealed, await edit('yaml', sealed, (one) => one.replace('1', '5')), 'a: 6\nb: hush\n']);
    expect(merge.conflicts).toHaveLength(1);
    const concealed = Buffer.from(await merge.concealed('theirs')).toString();
    expect(concealed).not.toContain('hush');
    expect(await open('yaml', concealed)).toBe('a: 6\nb: hush\n');
  });

  test('is told from one that is broken: a MAC that does not fit, a value in clear', async () => {
    const [base, ours, theirs] = await versions('yaml', 'a: 1\nb: 2\n', 'a: 3\nb: 2\n', 'a: 1\nb: 4\n');
    const cut = theirs.replace(/^a: .*\n/m, '');
    await expect(starting('yaml', [base, ours, cut])).rejects.toMatchObject({
      code: 'MAC_MISMATCH',
      message: expect.stringMatching(/^their version cannot be read/),
    });
    await expect(starting('yaml', [base, ours, theirs.replace(/^a: .*$/m, 'a: 9')])).rejects.toMatchObject({ code: 'VALUE_UNOPENABLE' });
  });
});
