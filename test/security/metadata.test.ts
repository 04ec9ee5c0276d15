// The parts of the metadata that the MAC does not cover but the data key or real sops does.
import { describe, expect, it } from 'vitest';
import type { FormatName } from '../../src/formats/format.ts';
import type { Mapping } from '../../src/document/tree.ts';
import { walk } from '../../src/document/walk.ts';
import { formatOf } from '../interop/library.ts';
import { lacks } from '../support/peers.ts';
import type { Tampered } from './ciphertext.ts';
import { documents, formatNames } from './documents.ts';
import { different, judge, laxer, passed } from './judge.ts';
import { type Attempt, edit, open, seal, setups } from './laboratory.ts';

const codeOf = (attempt: Attempt): string => ('error' in attempt ? attempt.error.code : 'opened');

/** The ciphertext of a field of the metadata, as it stands there. */
function fieldIn(sealed: string, name: string): string {
  const found = new RegExp(`^.*\\b(sops_)?${name}\\b[" ]*[:=] *"?(ENC\\[[^\\]]*\\])`, 'm').exec(sealed)?.[2];
  if (found === undefined) throw new Error(`no ${name} in ${sealed}`);
  return found;
}

/** A line of the metadata by the name of its field. */
const line = (name: string): RegExp => new RegExp(`^.*\\b(sops_)?${name}\\b[" ]*[:=].*\\n`, 'm');

/** What adds a line to the metadata, in the style of the line of the version. */
function withField(sealed: string, name: string, value: string): string {
  return sealed.replace(line('version'), (found) => {
    const added = found.replace('version', name).replace(/3\.\d+\.\d+/, value);
    return /"version".*[^,]\n$/.test(found) ? `${added.trimEnd()},\n${found}` : added + found;
  });
}

const rules: Readonly<Record<string, string>> = {
  unencrypted_suffix: 'd',
  encrypted_suffix: 'd',
  unencrypted_regex: '.',
  encrypted_regex: 'nothing',
  unencrypted_comment_regex: '.',
  encrypted_comment_regex: 'nothing',
  mac_only_encrypted: 'true',
  shamir_threshold: '7',
};

async function tamperings(format: FormatName): Promise<readonly Tampered[]> {
  const sealed = await seal(format, documents[format], setups[0]);
  const edited = await edit(format, sealed, (plain) => plain.replace(/value2|text|=alice/, '=other'));
  const other = await seal(format, documents[format], setups[0]);
  const withoutRule = sealed.replace(line('unencrypted_suffix'), '');
  return [
    { what: 'no MAC', text: sealed.replace(line('mac'), '') },
    { what: 'an empty MAC', text: sealed.replace(fieldIn(sealed, 'mac'), '') },
    { what: 'the MAC in clear', text: sealed.replace(fieldIn(sealed, 'mac'), 'F'.repeat(128)) },
    { what: 'the MAC of another time', text: sealed.replace(fieldIn(sealed, 'mac'), fieldIn(edited, 'mac')) },
    { what: 'the MAC of another file', text: sealed.replace(fieldIn(sealed, 'mac'), fieldIn(other, 'mac')) },
    { what: 'a value for the MAC', text: sealed.replace(fieldIn(sealed, 'mac'), /ENC\[[^\]]*\]/.exec(sealed)?.[0] ?? '') },
    {
      what: 'a MAC that is a comment',
      text: sealed.replace(fieldIn(sealed, 'mac'), fieldIn(sealed, 'mac').replace('type:str', 'type:comment')),
    },
    { what: 'a MAC that is bytes', text: sealed.replace(fieldIn(sealed, 'mac'), fieldIn(sealed, 'mac').replace('type:str', 'type:bytes')) },
    {
      what: 'another time',
      text: sealed.replace(/(lastmodified.*\d\d:\d\d:)\d\d/, (_, start: string) => `${start}61`.replace('61', '00')),
    },
    { what: 'another year', text: sealed.replace(/(lastmodified\D*)\d{4}/, '$12001') },
    { what: 'no time', text: sealed.replace(line('lastmodified'), '') },
    { what: 'another zone', text: sealed.replace(/(lastmodified.*)Z/, '$1+01:00') },
    ...Object.entries(rules).map(([name, value]) => ({ what: `${name} for the rule`, text: withField(withoutRule, name, value) })),
    ...Object.entries(rules).map(([name, value]) => ({ what: `${name} beside the rule`, text: withField(sealed, name, value) })),
  ].filter(({ text }) => text !== sealed);
}

/** Rules that leave the selection of these files as it was. */
const harmless = /^(shamir_threshold|unencrypted_comment_regex for|encrypted_comment_regex for)/;

