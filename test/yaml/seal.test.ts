// What ciphertext looks like in the text, and what it comes back as.
import { describe, expect, it } from 'vitest';
import { decryptHere, encryptHere } from '../interop/library.ts';
import { type Rule, ask } from '../interop/oracle.ts';
import { lacks } from '../support/peers.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

async function sealed(source: string, rule: Rule = '', layout: 'auto' | 'never' = 'auto'): Promise<string> {
  const made = await encryptHere('yaml', bytes(source), rule, layout);
  if ('error' in made) throw new Error(made.error);
  return Buffer.from(made.content).toString();
}

async function opened(text: string): Promise<string> {
  const made = await decryptHere('yaml', bytes(text));
  if ('error' in made) throw new Error(made.error);
  return Buffer.from(made.content).toString();
}

/** The encrypted text without its metadata, each ciphertext as `ENC`. */
const skeleton = (text: string): string => text.replaceAll(/ENC\[[^\]]*\]/g, 'ENC').replaceAll(/^ *sops:\n(?: +.*\n?)*/gm, 'sops\n');

const needsLayout = (text: string): boolean => /^ +layout: /m.test(text);

/** What real sops decrypts a text to. */
const bySops = (text: string): string => ask('decrypt', 'yaml', [text])[0]?.text ?? '';

describe('the style of a value', () => {
  it.each([
    ['a: plain\n', 'a: ENC\nsops\n'],
    ['a: "double"\n', 'a: "ENC"\nsops\n'],
    ["a: 'single'\n", "a: 'ENC'\nsops\n"],
    ['a: |\n  one\n  two\n', 'a: |\n  ENC\nsops\n'],
    ['a: {b: x, c: [1, "y"]} # n\n', "a: {b: 'ENC', c: ['ENC', \"ENC\"]} #ENC\nsops\n"],
    ["a: ['1.24', yes]\n", "a: ['ENC', 'ENC']\nsops\n"],
    ['a: on 🚀\n', "a: 'ENC'\nsops\n"],
    ['a: 1.50\nb: TRUE\nc: 2024-01-02T03:04:05.600Z\n', 'a: ENC\nb: ENC\nc: ENC\nsops\n'],
  ])('%j travels with the ciphertext', async (source, expected) => {
    const text = await sealed(source);
    expect([skeleton(text), needsLayout(text)]).toEqual([expected, false]);
    expect(await opened(text)).toBe(source);
  });
});

