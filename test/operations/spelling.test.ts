// However a value is spelled, it comes back so byte for byte, and real sops reads of our file what it reads of its own.
import { describe, expect, test } from 'vitest';
import { ask } from '../interop/oracle.ts';
import { open, seal } from '../security/laboratory.ts';
import { lacks } from '../support/peers.ts';
import { open as openOwn, sealing } from './bench.ts';

const values = [
  ['1.50', '1.0', '1e3', '1E-7', '.5', '5.', '0x1F', '017', '0777', '0o17', '0b101', '1_000', '+5', '-0', '-0.0', '009', '007'],
  ['123456789012345678901234567890', '18446744073709551615', '9223372036854775807', '-9223372036854775808', '1e400', '-1e400', '1e-400'],
  ['.inf', '-.inf', '+.INF', '.nan', '.NaN', '2024-01-02', '2024-01-02 03:04:05', '2024-01-02T03:04:05.120Z', '2024-01-02T03:04:05+02:00'],
  ['!Ref x', '!Sub "${A}"', '!!binary aGVsbG8=', '!!str 12', '!!int "3"', '!!float 1', '!GetAtt a.b'],
  ['TRUE', 'True', 'true', 'FALSE', 'yes', 'on', 'n', '~', 'null', 'NULL', '""', "''", '"null"', '"12"', '12:30:45', '<<'],
  [
    '\u{1F600} caf\u00E9',
    '"\\u00e9"',
    '"\\U0001F600"',
    '"\\x41\\t\\e"',
    "'it''s'",
    '"it\'s"',
    '"a \\\n    b"',
    '"a\n    b"',
    "'a\n\n    b'",
    'a\n  b',
  ],
  [
    '>\n  one\n  two\n',
    '>-\n  one\n  two\n\n  three',
    '>+\n  one\n\n',
    '|\n  one\n  two',
    '|+\n  one\n\n',
    '|-\n  one',
    '|2\n    one\n  two',
    '>1\n  one\n two',
  ],
  ['{a: \'x\', b: "y", c: z}', '{ a: 1 , b: [ 2,3, ] }', '[x, "y", \'z\',]', '{a: , b: ~}', '{}', '[]', '[\n  a,\n  b # note\n  ]'],
  ['\n- - a\n  - b\n- {c: d}'],
].flat();

const document = (value: string): string => `before: x\nvalue: ${value}${value.endsWith('\n') ? '' : '\n'}after: y\n`;

const structures: readonly string[] = [
  'a: &one x\nb: *one\nc: [*one, "y"]\n',
  'base: &base\n  k: v\n  n: 0x1F\nderived:\n  <<: *base\n  own: 1.50\n',
  'a: &a {k: v}\nb: &b {l: w}\nc:\n  <<: [*a, *b]\n  k: mine\n',
  '%YAML 1.1\n---\na:   0x1F   # why\n...\n---\nb: 017\n',
  '"quoted key": 1.50\n? long\n: 0x1F\n\'k\': |\n  x\n',
  'a_unencrypted: 0x1F\nb_unencrypted: "\\u00e9"\nc_unencrypted: 2024-01-02\n',
  'a: 1.0\r\nb: 0x1F\r\nc: "x\\u00e9"\r\n',
  '# only\n\na:\n- 0x1F\n-   1.50\n\n-  |\n   x\n# end',
];

const documents = [...values.map(document), ...structures];

/** A tree as values alone: what real sops prints of two texts can differ in how it wraps them. */
const valuesOf = (texts: readonly string[]): readonly string[] =>
  ask('look', 'yaml', texts).map(({ leaves, error }) => error ?? JSON.stringify(leaves?.map(({ aad, type, text }) => [aad, type, text])));

describe.each(documents)('%j', (source) => {
  test('comes back byte for byte', async () => {
    expect(await open('yaml', await seal('yaml', source, undefined, 'auto'))).toEqual({ text: source });
  });
});

describe.skipIf(lacks('oracle'))('what real sops can encrypt', () => {
  test.each(['auto', 'never'] as const)('it decrypts of ours to the same, with layout %s', async (layout) => {
    const theirs = ask('encrypt', 'yaml', documents);
    const readable = documents.filter((_, at) => theirs[at]?.error === undefined);
    const wanted = ask(
      'decrypt',
      'yaml',
      theirs.flatMap(({ text }) => text ?? []),
    );
    const ours = await Promise.all(readable.map(async (source) => seal('yaml', source, undefined, layout)));
    const read = ask('decrypt', 'yaml', ours);
    expect(
      read.flatMap(({ error }, at) => (error === undefined || wanted[at]?.error !== undefined ? [] : [[readable[at], error]])),
    ).toEqual([]);
    const good = readable.flatMap((source, at) => {
      const [want, got] = [wanted[at]?.text, read[at]?.text];
      return want === undefined || got === undefined ? [] : [{ source, want, got }];
    });
    expect(good.length).toBeGreaterThan(documents.length * 0.8);
    const [is, was] = [valuesOf(good.map(({ got }) => got)), valuesOf(good.map(({ want }) => want))];
    expect(good.flatMap(({ source }, at) => (is[at] === was[at] ? [] : [[source, is[at], was[at]]]))).toEqual([]);
  });

  test('without a layout the values that come back have the types they had', async () => {
    // Nothing but the tag tells `!!float 1` from an integer, and a tag is spelling.
    const looked = ask('look', 'yaml', documents);
    const good = documents.filter((source, at) => looked[at]?.error === undefined && !source.includes('!!float'));
    const back = await Promise.all(
      good.map(async (source) => {
        const made = await open('yaml', await seal('yaml', source, undefined));
        return 'text' in made ? made.text : made.error.message;
      }),
    );
    const [is, was] = [valuesOf(back), valuesOf(good)];
    expect(good.flatMap((source, at) => (is[at] === was[at] ? [] : [[source, back[at], is[at], was[at]]]))).toEqual([]);
  });
});

test.each(['a', 'a_unencrypted'])('one warning of an integer under %s that real sops cannot represent', async (key) => {
  const source = `x: 1\n${key}: 18446744073709551615\n`;
  const { text, warnings } = await sealing('yaml', source);
  expect(warnings).toHaveLength(1);
  expect(warnings.join('')).not.toContain('18446744073709551615');
  expect(await openOwn('yaml', text)).toBe(source);
});
