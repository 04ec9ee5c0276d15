// A change to one thing changes the lines of that thing, and of the time, the MAC and the layout entry, which are of the whole.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { recipients } from '../support/real-sops.ts';
import { lacks } from '../support/peers.ts';
import { edit, forRecipients, open, RealSops, recipient, seal, setting, unsetting } from './bench.ts';
import { changedKeys, changedValues, lineDifference, linesOnlyIn, withoutFresh } from './lines.ts';

/** Ten groups of ten services of ten values, in the spelling of people; ours needs a layout entry only for what `more` adds. */
function thousand(more = ''): string {
  const value = (group: number, service: number, at: number): string => {
    const word = `value ${group}-${service}-${at}`;
    return [word, `"${word}"`, `'${word}'`, `${group + 1}${service}${at}`, at % 2 === 0 ? 'true' : 'false'][at % 5] ?? '';
  };
  const services = (group: number): string =>
    Array.from(
      { length: 10 },
      (_, service) =>
        `  # service ${service}\n  s${service}:\n${Array.from({ length: 10 }, (__, at) => `    g${group}s${service}v${at}: ${value(group, service, at)}\n`).join('')}`,
    ).join('');
  return `${Array.from({ length: 10 }, (_, group) => `g${group}:\n${services(group)}`).join('\n')}${more}`;
}

const inAlphabet = (keys: readonly string[]): readonly string[] => keys.filter((key) => key !== 'lastmodified').toSorted();

const path = ['g4', 's5', 'g4s5v6'] as const;

const change = (plain: string): string => {
  const changed = plain.replace('value 4-5-6', 'another value');
  expect(changed).not.toBe(plain);
  return changed;
};