describe.skipIf(lacks('oracle')).each(formatNames)('the metadata of a %s file', (format) => {
  it('a MAC, a time or a rule that was changed is refused, as real sops refuses it', async () => {
    const judged = await judge(format, await tamperings(format));
    expect(judged.length).toBeGreaterThan(20);
    expect(laxer(judged)).toEqual([]);
    expect(different(judged)).toEqual([]);
    expect(passed(judged).filter(({ what, plain }) => !harmless.test(what) && plain !== documents[format])).toEqual([]);
    const mac = judged.filter(({ what }) => /MAC|time$|year|zone/.test(what)).map(({ ours }) => codeOf(ours));
    expect(new Set(mac)).toEqual(new Set(['MAC_MISMATCH', 'MALFORMED_METADATA']));
  });

  it('with --ignore-mac it says what real sops says', async () => {
    const judged = await judge(format, await tamperings(format), true);
    expect(laxer(judged)).toEqual([]);
    expect(different(judged)).toEqual([]);
    expect(
      passed(judged)
        .filter(({ what }) => /MAC/.test(what))
        .map(({ plain }) => plain),
    ).toEqual(Array.from({ length: 8 }, () => documents[format]));
  });
});

/** Sources that decryption alone would not give back. */
const odd = [
  { format: 'yaml', source: 'a: 0x1F\nb: "\\u00e9"\nc: {x: "q", y: two}\n' },
  { format: 'json', source: '{\n  "a": "\\u00e9",\n  "b": "two",\n  "c":[1 ,2]\n}\n' },
  { format: 'dotenv', source: 'A=one\n  \nB=two\n' },
  { format: 'ini', source: '[s]\na = "one" ; x\nb = two\n# y\n' },
] as const;

/** The texts of all values and comments. */
const valuesOf = (format: FormatName, attempt: Attempt): unknown =>
  'text' in attempt
    ? formatOf(format)
        .parse(attempt.text)
        .branches.map((branch) => leavesOf(branch))
    : attempt;

function leavesOf(branch: Mapping): readonly string[] {
  const texts: string[] = [];
  walk(branch, (item, path) => {
    if (item.kind === 'leaf') texts.push(`${path.join(':')} ${item.type} ${item.text}`);
  });
  return texts;
}

/** The file with the layout entry of another. */
const withLayoutOf = (sealed: string, other: string): string => {
  const layout = fieldIn(other, 'layout');
  return line('layout').test(sealed) ? sealed.replace(fieldIn(sealed, 'layout'), layout) : withField(sealed, 'layout', layout);
};

describe.each(odd)('the layout entry of a $format file', ({ format, source }) => {
  const sealed = seal(format, source, undefined, 'auto');

  it('brings the source back', async () => {
    expect(line('layout').test(await sealed)).toBe(true);
    expect(await open(format, await sealed)).toEqual({ text: source });
  });

  it('is refused where it does not authenticate, and names its path; with --ignore-mac the rest is read', async () => {
    const text = await sealed;
    const layout = fieldIn(text, 'layout');
    const foreign = fieldIn(await seal(format, source, undefined, 'auto'), 'layout');
    const value = /ENC\[[^\]]*\]/.exec(text)?.[0] ?? '';
    const others = [
      layout.replace(/data:./, 'data:_'),
      foreign,
      value,
      'x',
      fieldIn(text, 'mac'),
      layout.replace('type:str', 'type:comment'),
    ];
    for (const other of others) {
      const changed = text.replace(layout, other);
      expect(await open(format, changed)).toMatchObject({ error: { code: 'MAC_MISMATCH', details: { path: 'sops.layout' } } });
      expect(codeOf(await open(format, changed, true))).toBe('opened');
    }
  });

  it('does nothing in a file that prints otherwise, as after real sops changed it', async () => {
    const changed = await edit(format, await sealed, (plain) => plain.replace('two', 'three'));
    const alone = await open(format, changed.replace(line('layout'), ''));
    expect(await open(format, withLayoutOf(changed, await sealed))).toEqual(alone);
  });

  it('of an earlier version that printed alike brings back its spelling, and no other value', async () => {
    const canonical = await open(format, (await sealed).replace(line('layout'), ''));
    const respelled = await edit(format, await sealed, () => ('text' in canonical ? canonical.text : ''));
    const replayed = await open(format, withLayoutOf(respelled, await sealed));
    expect(valuesOf(format, replayed)).toEqual(valuesOf(format, canonical));
  });
});

it('the layout entry cannot take the place of a value, whatever its key is called, nor a value that of the layout entry', async () => {
  const named = await seal('yaml', '"sops:layout": one\na: 0x1F\n', undefined, 'auto');
  const value = /^"sops:layout": (.*)$/m.exec(named)?.[1] ?? '';
  const layout = /^ +layout: (.*)$/m.exec(named)?.[1] ?? '';
  expect(codeOf(await open('yaml', named.replace(value, layout)))).toBe('VALUE_UNOPENABLE');
  expect(codeOf(await open('yaml', named.replace(layout, value)))).toBe('MAC_MISMATCH');
});
