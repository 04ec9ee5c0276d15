import { destinations } from '../../src/destinations/index.ts';
// Hostile input ends in an error, or in an answer, within bounded time.
import { destinations } from '../../src/destinations/index.ts';
import { describe, expect, it } from 'vitest';
import { destinations } from '../../src/destinations/index.ts';
import type { FormatName } from '../../src/formats/format.ts';
import { destinations } from '../../src/destinations/index.ts';
import { SopsError } from '../../src/errors.ts';
import { destinations } from '../../src/destinations/index.ts';
import { encrypt, keySources } from '../../src/index.ts';
import { destinations } from '../../src/destinations/index.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { destinations } from '../../src/destinations/index.ts';
import { selectorOf } from '../../src/operations/selector.ts';
import { destinations } from '../../src/destinations/index.ts';
import { formatOf } from '../interop/library.ts';
import { destinations } from '../../src/destinations/index.ts';
import { documents, formatNames } from './documents.ts';
import { destinations } from '../../src/destinations/index.ts';
import { different, judge, laxer, passed } from './judge.ts';
import { destinations } from '../../src/destinations/index.ts';
import { services } from '../interop/library.ts';
import { destinations } from '../../src/destinations/index.ts';
import { bytes, open, seal, setups, text } from './laboratory.ts';
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
const settings = {
import { destinations } from '../../src/destinations/index.ts';
  keyGroups: [[{ kind: 'age', recipient: 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u' }]],
import { destinations } from '../../src/destinations/index.ts';
  shamirThreshold: 0,
import { destinations } from '../../src/destinations/index.ts';
  selection: { by: 'unencrypted_suffix', suffix: '_unencrypted' },
import { destinations } from '../../src/destinations/index.ts';
  macOnlyEncrypted: false,
import { destinations } from '../../src/destinations/index.ts';
  layout: 'auto',
import { destinations } from '../../src/destinations/index.ts';
  strict: false,
import { destinations } from '../../src/destinations/index.ts';
} as const;
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
/** The code of the error, or that there was none. Anything but a `SopsError` passes through: it is a bug. */
import { destinations } from '../../src/destinations/index.ts';
async function codeOf(attempt: () => unknown): Promise<string> {
import { destinations } from '../../src/destinations/index.ts';
  try {
import { destinations } from '../../src/destinations/index.ts';
    await attempt();
import { destinations } from '../../src/destinations/index.ts';
    return 'done';
import { destinations } from '../../src/destinations/index.ts';
  } catch (error) {
import { destinations } from '../../src/destinations/index.ts';
    if (error instanceof SopsError) return error.code;
import { destinations } from '../../src/destinations/index.ts';
    throw error;
import { destinations } from '../../src/destinations/index.ts';
  }
import { destinations } from '../../src/destinations/index.ts';
}
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
const parse = (format: FormatName, source: string): Promise<string> => codeOf(() => formatOf(format).parse(source));
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
const sealing = (format: FormatName, source: Uint8Array): Promise<string> => {
import { destinations } from '../../src/destinations/index.ts';
  const one = formatOf(format);
import { destinations } from '../../src/destinations/index.ts';
  return codeOf(() => encrypt(source, { input: one, output: one, print: {} }, settings, services));
import { destinations } from '../../src/destinations/index.ts';
};
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
async function within(seconds: number, work: () => Promise<string>): Promise<string> {
import { destinations } from '../../src/destinations/index.ts';
  const start = performance.now();
import { destinations } from '../../src/destinations/index.ts';
  const code = await work();
import { destinations } from '../../src/destinations/index.ts';
  expect(performance.now() - start).toBeLessThan(seconds * 1000);
import { destinations } from '../../src/destinations/index.ts';
  return code;
import { destinations } from '../../src/destinations/index.ts';
}
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
const bomb = (width: number, levels: number): string =>
import { destinations } from '../../src/destinations/index.ts';
  Array.from(
import { destinations } from '../../src/destinations/index.ts';
    { length: levels },
import { destinations } from '../../src/destinations/index.ts';
    (_, at) => `a${at}: &a${at} [${Array.from({ length: width }, () => (at === 0 ? 'x' : `*a${at - 1}`)).join(', ')}]\n`,
import { destinations } from '../../src/destinations/index.ts';
  ).join('');
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe('YAML', () => {
import { destinations } from '../../src/destinations/index.ts';
  it.each([
import { destinations } from '../../src/destinations/index.ts';
    ['an alias bomb', bomb(10, 12)],
import { destinations } from '../../src/destinations/index.ts';
    ['a narrow alias bomb', bomb(2, 60)],
import { destinations } from '../../src/destinations/index.ts';
    [
import { destinations } from '../../src/destinations/index.ts';
      'a bomb of merge keys',
import { destinations } from '../../src/destinations/index.ts';
      Array.from({ length: 40 }, (_, at) => `a${at}: &a${at}\n  ${at === 0 ? 'x: y' : `<<: [*a${at - 1}, *a${at - 1}]`}\n`).join(''),
import { destinations } from '../../src/destinations/index.ts';
    ],
import { destinations } from '../../src/destinations/index.ts';
    ['an alias to itself', 'a: &a [*a]\n'],
import { destinations } from '../../src/destinations/index.ts';
    ['deep flow sequences', `a: ${'['.repeat(200_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['deep closed flow sequences', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['deep flow mappings', `a: ${'{a: '.repeat(100_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['deep block sequences', `a:\n  ${'- '.repeat(100_000)}x\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['deep block mappings', Array.from({ length: 3000 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
import { destinations } from '../../src/destinations/index.ts';
    ['deep explicit keys', `${'? '.repeat(50_000)}x\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many anchors', `a: ${'&x '.repeat(100_000)}y\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many tags', `a: ${'!x '.repeat(100_000)}y\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['a very long key', `${'k'.repeat(2_000_000)}: v\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many indicators', `a: ${'- ? : '.repeat(100_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many documents without an end', '--- '.repeat(100_000)],
import { destinations } from '../../src/destinations/index.ts';
    ['many quotes', `a: ${`"'`.repeat(200_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many comments', `a: b\n${'#\n'.repeat(300_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['a flow of comments', `a: [\n${'#x\n'.repeat(100_000)}]\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many directives', `${'%FOO bar\n'.repeat(100_000)}--- \na: b\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['a block scalar of blank lines', `a: |\n${'  \n'.repeat(300_000)}x: y\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['a folded scalar of indented lines', `a: >\n${'   x\n\n  y\n'.repeat(100_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['escapes', `a: "${'\\u0041'.repeat(300_000)}"\n`],
import { destinations } from '../../src/destinations/index.ts';
    [
import { destinations } from '../../src/destinations/index.ts';
      'a huge number',
import { destinations } from '../../src/destinations/index.ts';
      `a: ${'9'.repeat(1_000_000)}\nb: 1e${'9'.repeat(100_000)}\nc: 0x${'F'.repeat(500_000)}\nd: 0b${'1'.repeat(500_000)}\n`,
import { destinations } from '../../src/destinations/index.ts';
    ],
import { destinations } from '../../src/destinations/index.ts';
    ['a long number to base 60', `a: "${'1:'.repeat(300_000)}1"\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['a number of many groups', `a: ${'1_'.repeat(300_000)}1\nb: ${'1:'.repeat(300_000)}1\nc: ${'1.'.repeat(300_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['what looks like a time', `a: 2001-01-01${' '.repeat(500_000)}x\nb: 2001-01-01t${'0'.repeat(500_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
  ])('%s', async (_, source) => {
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(6, () => parse('yaml', source))).toMatch(/^(done|MALFORMED_DOCUMENT|UNSUPPORTED)$/);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it('an alias bomb is refused before it is expanded, in any command', async () => {
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(3, () => sealing('yaml', bytes(bomb(10, 9))))).not.toBe('done');
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe('JSON, dotenv and INI', () => {
import { destinations } from '../../src/destinations/index.ts';
  it.each<readonly [string, FormatName, string]>([
import { destinations } from '../../src/destinations/index.ts';
    ['deep arrays', 'json', '['.repeat(500_000)],
import { destinations } from '../../src/destinations/index.ts';
    ['deep closed arrays', 'json', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
import { destinations } from '../../src/destinations/index.ts';
    ['deep objects', 'json', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['escapes', 'json', `{"a":"${'\\u00e9'.repeat(300_000)}"}`],
import { destinations } from '../../src/destinations/index.ts';
    ['surrogates', 'json', `{"a":"${'\\ud800'.repeat(100_000)}"}`],
import { destinations } from '../../src/destinations/index.ts';
    ['a huge number', 'json', `{"a":${'9'.repeat(1_000_000)},"b":1e${'9'.repeat(100_000)},"c":0.${'1'.repeat(500_000)}}`],
import { destinations } from '../../src/destinations/index.ts';
    ['white space', 'json', `{${' \n\t'.repeat(500_000)}"a":1}`],
import { destinations } from '../../src/destinations/index.ts';
    ['many lines', 'dotenv', 'A=b\n'.repeat(300_000)],
import { destinations } from '../../src/destinations/index.ts';
    ['one long line', 'dotenv', `A=${'x='.repeat(1_000_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many comments', 'dotenv', '#\n'.repeat(300_000)],
import { destinations } from '../../src/destinations/index.ts';
    ['escapes', 'dotenv', `A=${'\\n'.repeat(500_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['many sections', 'ini', Array.from({ length: 50_000 }, (_, at) => `[s${at}]\na=b\n`).join('')],
import { destinations } from '../../src/destinations/index.ts';
    ['one section many times', 'ini', '[s]\na = b\n'.repeat(50_000)],
import { destinations } from '../../src/destinations/index.ts';
    ['one key many times', 'ini', `[s]\n${'a = b\n'.repeat(100_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['continued lines', 'ini', `[s]\na = ${'x \\\n'.repeat(100_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['open quotes', 'ini', `[s]\na = """${'"" \n'.repeat(100_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['brackets', 'ini', '['.repeat(500_000)],
import { destinations } from '../../src/destinations/index.ts';
    ['names within names', 'ini', `[s]\n${'a.b.c = %(a)s %(b)s\n'.repeat(50_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['comment marks', 'ini', `[s]\na = ${'; # '.repeat(200_000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['white space', 'ini', `[s]\na = ${' '.repeat(1_000_000)}x\n`],
import { destinations } from '../../src/destinations/index.ts';
  ])('%s in %s', async (_, format, source) => {
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(6, () => parse(format, source))).toMatch(/^(done|MALFORMED_DOCUMENT|UNSUPPORTED)$/);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe('large documents', () => {
import { destinations } from '../../src/destinations/index.ts';
  it('a value of 8 MB is encrypted and decrypted in each format', async () => {
import { destinations } from '../../src/destinations/index.ts';
    for (const format of formatNames) {
import { destinations } from '../../src/destinations/index.ts';
      const value = 'x'.repeat(8_000_000);
import { destinations } from '../../src/destinations/index.ts';
      const source = {
import { destinations } from '../../src/destinations/index.ts';
        yaml: `a: ${value}\n`,
import { destinations } from '../../src/destinations/index.ts';
        json: `{"a": "${value}"}\n`,
import { destinations } from '../../src/destinations/index.ts';
        dotenv: `A=${value}\n`,
import { destinations } from '../../src/destinations/index.ts';
        ini: `[s]\na = ${value}\n`,
import { destinations } from '../../src/destinations/index.ts';
        binary: value,
import { destinations } from '../../src/destinations/index.ts';
      }[format];
import { destinations } from '../../src/destinations/index.ts';
      const attempt = await open(format, await seal(format, source, undefined));
import { destinations } from '../../src/destinations/index.ts';
      expect('text' in attempt && attempt.text === source, format).toBe(true);
import { destinations } from '../../src/destinations/index.ts';
    }
import { destinations } from '../../src/destinations/index.ts';
  }, 60_000);
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it.each(['\n', ' \n', '1:', '0_', ': ', ' #', '"', "'", '\\', '\t', '""" '])(
import { destinations } from '../../src/destinations/index.ts';
    'a value of 100,000 times %j comes back from YAML in time',
import { destinations } from '../../src/destinations/index.ts';
    async (shape) => {
import { destinations } from '../../src/destinations/index.ts';
      for (const value of [shape.repeat(100_000), `x${shape.repeat(100_000)}x`]) {
import { destinations } from '../../src/destinations/index.ts';
        const leaf = { kind: 'leaf', type: 'str', text: value } as const;
import { destinations } from '../../src/destinations/index.ts';
        const source = formatOf('yaml').print([{ kind: 'mapping', items: [{ kind: 'entry', key: 'a', value: leaf }] }], {});
import { destinations } from '../../src/destinations/index.ts';
        const back = await within(6, async () => JSON.stringify(await open('yaml', await seal('yaml', source, undefined))));
import { destinations } from '../../src/destinations/index.ts';
        expect(back === JSON.stringify({ text: source })).toBe(true);
import { destinations } from '../../src/destinations/index.ts';
      }
import { destinations } from '../../src/destinations/index.ts';
    },
import { destinations } from '../../src/destinations/index.ts';
  );
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it.each<FormatName>(['json', 'yaml', 'dotenv', 'ini'])('200,000 keys in %s are read', async (format) => {
import { destinations } from '../../src/destinations/index.ts';
    const keys = Array.from({ length: 200_000 }, (_, at) => `k${at}`);
import { destinations } from '../../src/destinations/index.ts';
    const source = {
import { destinations } from '../../src/destinations/index.ts';
      yaml: keys.map((key) => `${key}: v\n`).join(''),
import { destinations } from '../../src/destinations/index.ts';
      json: `{${keys.map((key) => `"${key}": "v"`).join(',\n')}}`,
import { destinations } from '../../src/destinations/index.ts';
      dotenv: keys.map((key) => `${key}=v\n`).join(''),
import { destinations } from '../../src/destinations/index.ts';
      ini: `[s]\n${keys.map((key) => `${key}=v\n`).join('')}`,
import { destinations } from '../../src/destinations/index.ts';
      binary: '',
import { destinations } from '../../src/destinations/index.ts';
    }[format];
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(10, () => parse(format, source))).toBe('done');
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it('10,000 recipients are read, and the file of them is answered', async () => {
import { destinations } from '../../src/destinations/index.ts';
    const sealed = await seal('yaml', 'a: b\n', undefined);
import { destinations } from '../../src/destinations/index.ts';
    const entry = /^ {4}age:\n([^]*?)^ {4}lastmodified/m.exec(sealed)?.[1] ?? '';
import { destinations } from '../../src/destinations/index.ts';
    expect(entry).not.toBe('');
import { destinations } from '../../src/destinations/index.ts';
    const many = sealed.replace(entry, entry.repeat(10_000));
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(10, async () => ('text' in (await open('yaml', many)) ? 'done' : 'refused'))).toBe('done');
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe('metadata', () => {
import { destinations } from '../../src/destinations/index.ts';
  const flat = (lines: string): string => `A=b\nsops_version=3.13.3\nsops_lastmodified=2024-01-02T03:04:05Z\n${lines}`;
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it.each([
import { destinations } from '../../src/destinations/index.ts';
    ['a list with a far index', flat('sops_age__list_999999999__map_enc=x\n')],
import { destinations } from '../../src/destinations/index.ts';
    ['a list with a negative index', flat('sops_age__list_-1__map_enc=x\n')],
import { destinations } from '../../src/destinations/index.ts';
    ['a list with no index', flat('sops_age__list___map_enc=x\n')],
import { destinations } from '../../src/destinations/index.ts';
    ['deep nesting', flat(`sops_age${'__map_a'.repeat(50_000)}=x\n`)],
import { destinations } from '../../src/destinations/index.ts';
    ['many names', flat(Array.from({ length: 100_000 }, (_, at) => `sops_age__list_${at}__map_enc=x\n`).join(''))],
import { destinations } from '../../src/destinations/index.ts';
    ['a name of the prototype', flat('sops___proto__=x\nsops_constructor=x\nsops_age__map___proto__=x\n')],
import { destinations } from '../../src/destinations/index.ts';
  ])('flat: %s', async (_, source) => {
import { destinations } from '../../src/destinations/index.ts';
    expect(
import { destinations } from '../../src/destinations/index.ts';
      await within(5, () =>
import { destinations } from '../../src/destinations/index.ts';
        codeOf(async () => {
import { destinations } from '../../src/destinations/index.ts';
          const attempt = await open('dotenv', source);
import { destinations } from '../../src/destinations/index.ts';
          if ('error' in attempt) throw attempt.error;
import { destinations } from '../../src/destinations/index.ts';
        }),
import { destinations } from '../../src/destinations/index.ts';
      ),
import { destinations } from '../../src/destinations/index.ts';
    ).not.toBe('done');
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('a key called %s is a key like others', async (key) => {
import { destinations } from '../../src/destinations/index.ts';
    for (const [format, source] of [
import { destinations } from '../../src/destinations/index.ts';
      ['yaml', `${key}: a\nx:\n    ${key}: b\n`],
import { destinations } from '../../src/destinations/index.ts';
      ['json', `{"${key}": "a", "x": {"${key}": "b"}}`],
import { destinations } from '../../src/destinations/index.ts';
      ['dotenv', `${key}=a\n`],
import { destinations } from '../../src/destinations/index.ts';
      ['ini', `[${key}]\n${key} = a\n`],
import { destinations } from '../../src/destinations/index.ts';
    ] as const) {
import { destinations } from '../../src/destinations/index.ts';
      expect(await open(format, await seal(format, source, undefined)), format).toEqual({ text: source });
import { destinations } from '../../src/destinations/index.ts';
    }
import { destinations } from '../../src/destinations/index.ts';
    const sealed = await seal('json', '{"a": "b"}', undefined);
import { destinations } from '../../src/destinations/index.ts';
    for (const field of [`"${key}": {"a": "b"},`, `"${key}": "x",`, `"${key}": [{"enc": "x"}],`])
import { destinations } from '../../src/destinations/index.ts';
      expect(['text', 'error']).toContain(Object.keys(await open('json', sealed.replace('"lastmodified"', `${field}"lastmodified"`)))[0]);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe('regular expressions run in linear time', () => {
import { destinations } from '../../src/destinations/index.ts';
  it.each([
import { destinations } from '../../src/destinations/index.ts';
    '(a+)+$',
import { destinations } from '../../src/destinations/index.ts';
    '(a|a)*$',
import { destinations } from '../../src/destinations/index.ts';
    '(a|aa)+$',
import { destinations } from '../../src/destinations/index.ts';
    '^(([a-z])+.)+[A-Z]([a-z])+$',
import { destinations } from '../../src/destinations/index.ts';
    '(.*)*x',
import { destinations } from '../../src/destinations/index.ts';
    '(x+x+)+y',
import { destinations } from '../../src/destinations/index.ts';
    '((a{0,50}){0,50}){0,10}$',
import { destinations } from '../../src/destinations/index.ts';
    '(?i)(a|b|ab)*c',
import { destinations } from '../../src/destinations/index.ts';
    '^(a?){200}a{200}$',
import { destinations } from '../../src/destinations/index.ts';
  ])('%s', async (pattern) => {
import { destinations } from '../../src/destinations/index.ts';
    const run = async (): Promise<string> => {
import { destinations } from '../../src/destinations/index.ts';
      const selects = await selectorOf({ by: 'encrypted_regex', pattern }, 'new');
import { destinations } from '../../src/destinations/index.ts';
      for (const length of [30, 300, 3000]) selects([`${'a'.repeat(length)}!`], [], false);
import { destinations } from '../../src/destinations/index.ts';
      return 'done';
import { destinations } from '../../src/destinations/index.ts';
    };
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(5, () => codeOf(run))).toMatch(/^(done|MALFORMED_PATTERN)$/);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe('a config file', () => {
import { destinations } from '../../src/destinations/index.ts';
  const load = (source: string): Promise<string> => codeOf(() => parseConfig(formatOf('yaml').parse(source), '.sops.yaml', { keySources, destinations }));
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it.each([
import { destinations } from '../../src/destinations/index.ts';
    ['is an alias bomb', bomb(10, 12)],
import { destinations } from '../../src/destinations/index.ts';
    ['has rules through aliases', `x: &x [{age: a}]\ncreation_rules: *x\n`],
import { destinations } from '../../src/destinations/index.ts';
    ['is deep', `creation_rules: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
import { destinations } from '../../src/destinations/index.ts';
    ['merges groups in circles', 'creation_rules:\n  - key_groups: &g\n    - merge: *g\n'],
import { destinations } from '../../src/destinations/index.ts';
    [
import { destinations } from '../../src/destinations/index.ts';
      'merges groups without end',
import { destinations } from '../../src/destinations/index.ts';
      `creation_rules:\n  - key_groups:\n    - ${'merge:\n      - '.repeat(1)}${'{merge: ['.repeat(2000)}${']}'.repeat(2000)}\n`,
import { destinations } from '../../src/destinations/index.ts';
    ],
import { destinations } from '../../src/destinations/index.ts';
    [
import { destinations } from '../../src/destinations/index.ts';
      'has many rules',
import { destinations } from '../../src/destinations/index.ts';
      `creation_rules:\n${'  - path_regex: a\n    age: age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u\n'.repeat(5000)}`,
import { destinations } from '../../src/destinations/index.ts';
    ],
import { destinations } from '../../src/destinations/index.ts';
    ['has a long list', `creation_rules:\n  - age: ${'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u,'.repeat(3000)}\n`],
import { destinations } from '../../src/destinations/index.ts';
  ])('that %s', async (_, source) => {
import { destinations } from '../../src/destinations/index.ts';
    expect(await within(8, () => load(source))).toMatch(/^(done|MALFORMED_CONFIG|MALFORMED_DOCUMENT|MALFORMED_KEY|UNSUPPORTED)$/);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
describe.each(formatNames)('%s: broken bytes', (format) => {
import { destinations } from '../../src/destinations/index.ts';
  const sealed = seal(format, documents[format], setups[0]);
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it('cut off at any byte, the encrypted file is refused, or decrypts to what it was, as it does with real sops', async () => {
import { destinations } from '../../src/destinations/index.ts';
    const source = bytes(await sealed);
import { destinations } from '../../src/destinations/index.ts';
    const cut = Array.from({ length: source.length }, (_, length) => ({ what: `${length} bytes`, text: text(source.subarray(0, length)) }));
import { destinations } from '../../src/destinations/index.ts';
    const judged = await judge(format, cut);
import { destinations } from '../../src/destinations/index.ts';
    expect(laxer(judged)).toEqual([]);
import { destinations } from '../../src/destinations/index.ts';
    expect(different(judged)).toEqual([]);
import { destinations } from '../../src/destinations/index.ts';
    expect(passed(judged).filter(({ plain }) => plain.trimEnd() !== documents[format].trimEnd())).toEqual([]);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it('invalid UTF-8 at any byte is refused', async () => {
import { destinations } from '../../src/destinations/index.ts';
    const source = bytes(await sealed);
import { destinations } from '../../src/destinations/index.ts';
    const wrong: number[] = [];
import { destinations } from '../../src/destinations/index.ts';
    for (let at = 0; at < source.length; at += 9) {
import { destinations } from '../../src/destinations/index.ts';
      for (const byte of [0xff, 0xc0, 0x80]) {
import { destinations } from '../../src/destinations/index.ts';
        const attempt = await open(format, source.with(at, byte));
import { destinations } from '../../src/destinations/index.ts';
        if ('text' in attempt) wrong.push(at);
import { destinations } from '../../src/destinations/index.ts';
      }
import { destinations } from '../../src/destinations/index.ts';
    }
import { destinations } from '../../src/destinations/index.ts';
    expect(wrong).toEqual([]);
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';

import { destinations } from '../../src/destinations/index.ts';
  it('a NUL or a lone surrogate anywhere ends in an error or an answer', async () => {
import { destinations } from '../../src/destinations/index.ts';
    const source = documents[format];
import { destinations } from '../../src/destinations/index.ts';
    for (let at = 0; at <= source.length; at += 4) {
import { destinations } from '../../src/destinations/index.ts';
      for (const odd of ['\0', '\uD800', '\uFFFE', '\u0085', '\u2028', '\x1b', '\x7f'])
import { destinations } from '../../src/destinations/index.ts';
        expect(await sealing(format, bytes(source.slice(0, at) + odd + source.slice(at)))).toMatch(
import { destinations } from '../../src/destinations/index.ts';
          /^(done|MALFORMED_DOCUMENT|UNPRINTABLE_DOCUMENT|VALUE_UNSEALABLE)$/,
import { destinations } from '../../src/destinations/index.ts';
        );
import { destinations } from '../../src/destinations/index.ts';
    }
import { destinations } from '../../src/destinations/index.ts';
  });
import { destinations } from '../../src/destinations/index.ts';
});
