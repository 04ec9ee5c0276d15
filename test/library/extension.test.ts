// A format and a key source from outside, through the public library alone: what it takes to add one is its own object.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type Context,
  decrypt,
  defaultSelection,
  encrypt,
  type EncryptionSettings,
  type Format,
  formats,
  type FormatName,
  keySources,
  localKeyService,
  type MasterKey,
  move,
  type Node,
  planUpdateKeys,
  rotate,
  type Services,
  set,
  setAll,
  SopsError,
  startEdit,
  status,
  unset,
} from '../../src/index.ts';
import { toyFormat } from './toy-format.ts';
import { toyKeySource } from './toy-key-source.ts';

const contextWith = (env: Readonly<Record<string, string>>): Context => ({
  env,
  files: { read: async () => undefined, replace: async () => undefined, home: undefined, userConfig: undefined },
  now: () => new Date(),
  random: (length) => randomBytes(length),
  run: async () => ({ status: 127, stdout: new Uint8Array(), stderr: 'no programs here' }),
  prompt: { secret: async () => undefined, confirm: async () => false },
  log: () => undefined,
});

function servicesWith(env: Readonly<Record<string, string>>, sources = [...keySources, toyKeySource]): Services {
  const context = contextWith(env);
  return { keys: localKeyService(sources, context), keySources: sources, context };
}