describe('a thousand values of ours', () => {
  let [plain, spelled] = ['', ''];
  beforeAll(async () => {
    plain = await seal('yaml', thousand());
    spelled = await seal('yaml', thousand('hex: 0x1F\nfolded: "\\u00e9"\n'));
  });

  test('have a layout entry only where ciphertext cannot carry a spelling', () => {
    expect([plain.includes('layout:'), spelled.includes('layout:')]).toEqual([false, true]);
  });

  test('an edit of one changes its line, and those of the time and the MAC', async () => {
    const edited = await edit('yaml', plain, change);
    expect(inAlphabet(changedKeys(plain, edited))).toEqual(['g4s5v6', 'mac']);
    expect(await open('yaml', edited)).toBe(change(thousand()));
  });

  test('an edit of one changes the layout entry as well where there is one', async () => {
    const edited = await edit('yaml', spelled, change);
    expect(inAlphabet(changedKeys(spelled, edited))).toEqual(['g4s5v6', 'layout', 'mac']);
    expect(await open('yaml', edited)).toBe(change(thousand('hex: 0x1F\nfolded: "\\u00e9"\n')));
  });

  test('set', async () => {
    const quiet = await setting('yaml', plain, path, '"another value"');
    expect(inAlphabet(changedKeys(plain, quiet))).toEqual(['g4s5v6', 'mac']);
    const withLayout = await setting('yaml', spelled, path, '"another value"');
    expect(inAlphabet(changedKeys(spelled, withLayout))).toEqual(['g4s5v6', 'layout', 'mac']);
    expect(await open('yaml', withLayout)).toBe(change(thousand('hex: 0x1F\nfolded: "\\u00e9"\n')));
  });

  test('unset removes one line', async () => {
    const { removed, added } = lineDifference(withoutFresh(plain), withoutFresh(await unsetting('yaml', plain, path)));
    expect(removed).toEqual([expect.stringMatching(/^ +g4s5v6: /)]);
    expect(added).toEqual([]);
  });

  test('an edit that changes nothing keeps each ciphertext', async () => {
    for (const sealed of [plain, spelled]) {
      const edited = await edit('yaml', sealed, (same) => same);
      expect(changedValues(sealed, edited)).toEqual([]);
      expect(withoutFresh(edited)).toBe(withoutFresh(sealed));
    }
  });

  test('a value that is new gets a line, and no other changes', async () => {
    const edited = await edit('yaml', plain, (text) => text.replace(/^( +)g4s5v6: .*$/m, '$&\n$1fresh: new'));
    const { removed, added } = lineDifference(withoutFresh(plain), withoutFresh(edited));
    expect([removed, added]).toEqual([[], [expect.stringMatching(/^ +fresh: ENC\[/)]]);
  });

  test.each([
    ['a: x\nlist: # note\n  - x\n  - x\n  - x\n  - y\n  - x\n', '- x\n  - x\n  - x', '- x\n  - z\n  - x', 1],
    ['list:\n  - x\n  - x\n  - x\n', '- x', '- z', 1],
    ['list:\n  - k: x\n    n: 1\n  - k: x\n    n: 1\n', 'n: 1', 'n: 2', 1],
    ['list: ["x", "x", "x"]\nafter: 1\n', '["x"', '["z"', 1],
    ['a: x\n---\na: x\n---\na: x\n', 'a: x', 'a: z', 1],
  ])('of equal values that repeat, the one that changes: %j', async (source, from, to, lines) => {
    const sealed = await seal('yaml', source);
    const edited = await edit('yaml', sealed, (text) => text.replace(from, to));
    expect(changedValues(sealed, edited)).toHaveLength(lines);
    const ciphertexts = (text: string): readonly string[] => withoutFresh(text).match(/ENC\[[^\]]*\]/gu) ?? [];
    const [old, now] = [ciphertexts(sealed), ciphertexts(edited)];
    expect(now.filter((one, at) => one !== old[at])).toHaveLength(1);
    expect(await open('yaml', edited)).toBe(source.replace(from, to));
  });

  test('of equal values that repeat, the one that goes', async () => {
    const source = 'list:\n  - x\n  - y\n  - x\n  - x\n';
    const sealed = await seal('yaml', source);
    const edited = await edit('yaml', sealed, (text) => text.replace('- x\n  - y\n  - x\n', '- y\n  - x\n'));
    const { removed, added } = lineDifference(withoutFresh(sealed), withoutFresh(edited));
    expect([removed.length - added.length, added.length]).toEqual([1, 0]);
  });

  test('one more recipient is lines that are new', async () => {
    for (const sealed of [plain, spelled]) {
      const { removed, added } = lineDifference(sealed, await forRecipients('yaml', sealed, recipient, recipients[0]));
      expect(removed).toEqual([]);
      expect(added.join('\n')).toContain(recipients[0]);
      expect(added.join('\n')).not.toMatch(/mac|lastmodified|type:/);
    }
  });
});

const flat: readonly { readonly format: FormatName; readonly source: string; readonly path: readonly string[] }[] = [
  {
    format: 'json',
    source: '{\n\t"one": "value 1",\n\t"two": {"three": "value 4-5-6", "four": [1, true]},\n\t"five": 1.50\n}\n',
    path: ['five'],
  },
  { format: 'json', source: '{\n  "one": "value 1",\n  "two": [\n    "value 4-5-6",\n    2\n  ],\n  "five": "v"\n}\n', path: ['five'] },
  { format: 'dotenv', source: '# note\nONE=value 1\nTWO=value 4-5-6\n\nFIVE="5"\n', path: ['FIVE'] },
  { format: 'ini', source: 'top = x\n\n; note\n[s]\none = value 1\ntwo=value 4-5-6\nfive = 5\n', path: ['s', 'five'] },
];

describe.each(flat)('$format of ours', ({ format, source, path: last }) => {
  test('an edit, an edit of nothing, set, unset and one more recipient are quiet', async () => {
    const sealed = await seal(format, source);
    expect(await open(format, sealed)).toBe(source);
    const edited = await edit(format, sealed, change);
    expect(changedValues(sealed, edited)).toHaveLength(1);
    expect(await open(format, edited)).toBe(change(source));
    expect(withoutFresh(await edit(format, sealed, (same) => same))).toBe(withoutFresh(sealed));

    const withSet = await setting(format, sealed, last, '"other"');
    expect(changedValues(sealed, withSet)).toEqual([last.at(-1)]);

    const gone = lineDifference(withoutFresh(sealed), withoutFresh(await unsetting(format, sealed, last)));
    expect(gone.removed.filter((line) => line.includes(last.at(-1) ?? ''))).toHaveLength(1);
    expect([gone.removed.length - gone.added.length, gone.added.length <= 1]).toEqual([1, true]);

    const more = lineDifference(sealed, await forRecipients(format, sealed, recipient, recipients[0]));
    expect(more.removed.map((line) => line.replace(/,$/, ''))).toEqual(more.removed.filter((line) => more.added.includes(`${line},`)));
    expect(more.added.join('\n')).toContain(recipients[0]);
  });
});

