// Hostile input ends in an error, or in an answer, within bounded time.
import { describe, expect, it } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import { SopsError } from '../../src/errors.ts';
import { destinations } from '../../src/destinations/index.ts';
import { encrypt, keySources } from '../../src/index.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { selectorOf } from '../../src/operations/selector.ts';
import { formatOf } from '../interop/library.ts';
import { documents, formatNames } from './documents.ts';
import { different, judge, laxer, passed } from './judge.ts';
import { services } from '../interop/library.ts';
import { bytes, open, seal, setups, text } from './laboratory.ts';

const settings = {
  keyGroups: [[{ kind: 'age', recipient: 'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u' }]],
  shamirThreshold: 0,
  selection: { by: 'unencrypted_suffix', suffix: '_unencrypted' },
  macOnlyEncrypted: false,
  layout: 'auto',
  strict: false,
} as const;

/** The code of the error, or that there was none. Anything but a `SopsError` passes through: it is a bug. */
async function codeOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    if (error instanceof SopsError) return error.code;
    throw error;
  }
}

const parse = (format: FormatName, source: string): Promise<string> => codeOf(() => formatOf(format).parse(source));

const sealing = (format: FormatName, source: Uint8Array): Promise<string> => {
  const one = formatOf(format);
  return codeOf(() => encrypt(source, { input: one, output: one, print: {} }, settings, services));
};

async function within(seconds: number, work: () => Promise<string>): Promise<string> {
  const start = performance.now();
  const code = await work();
  expect(performance.now() - start).toBeLessThan(seconds * 1000);
  return code;
}

const bomb = (width: number, levels: number): string =>
  Array.from(
    { length: levels },
    (_, at) => `a${at}: &a${at} [${Array.from({ length: width }, () => (at === 0 ? 'x' : `*a${at - 1}`)).join(', ')}]\n`,
  ).join('');