describe.skipIf(lacks('oracle'))('comments', () => {
  it.each([
    ['a:\n- x\n# end of the list\n', 'a:\n    - x\n    # end of the list\n'],
    ['a:\n  b: 1\n  # c: 2\n', 'a:\n    b: 1\n    # c: 2\n'],
    ['a:\n  - b: 1\n    c: 2\n  # - d\n', 'a:\n    - b: 1\n      c: 2\n# - d\n'],
  ])('at the end of %j stay where they are for real sops, by an empty line if need be', async (source, expected) => {
    const text = await sealed(source);
    expect(needsLayout(text)).toBe(false);
    expect(bySops(text)).toBe(expected);
    expect(await opened(text)).toBe(source);
  });

  it('that real sops loses stay in the text, encrypted', async () => {
    const source = 'a: # of a\n  # of b\n  {b: x, # behind b\n   c: y}\n? d # of d\n: e\n';
    const text = await sealed(source);
    expect(text).not.toMatch(/# ?(?:of|behind)/);
    expect(await opened(text)).toBe(source);
    expect(await opened(text.replace(/^ +layout: .*\n/m, ''))).toBe(source);
  });

  it('that real sops itself seals for one place and reads at another are opened', async () => {
    const source = 'a:\n  b: x\n  c:\n    - d: y\n  # the end\n# and more\n';
    const [made] = ask('encrypt', 'yaml', [source]);
    expect(await opened(made?.text ?? '')).not.toContain('ENC[');
  });

  it('without text in a list do not become values', async () => {
    const source = 'a:\n  #\n  # note\n  #\n  - x\n';
    expect(bySops(await sealed(source))).toBe('a:\n    # \n    # note\n    # \n    - x\n');
  });

  it('behind an alias stay on its line', async () => {
    const source = 'a: &a\n  b: x\nc: *a # note\nd: *a\n';
    const text = await sealed(source);
    expect(skeleton(text)).toBe('a: &a\n  b: ENC\nc: #ENC\n  b: ENC\nd:\n  b: ENC\nsops\n');
    expect(await opened(text)).toBe(source);
  });

  it('of what an alias in a flow collection stands for come along', async () => {
    const source = 'a: &a\n  # note\n  b: x\nc:\n  <<: [*a] # why\n';
    const text = await sealed(source);
    expect(skeleton(text)).toBe('a: &a\n  #ENC\n  b: ENC\nc:\n  <<: #ENC\n    #ENC\n    - b: ENC\nsops\n');
    expect(await opened(text)).toBe(source);
  });
});

describe.skipIf(lacks('oracle'))('a file of real sops', () => {
  it.each([
    'a: x # behind\n# above\nb:\n  # deep\n  - y\n  # end\n',
    'a:\n  - -  # behind a dash\n      b: x\n',
    'a:\n  - [x, y] # of the next\n  - - 1\n',
    'a: {}#\n',
    'a:\n  b: {c: {}}\n#\nd: [] # none\n',
    'a: |+\n  # text\n\n',
    'a: "\\n"\nb:\n  - "\\n"\n',
    'a: "<<"\nb: ["<<"]\n',
    '{}\n---\na: x\n',
  ])('of %j opens to what real sops prints', async (source) => {
    const [made] = ask('encrypt', 'yaml', [source]);
    expect(await opened(made?.text ?? '')).toBe(bySops(made?.text ?? ''));
  });
});

describe('without a layout entry', () => {
  it.each([
    'a: >+\n\n\nb: x\n',
    "a: 'one\n\n  two\n\n  '\n\nb: x\n",
    'a: one\n\n  two\n  # deep\nb: x\n',
    'a: ! <<\n',
    'a: &n "\\n"\nb: *n\n',
    'a: |\n  # no comment\n\nb: x\n',
  ])('%j has the value it had', async (source) => {
    const text = await opened(await sealed(source, '', 'never'));
    expect(skeleton(await opened(await sealed(text)))).toBe(skeleton(text));
    expect(ask('look', 'yaml', [text])[0]?.leaves?.filter(({ type }) => type !== 'comment')).toEqual(
      ask('look', 'yaml', [source])[0]?.leaves?.filter(({ type }) => type !== 'comment'),
    );
  });
});

describe('the metadata', () => {
  it.each(['{}\n', '~\n', '--- {}\n', '# only\n{}\n', 'a: x\n---\n{}\n---\nb: y\n', '{a: x}\n', '\ufeffa: x\r\nb: y\r\n', 'a: x'])(
    'goes into %j and out of it',
    async (source) => {
      const text = await sealed(source);
      expect(text).toMatch(/^ +mac: ENC\[/m);
      expect(await opened(text)).toBe(source);
    },
  );

  it('leaves a line of a block scalar alone that looks like a comment before it', async () => {
    const source = 'a_unencrypted: |+\n  # text\n\n';
    expect(await opened(await sealed(source))).toBe(source);
  });
});

describe('nesting', () => {
  const nested = (depth: number): string =>
    Array.from({ length: depth }, (_, at) => `${' '.repeat(at)}# c\n${' '.repeat(at)}a:\n`).join('');
  it.each([
    ['lines', `${nested(500).trimEnd()} x\n`],
    ['brackets', `a: ${'['.repeat(499)}0x1F${']'.repeat(499)} # c\n`],
    ['an alias', `a: &a ${'['.repeat(400)}1${']'.repeat(400)}\nb: [*a]\nc: *a # c\n`],
  ])('as deep as may be, in %s', async (_, source) => {
    expect(await opened(await sealed(source))).toBe(source);
  });

  it.each([`a: ${'['.repeat(100_000)}`, '- '.repeat(100_000), `a: &a [${Array.from({ length: 9 }, () => 'x').join()}]\n${bomb()}`])(
    'beyond that ends in an error, soon: %.20s',
    async (source) => {
      const start = Date.now();
      expect(await encryptHere('yaml', bytes(source), '')).toMatchObject({ bug: false });
      expect(Date.now() - start).toBeLessThan(5000);
    },
  );
});

/** Each line stands for nine of the line above. */
function bomb(): string {
  const names = 'abcdefghi';
  return Array.from(names.slice(1), (name, at) => {
    const above = Array.from({ length: 9 }, () => `*${names.charAt(at)}`).join(', ');
    return `${name}: &${name} [${above}]\n`;
  }).join('');
}