describe.skipIf(lacks('sops'))('files of real sops', () => {
  const sops = new RealSops();
  afterAll(() => {
    sops.remove();
  });

  const small = 'first: value 1\nnested:\n    second: value 4-5-6\n    list:\n        - a\n        - 2\n# note\nlast: 3.5\n';
  const block = /^sops:\n(?: .*\n)*/mu;

  const moved = (sealed: string, before: string): string => {
    const [metadata = ''] = block.exec(sealed) ?? [];
    const rest = sealed.replace(block, '');
    return before === '' ? `${metadata}${rest}` : rest.replace(before, `${metadata}${before}`);
  };

  const made: Readonly<Record<string, () => string>> = {
    'a thousand values': () => sops.encrypt('yaml', thousand()),
    'as it is': () => sops.encrypt('yaml', small),
    CRLF: () => sops.encrypt('yaml', small).replaceAll('\n', '\r\n'),
    'no final newline': () => sops.encrypt('yaml', small).replace(/\n$/, ''),
    'metadata first': () => moved(sops.encrypt('yaml', small), ''),
    'metadata in the middle': () => moved(sops.encrypt('yaml', small), 'nested:\n'),
    'several documents': () => sops.encrypt('yaml', `${small}---\nother: 1\n---\n${small}`),
    'values that repeat': () => sops.encrypt('yaml', `${small}list:\n    - x\n    - x\n    - x\n`),
    'metadata of old': () =>
      sops
        .encrypt('yaml', small)
        .replace('sops:\n', 'sops:\n    kms: []\n    gcp_kms: []\n    azure_kv: []\n    hc_vault: []\n')
        .replace(/^( +unencrypted_suffix: .*\n)/m, '    pgp: []\n$1'),
    'values in quotes': () =>
      sops.encrypt('yaml', `${small}q: "yes"\nr: '123'\ns: "null"\nt: " spaced "\nu: 'it''s'\nv: "tab\\t"\nw: ": x"\nx: '# y'\n`),
    'literal blocks': () =>
      sops.encrypt('yaml', `${small}key: |\n    -----BEGIN-----\n    abc\n    -----END-----\ntwo: |-\n    a\n\n    b\n`),
    'blocks in lists': () =>
      sops.encrypt('yaml', `${small}items:\n    - |\n        one\n        two\n    - name: "1"\n      text: |+\n          x\n\nend: 1\n`),
    comments: () => sops.encrypt('yaml', `# head\n\n# apart\n${small}map:\n    # on an entry\n    a: b\n    # foot\n\n# foot of all\n`),
    'empty values': () => sops.encrypt('yaml', `${small}a: ""\nb: null\nc: {}\nd: []\ne: ~\n`),
    'an indentation of two': () => sops.encrypt('yaml', small, '--indent=2'),
  };

  test.each(Object.entries(made))('%s', async (_, make) => {
    const sealed = make();
    const before = sops.decrypt('yaml', sealed);
    const edited = await edit('yaml', sealed, (plain) => plain.replace('value 4-5-6', 'another value'));
    const key = sealed.includes('g4s5v6') ? 'g4s5v6' : 'second';
    expect(changedValues(sealed, edited)).toEqual([key]);
    expect(sops.decrypt('yaml', edited)).toBe(before.replace('value 4-5-6', 'another value'));

    const where = key === 'second' ? ['nested', 'second'] : path;
    const withSet = await setting('yaml', sealed, where, '"another value"');
    expect(changedValues(sealed, withSet)).toEqual([key]);
    expect(sops.decrypt('yaml', withSet)).toBe(before.replace('value 4-5-6', 'another value'));

    expect(withoutFresh(await edit('yaml', sealed, (same) => same))).toBe(withoutFresh(sealed));

    const gone = lineDifference(withoutFresh(sealed), withoutFresh(await unsetting('yaml', sealed, where)));
    expect([gone.removed, gone.added]).toEqual([[expect.stringContaining(`${key}: `)], []]);

    const more = await forRecipients('yaml', sealed, recipient, recipients[0]);
    expect(linesOnlyIn(sealed, more)).toEqual([]);
    expect(linesOnlyIn(more, sealed).join('\n')).toContain(recipients[0]);
    expect(sops.decrypt('yaml', more)).toBe(before);
  });

  test('metadata of old in JSON', async () => {
    const sealed = sops
      .encrypt('json', '{"a": "value 4-5-6", "b": [1, "x"]}')
      .replace('"sops": {', '"sops": {\n\t\t"kms": null,\n\t\t"gcp_kms": null,\n\t\t"azure_kv": null,\n\t\t"hc_vault": null,')
      .replace('"unencrypted_suffix"', '"pgp": null,\n\t\t"unencrypted_suffix"');
    const edited = await edit('json', sealed, change);
    expect(changedValues(sealed, edited)).toEqual(['a']);
    const more = await forRecipients('json', sealed, recipient, recipients[0]);
    expect(linesOnlyIn(sealed, more)).toEqual([]);
    expect(sops.decrypt('json', edited)).toBe(change(sops.decrypt('json', more)));
  });

  test('a comment behind a value stays there, though real sops prints it above', async () => {
    const sealed = sops.encrypt('yaml', 'a: 1 # behind\nb: 2\n');
    const edited = await edit('yaml', sealed, (plain) => plain.replace('b: 2', 'b: 3'));
    expect(changedValues(sealed, edited)).toEqual(['b']);
    expect(await open('yaml', edited)).toBe(sops.decrypt('yaml', edited));
  });

  test('where decryption would move a comment that was not moved before, there comes one line, of the layout', async () => {
    const sealed = sops.encrypt('yaml', '# above\na: 1\nb: 2\n');
    const edited = await edit('yaml', sealed, (plain) => plain.replace('b: 2', 'b: 2 # behind'));
    const { added } = lineDifference(withoutFresh(sealed), withoutFresh(edited));
    expect(added.filter((line) => /^ +layout: /.test(line))).toHaveLength(1);
    expect(await open('yaml', edited)).toBe('# above\na: 1\nb: 2 # behind\n');
  });

  test('a comment in a list, which real sops seals as an item, stays one', async () => {
    const sealed = sops.encrypt('yaml', 'a: 1\nlist:\n    - b\n    # foot\n\nc: 2\n');
    const edited = await edit('yaml', sealed, (plain) => plain.replace('a: 1', 'a: 3'));
    expect(changedValues(sealed, edited)).toEqual(['a']);
    const above = await edit('yaml', sealed, (plain) => plain.replace('    - b\n    # foot\n', '    # foot\n    - b\n'));
    expect(sops.decrypt('yaml', above)).toBe('a: 1\nlist:\n    # foot\n    - b\nc: 2\n');
  });

  test.each(flat)('$format', async ({ format, source, path: last }) => {
    const sealed = sops.encrypt(format, source);
    const edited = await edit(format, sealed, change);
    expect(changedValues(sealed, edited)).toHaveLength(1);
    expect(sops.decrypt(format, edited)).toBe(change(sops.decrypt(format, sealed)));
    expect(changedValues(sealed, await setting(format, sealed, last, '"other"'))).toEqual([last.at(-1)]);
    expect(withoutFresh(await edit(format, sealed, (same) => same))).toBe(withoutFresh(sealed));
    const more = await forRecipients(format, sealed, recipient, recipients[0]);
    expect(sops.decrypt(format, more)).toBe(sops.decrypt(format, sealed));
    const gone = await unsetting(format, sealed, last);
    expect(lineDifference(withoutFresh(sealed), withoutFresh(gone)).removed.length).toBeLessThanOrEqual(2);
  });
});