describe('YAML', () => {
  it.each([
    ['an alias bomb', bomb(10, 12)],
    ['a narrow alias bomb', bomb(2, 60)],
    [
      'a bomb of merge keys',
      Array.from({ length: 40 }, (_, at) => `a${at}: &a${at}\n  ${at === 0 ? 'x: y' : `<<: [*a${at - 1}, *a${at - 1}]`}\n`).join(''),
    ],
    ['an alias to itself', 'a: &a [*a]\n'],
    ['deep flow sequences', `a: ${'['.repeat(200_000)}`],
    ['deep closed flow sequences', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`],
    ['deep flow mappings', `a: ${'{a: '.repeat(100_000)}`],
    ['deep block sequences', `a:\n  ${'- '.repeat(100_000)}x\n`],
    ['deep block mappings', Array.from({ length: 3000 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
    ['deep explicit keys', `${'? '.repeat(50_000)}x\n`],
    ['many anchors', `a: ${'&x '.repeat(100_000)}y\n`],
    ['many tags', `a: ${'!x '.repeat(100_000)}y\n`],
    ['a very long key', `${'k'.repeat(2_000_000)}: v\n`],
    ['many indicators', `a: ${'- ? : '.repeat(100_000)}\n`],
    ['many documents without an end', '--- '.repeat(100_000)],
    ['many quotes', `a: ${`"'`.repeat(200_000)}\n`],
    ['many comments', `a: b\n${'#\n'.repeat(300_000)}`],
    ['a flow of comments', `a: [\n${'#x\n'.repeat(100_000)}]\n`],
    ['many directives', `${'%FOO bar\n'.repeat(100_000)}--- \na: b\n`],
    ['a block scalar of blank lines', `a: |\n${'  \n'.repeat(300_000)}x: y\n`],
    ['a folded scalar of indented lines', `a: >\n${'   x\n\n  y\n'.repeat(100_000)}`],
    ['escapes', `a: "${'\\u0041'.repeat(300_000)}"\n`],
    [
      'a huge number',
      `a: ${'9'.repeat(1_000_000)}\nb: 1e${'9'.repeat(100_000)}\nc: 0x${'F'.repeat(500_000)}\nd: 0b${'1'.repeat(500_000)}\n`,
    ],
    ['a long number to base 60', `a: "${'1:'.repeat(300_000)}1"\n`],
    ['a number of many groups', `a: ${'1_'.repeat(300_000)}1\nb: ${'1:'.repeat(300_000)}1\nc: ${'1.'.repeat(300_000)}\n`],
    ['what looks like a time', `a: 2001-01-01${' '.repeat(500_000)}x\nb: 2001-01-01t${'0'.repeat(500_000)}\n`],
  ])('%s', async (_, source) => {
    expect(await within(6, () => parse('yaml', source))).toMatch(/^(done|MALFORMED_DOCUMENT|UNSUPPORTED)$/);
  });

  it('an alias bomb is refused before it is expanded, in any command', async () => {
    expect(await within(3, () => sealing('yaml', bytes(bomb(10, 9))))).not.toBe('done');
  });
});

describe('JSON, dotenv and INI', () => {
  it.each<readonly [string, FormatName, string]>([
    ['deep arrays', 'json', '['.repeat(500_000)],
    ['deep closed arrays', 'json', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['deep objects', 'json', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['escapes', 'json', `{"a":"${'\\u00e9'.repeat(300_000)}"}`],
    ['surrogates', 'json', `{"a":"${'\\ud800'.repeat(100_000)}"}`],
    ['a huge number', 'json', `{"a":${'9'.repeat(1_000_000)},"b":1e${'9'.repeat(100_000)},"c":0.${'1'.repeat(500_000)}}`],
    ['white space', 'json', `{${' \n\t'.repeat(500_000)}"a":1}`],
    ['many lines', 'dotenv', 'A=b\n'.repeat(300_000)],
    ['one long line', 'dotenv', `A=${'x='.repeat(1_000_000)}\n`],
    ['many comments', 'dotenv', '#\n'.repeat(300_000)],
    ['escapes', 'dotenv', `A=${'\\n'.repeat(500_000)}\n`],
    ['many sections', 'ini', Array.from({ length: 50_000 }, (_, at) => `[s${at}]\na=b\n`).join('')],
    ['one section many times', 'ini', '[s]\na = b\n'.repeat(50_000)],
    ['one key many times', 'ini', `[s]\n${'a = b\n'.repeat(100_000)}`],
    ['continued lines', 'ini', `[s]\na = ${'x \\\n'.repeat(100_000)}`],
    ['open quotes', 'ini', `[s]\na = """${'"" \n'.repeat(100_000)}`],
    ['brackets', 'ini', '['.repeat(500_000)],
    ['names within names', 'ini', `[s]\n${'a.b.c = %(a)s %(b)s\n'.repeat(50_000)}`],
    ['comment marks', 'ini', `[s]\na = ${'; # '.repeat(200_000)}\n`],
    ['white space', 'ini', `[s]\na = ${' '.repeat(1_000_000)}x\n`],
  ])('%s in %s', async (_, format, source) => {
    expect(await within(6, () => parse(format, source))).toMatch(/^(done|MALFORMED_DOCUMENT|UNSUPPORTED)$/);
  });
});

describe('large documents', () => {
  it('a value of 8 MB is encrypted and decrypted in each format', async () => {
    for (const format of formatNames) {
      const value = 'x'.repeat(8_000_000);
      const source = {
        yaml: `a: ${value}\n`,
        json: `{"a": "${value}"}\n`,
        dotenv: `A=${value}\n`,
        ini: `[s]\na = ${value}\n`,
        binary: value,
      }[format];
      const attempt = await open(format, await seal(format, source, undefined));
      expect('text' in attempt && attempt.text === source, format).toBe(true);
    }
  }, 60_000);

  it.each(['\n', ' \n', '1:', '0_', ': ', ' #', '"', "'", '\\', '\t', '""" '])(
    'a value of 100,000 times %j comes back from YAML in time',
    async (shape) => {
      for (const value of [shape.repeat(100_000), `x${shape.repeat(100_000)}x`]) {
        const leaf = { kind: 'leaf', type: 'str', text: value } as const;
        const source = formatOf('yaml').print([{ kind: 'mapping', items: [{ kind: 'entry', key: 'a', value: leaf }] }], {});
        const back = await within(6, async () => JSON.stringify(await open('yaml', await seal('yaml', source, undefined))));
        expect(back === JSON.stringify({ text: source })).toBe(true);
      }
    },
  );

  it.each<FormatName>(['json', 'yaml', 'dotenv', 'ini'])('200,000 keys in %s are read', async (format) => {
    const keys = Array.from({ length: 200_000 }, (_, at) => `k${at}`);
    const source = {
      yaml: keys.map((key) => `${key}: v\n`).join(''),
      json: `{${keys.map((key) => `"${key}": "v"`).join(',\n')}}`,
      dotenv: keys.map((key) => `${key}=v\n`).join(''),
      ini: `[s]\n${keys.map((key) => `${key}=v\n`).join('')}`,
      binary: '',
    }[format];
    expect(await within(10, () => parse(format, source))).toBe('done');
  });

  it('10,000 recipients are read, and the file of them is answered', async () => {
    const sealed = await seal('yaml', 'a: b\n', undefined);
    const entry = /^ {4}age:\n([^]*?)^ {4}lastmodified/m.exec(sealed)?.[1] ?? '';
    expect(entry).not.toBe('');
    const many = sealed.replace(entry, entry.repeat(10_000));
    expect(await within(10, async () => ('text' in (await open('yaml', many)) ? 'done' : 'refused'))).toBe('done');
  });
});

describe('metadata', () => {
  const flat = (lines: string): string => `A=b\nsops_version=3.13.3\nsops_lastmodified=2024-01-02T03:04:05Z\n${lines}`;

  it.each([
    ['a list with a far index', flat('sops_age__list_999999999__map_enc=x\n')],
    ['a list with a negative index', flat('sops_age__list_-1__map_enc=x\n')],
    ['a list with no index', flat('sops_age__list___map_enc=x\n')],
    ['deep nesting', flat(`sops_age${'__map_a'.repeat(50_000)}=x\n`)],
    ['many names', flat(Array.from({ length: 100_000 }, (_, at) => `sops_age__list_${at}__map_enc=x\n`).join(''))],
    ['a name of the prototype', flat('sops___proto__=x\nsops_constructor=x\nsops_age__map___proto__=x\n')],
  ])('flat: %s', async (_, source) => {
    expect(
      await within(5, () =>
        codeOf(async () => {
          const attempt = await open('dotenv', source);
          if ('error' in attempt) throw attempt.error;
        }),
      ),
    ).not.toBe('done');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])('a key called %s is a key like others', async (key) => {
    for (const [format, source] of [
      ['yaml', `${key}: a\nx:\n    ${key}: b\n`],
      ['json', `{"${key}": "a", "x": {"${key}": "b"}}`],
      ['dotenv', `${key}=a\n`],
      ['ini', `[${key}]\n${key} = a\n`],
    ] as const) {
      expect(await open(format, await seal(format, source, undefined)), format).toEqual({ text: source });
    }
    const sealed = await seal('json', '{"a": "b"}', undefined);
    for (const field of [`"${key}": {"a": "b"},`, `"${key}": "x",`, `"${key}": [{"enc": "x"}],`])
      expect(['text', 'error']).toContain(Object.keys(await open('json', sealed.replace('"lastmodified"', `${field}"lastmodified"`)))[0]);
  });
});

describe('regular expressions run in linear time', () => {
  it.each([
    '(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*)*x',
    '(x+x+)+y',
    '((a{0,50}){0,50}){0,10}$',
    '(?i)(a|b|ab)*c',
    '^(a?){200}a{200}$',
  ])('%s', async (pattern) => {
    const run = async (): Promise<string> => {
      const selects = await selectorOf({ by: 'encrypted_regex', pattern }, 'new');
      for (const length of [30, 300, 3000]) selects([`${'a'.repeat(length)}!`], [], false);
      return 'done';
    };
    expect(await within(5, () => codeOf(run))).toMatch(/^(done|MALFORMED_PATTERN)$/);
  });
});

describe('a config file', () => {
  const load = (source: string): Promise<string> =>
    codeOf(() => parseConfig(formatOf('yaml').parse(source), '.sops.yaml', keySources, destinations));

  it.each([
    ['is an alias bomb', bomb(10, 12)],
    ['has rules through aliases', `x: &x [{age: a}]\ncreation_rules: *x\n`],
    ['is deep', `creation_rules: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['merges groups in circles', 'creation_rules:\n  - key_groups: &g\n    - merge: *g\n'],
    [
      'merges groups without end',
      `creation_rules:\n  - key_groups:\n    - ${'merge:\n      - '.repeat(1)}${'{merge: ['.repeat(2000)}${']}'.repeat(2000)}\n`,
    ],
    [
      'has many rules',
      `creation_rules:\n${'  - path_regex: a\n    age: age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u\n'.repeat(5000)}`,
    ],
    ['has a long list', `creation_rules:\n  - age: ${'age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u,'.repeat(3000)}\n`],
  ])('that %s', async (_, source) => {
    expect(await within(8, () => load(source))).toMatch(/^(done|MALFORMED_CONFIG|MALFORMED_DOCUMENT|MALFORMED_KEY|UNSUPPORTED)$/);
  });
});

describe.each(formatNames)('%s: broken bytes', (format) => {
  const sealed = seal(format, documents[format], setups[0]);

  it('cut off at any byte, the encrypted file is refused, or decrypts to what it was, as it does with real sops', async () => {
    const source = bytes(await sealed);
    const cut = Array.from({ length: source.length }, (_, length) => ({ what: `${length} bytes`, text: text(source.subarray(0, length)) }));
    const judged = await judge(format, cut);
    expect(laxer(judged)).toEqual([]);
    expect(different(judged)).toEqual([]);
    expect(passed(judged).filter(({ plain }) => plain.trimEnd() !== documents[format].trimEnd())).toEqual([]);
  });

  it('invalid UTF-8 at any byte is refused', async () => {
    const source = bytes(await sealed);
    const wrong: number[] = [];
    for (let at = 0; at < source.length; at += 9) {
      for (const byte of [0xff, 0xc0, 0x80]) {
        const attempt = await open(format, source.with(at, byte));
        if ('text' in attempt) wrong.push(at);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('a NUL or a lone surrogate anywhere ends in an error or an answer', async () => {
    const source = documents[format];
    for (let at = 0; at <= source.length; at += 4) {
      for (const odd of ['\0', '\uD800', '\uFFFE', '\u0085', '\u2028', '\x1b', '\x7f'])
        expect(await sealing(format, bytes(source.slice(0, at) + odd + source.slice(at)))).toMatch(
          /^(done|MALFORMED_DOCUMENT|UNPRINTABLE_DOCUMENT|VALUE_UNSEALABLE)$/,
        );
    }
  });
});