const ours = servicesWith({ SOPS_TOY_WORD: 'sesame' });
const settings = (...words: readonly string[]): EncryptionSettings => ({
  keyGroups: [words.flatMap((word): readonly MasterKey[] => toyKeySource.parse(word, {}))],
  shamirThreshold: 0,
  selection: defaultSelection,
  macOnlyEncrypted: false,
  layout: 'auto',
  strict: false,
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (content: Uint8Array): string => new TextDecoder().decode(content);
const inOne = (format: Format): { input: Format; output: Format; print: object } => ({ input: format, output: format, print: {} });
const known = (name: FormatName): Format => formats.find((format) => format.name === name) ?? toyFormat;
const rewriting = { ignoreMac: false, print: {}, layout: 'auto' } as const;

async function seal(source: string, format = toyFormat, ...words: readonly string[]): Promise<Uint8Array> {
  const { content } = await encrypt(bytes(source), inOne(format), settings('sesame', ...words), ours);
  return content;
}

const open = async (sealed: Uint8Array, services = ours, format = toyFormat): Promise<string> =>
  textOf((await decrypt(sealed, inOne(format), { ignoreMac: false }, services)).content);

const source = '# who: the shop\nuser = "shop"\n\npassword = "caf\\u00e9 \\" x"\nhost_unencrypted = "localhost"';

describe('a format from outside', () => {
  test('is encrypted and comes back byte for byte, the spelling of its values too', async () => {
    const sealed = await seal(source);
    expect(textOf(sealed)).toMatch(/^host_unencrypted = "localhost"$/m);
    for (const secret of ['"shop"', 'café', 'caf\\u00e9', 'who: the']) expect(textOf(sealed)).not.toContain(secret);
    expect(textOf(sealed)).toMatch(/^sops_layout = "ENC\[/m);
    expect(await open(sealed)).toBe(source);
  });

  test('has the master keys of everybody else', async () => {
    const recipient = 'age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z';
    const group = keySources.flatMap((one) => (one.kind === 'age' ? one.parse(recipient, {}) : []));
    const { content } = await encrypt(bytes(source), inOne(toyFormat), { ...settings('sesame'), keyGroups: [group] }, ours);
    expect(textOf(content)).toContain(`sops_age__list_0__map_recipient = "${recipient}"`);
  });

  test('is printed from, and into, formats that were there before', async () => {
    const { content } = await decrypt(
      await seal(source),
      { input: toyFormat, output: known('json'), print: {} },
      { ignoreMac: false },
      ours,
    );
    expect(JSON.parse(textOf(content))).toEqual({ user: 'shop', password: 'café " x', host_unencrypted: 'localhost' });
    const yaml = bytes('# note\nuser: shop\n');
    const sealed = await encrypt(yaml, { input: known('yaml'), output: toyFormat, print: {} }, settings('sesame'), ours);
    expect(await open(sealed.content)).toBe('# note\nuser = "shop"\n');
  });

  test('has values set together and moved, printed afresh where it knows no better way', async () => {
    const text = (value: string): Node => ({ kind: 'leaf', type: 'str', text: value });
    const assignments = [
      { path: ['user'], value: text('store') },
      { path: ['new'], value: text('x') },
    ];
    const changed = await setAll(await seal(`${source}\n`), toyFormat, { assignments, options: rewriting }, ours);
    const { content } = await move(changed.content, toyFormat, { from: ['user'], to: ['owner'], options: rewriting }, ours);
    expect(await open(content)).toBe(
      '# who: the shop\nowner = "store"\npassword = "café \\" x"\nhost_unencrypted = "localhost"\nnew = "x"\n',
    );
  });

  test('is edited, and what did not change keeps its line', async () => {
    const sealed = await seal(source);
    const session = await startEdit(sealed, toyFormat, { ...rewriting, strict: false, showMasterKeys: false }, ours);
    const { content } = await session.finish(bytes(textOf(session.plaintext).replace('"shop"', '"store"')));
    session.close();
    expect(await open(content)).toBe(source.replace('"shop"', '"store"'));
    const lines = new Set(textOf(sealed).split('\n'));
    const changed = textOf(content)
      .split('\n')
      .filter((line) => !lines.has(line))
      .map((line) => line.split(' ')[0]);
    expect(changed.filter((key) => key !== 'sops_lastmodified')).toEqual(['sops_layout', 'sops_mac', 'user']);
  });

  test('takes set, unset, rotate and status', async () => {
    const sealed = await seal('a = "1"\nb = "2"\n');
    const value = { kind: 'leaf', type: 'str', text: '3' } as const;
    const more = await set(sealed, toyFormat, { path: ['c'], value, options: rewriting }, ours);
    const less = await unset(more.content, toyFormat, { path: ['a'], options: rewriting }, ours);
    const turned = await rotate(less.content, { input: toyFormat, print: {} }, { ...rewriting, add: [], remove: [] }, ours);
    expect(await open(turned.content)).toBe('b = "2"\nc = "3"\n');
    expect(status(turned.content, toyFormat, ours)).toEqual({ encrypted: true });
    expect(status(bytes('a = "1"\n'), toyFormat, ours)).toEqual({ encrypted: false });
  });

  test('is guarded like every other: a changed, renamed or removed line is refused', async () => {
    const sealed = textOf(await seal('a = "1"\nb = "2"\nc_unencrypted = "3"\n'));
    const tampered = [
      sealed.replace('c_unencrypted = "3"', 'c_unencrypted = "4"'),
      sealed.replace(/^a = /m, 'd = '),
      sealed.replace(/^b = .*\n/m, ''),
      sealed.replace(/^(a = .*\n)(b = .*\n)/m, '$2$1'),
    ];
    for (const text of tampered) {
      expect(text).not.toBe(sealed);
      await expect(open(bytes(text))).rejects.toThrow(SopsError);
    }
  });
});

describe('a key source from outside', () => {
  test('wraps the data key of any format, under a list of its own', async () => {
    const sealed = textOf(await seal('a: 1 # one\n', known('yaml')));
    expect(sealed).toMatch(/^ +toy:\n +- created_at: "[^"]+"\n +enc: [0-9a-f]{64}\n +word: sesame$/m);
    expect(await open(bytes(sealed), ours, known('yaml'))).toBe('a: 1 # one\n');
  });

  test('says for itself why it does not open', async () => {
    const refused = open(await seal('a = "1"\n'), servicesWith({}));
    await expect(refused).rejects.toMatchObject({
      code: 'DATA_KEY_UNRECOVERABLE',
      details: { groups: [{ recovered: false, attempts: [{ masterKey: 'sesame', error: 'the word is not known here' }] }] },
    });
  });

  test('is one master key among others: any of a group opens', async () => {
    const sealed = await seal('a = "1"\n', toyFormat, 'open');
    expect(await open(sealed, servicesWith({ SOPS_TOY_WORD: 'open' }))).toBe('a = "1"\n');
  });

  test('has its keys added and removed', async () => {
    const update = await planUpdateKeys(await seal('a = "1"\n'), toyFormat, settings('open', 'sesame'), ours);
    expect(update.groups).toEqual([{ common: ['sesame'], added: ['open'], removed: [] }]);
    const { content } = await update.apply();
    expect(await open(content, servicesWith({ SOPS_TOY_WORD: 'open' }))).toBe('a = "1"\n');
  });

  test('where it is not known, its entries are kept as they stand', async () => {
    const strangers = servicesWith({}, [...keySources]);
    const sealed = await seal('a: 1\n', known('yaml'));
    expect(status(sealed, known('yaml'), strangers)).toEqual({ encrypted: true });
    await expect(open(sealed, strangers, known('yaml'))).rejects.toMatchObject({
      details: { groups: [{ attempts: [{ masterKey: 'toy', error: "master keys of kind 'toy' are not known here" }] }] },
    });
  });
});
