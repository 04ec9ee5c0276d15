import { array, assert, boolean, constantFrom, dictionary, letrec, oneof, property } from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { formats } from '../../src/formats/index.ts';
import { keySources } from '../../src/keysources/index.ts';
import { readMetadata, writeMetadata } from '../../src/metadata/codec.ts';
import type { Metadata } from '../../src/metadata/metadata.ts';
import { findRecord, shapeRecord } from '../../src/metadata/shape.ts';
import { mappingOf, type Plain, plainOf } from '../support/nodes.ts';
import { lacks } from '../support/peers.ts';
import { Folder, recipients } from '../support/real-sops.ts';

const [alice, bob] = recipients;
const key = { recipient: alice, enc: 'wrapped' };
const minimal = { age: [key], lastmodified: '2024-01-02T03:04:05Z', mac: 'ENC[x]', version: '3.13.3' };

const read = (record: { readonly [key: string]: Plain }): Metadata => readMetadata(mappingOf(record), keySources);
/** Anything but the one code is thrown on. */
function readOrRefused(record: { readonly [key: string]: Plain }): Metadata | 'MALFORMED_METADATA' {
  try {
    return read(record);
  } catch (error) {
    if (error instanceof SopsError && error.code === 'MALFORMED_METADATA') return error.code;
    throw error;
  }
}
const rewritten = (record: { readonly [key: string]: Plain }): Plain => plainOf(writeMetadata(read(record), keySources));

describe.skipIf(lacks('sops'))('records that real sops wrote', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());

  const group = (recipient: string): string => `\n    - age: [${recipient}]`;
  const rules: Readonly<Record<string, string>> = {
    'one key': `age: ${alice}`,
    'two keys, a suffix': `age: "${alice},${bob}"\n    encrypted_suffix: _enc`,
    'a regular expression': `age: ${alice}\n    unencrypted_regex: ^a`,
    'a comment rule, the MAC over encrypted values only': `age: ${alice}\n    unencrypted_comment_regex: plain\n    mac_only_encrypted: true`,
    'three groups': `shamir_threshold: 2\n    key_groups:${group(alice)}${group(bob)}${group(recipients[2])}`,
  };
  const sources: Readonly<Record<string, string>> = {
    yaml: 'a: b\n',
    json: '{"a": "b"}\n',
    env: 'a=b\n',
    ini: '[s]\na = b\n',
  };

  for (const [name, rule] of Object.entries(rules)) {
    for (const [ending, source] of Object.entries(sources)) {
      it(`reads and writes unchanged: ${name}, .${ending}`, () => {
        folder.write('.sops.yaml', `creation_rules:\n  - ${rule}\n`);
        folder.write(`file.${ending}`, source);
        const run = folder.sops('encrypt', `file.${ending}`);
        expect(run.stderr).toBe('');
        const format = formats.find(({ extensions }) => extensions.includes(`.${ending}`));
        if (!format) throw new Error(`no format takes .${ending}`);
        const { branches } = format.parse(run.stdout);
        const record = findRecord(branches, format.shape);
        if (!record) throw new Error('no record');
        const metadata = readMetadata(record, keySources);
        expect(metadata.unknown).toBeUndefined();
        const written = shapeRecord(writeMetadata(metadata, keySources), format.shape);
        expect(format.amend(format.parse(run.stdout), written)).toEqual([]);
      });
    }
  }
});

describe('readMetadata', () => {
  it('takes numbers and bools as texts, and texts as numbers and bools', () => {
    const weak = read({ ...minimal, version: 3.7, shamir_threshold: '0x2', mac_only_encrypted: 'true', encrypted_suffix: 5 });
    expect(weak).toMatchObject({
      version: '3.7',
      shamirThreshold: 2,
      macOnlyEncrypted: true,
      selection: { by: 'encrypted_suffix', suffix: '5' },
    });
    expect(read({ ...minimal, shamir_threshold: 2.9, mac_only_encrypted: 0, version: true })).toMatchObject({
      version: '1',
      shamirThreshold: 2,
      macOnlyEncrypted: false,
    });
  });

  it('takes what is missing, null or empty for nothing', () => {
    const bare = read({
      ...minimal,
      kms: [],
      hc_vault: null,
      pgp: {},
      encrypted_suffix: null,
      unencrypted_suffix: '',
      shamir_threshold: '',
    });
    expect(bare.keyGroups).toHaveLength(1);
    expect(bare).toMatchObject({
      selection: { by: 'unencrypted_suffix', suffix: '_unencrypted' },
      shamirThreshold: 0,
      macOnlyEncrypted: false,
    });
  });

  it('takes one map for a list of one, and names in any case', () => {
    expect(read({ AGE: key, LastModified: minimal.lastmodified, mac: '' }).keyGroups).toEqual([
      [{ masterKey: { kind: 'age', recipient: alice }, wrapped: 'wrapped' }],
    ]);
  });

  it.each([
    ['2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05Z'],
    ['2024-01-02T03:04:05+00:00', '2024-01-02T03:04:05Z'],
    ['2024-01-02T03:04:05-07:30', '2024-01-02T03:04:05-07:30'],
    ['2024-01-02T3:04:05,5Z', '2024-01-02T03:04:05Z'],
  ])('takes lastmodified %s for %s, as Go prints it', (lastmodified, text) => {
    expect(read({ ...minimal, lastmodified }).lastModified).toBe(text);
  });

  it('lets keys at the top go before key groups', () => {
    expect(read({ ...minimal, key_groups: [{ age: [{ recipient: bob, enc: '' }] }] }).keyGroups).toEqual([
      [{ masterKey: { kind: 'age', recipient: alice }, wrapped: 'wrapped' }],
    ]);
  });

  const dated = { created_at: minimal.lastmodified, enc: '' };
  it.each<[string, { readonly [key: string]: Plain }]>([
    ['lastmodified', { ...minimal, lastmodified: 'yesterday' }],
    ['lastmodified', { ...minimal, lastmodified: '2023-02-29T00:00:00Z' }],
    ['mac', { ...minimal, mac: ['a'] }],
    ['version', { ...minimal, version: {} }],
    ['shamir_threshold', { ...minimal, shamir_threshold: 'two' }],
    ['mac_only_encrypted', { ...minimal, mac_only_encrypted: 'yes' }],
    ['age[0]', { ...minimal, age: ['a'] }],
    ['age[1].enc', { ...minimal, age: [key, { recipient: alice, enc: [] }] }],
    ['age', { ...minimal, age: 'a' }],
    ['kms[0].created_at', { ...minimal, kms: [{ arn: 'a', enc: '' }] }],
    ['recipient', { ...minimal, age: [{ recipient: {}, enc: '' }] }],
    ['kms[0].context', { ...minimal, kms: [{ ...dated, arn: 'a', context: { a: { b: 'c' } } }] }],
    ['key_groups[0]', { ...minimal, age: [], key_groups: [[]] }],
    ['key_groups[1].age[0].enc', { ...minimal, age: [], key_groups: [{ age: [key] }, { age: [{ enc: {} }] }] }],
    ['encrypted_regex', { ...minimal, unencrypted_suffix: 'a', encrypted_regex: 'b' }],
    ['layout', { ...minimal, layout: ['x'] }],
    ['no keys found', { ...minimal, age: [] }],
  ])('says that %s is wrong', (name, record) => {
    expect(() => read(record)).toThrow(SopsError);
    expect(() => read(record)).toThrow(expect.objectContaining({ code: 'MALFORMED_METADATA', message: expect.stringContaining(name) }));
  });

  it('reads or refuses whatever stands in a record, and reads what it wrote', () => {
    const names = [
      'age',
      'kms',
      'pgp',
      'key_groups',
      'lastmodified',
      'mac',
      'version',
      'encrypted_regex',
      'shamir_threshold',
      'mac_only_encrypted',
      'enc',
      'context',
      '__proto__',
    ];
    const record = letrec<{ value: Plain; map: { readonly [key: string]: Plain } }>((tie) => ({
      value: oneof(
        { depthSize: 'small' },
        constantFrom<Plain>('', 'x', 2, 1.5, true, null, minimal.lastmodified),
        array(tie('value'), { maxLength: 3 }),
        tie('map'),
      ),
      map: dictionary(constantFrom(...names), tie('value'), { maxKeys: 6 }),
    })).map;
    assert(
      property(record, boolean(), (wild, based) => {
        const metadata = readOrRefused(based ? { ...wild, ...minimal } : wild);
        if (metadata === 'MALFORMED_METADATA') return;
        const written = writeMetadata(metadata, keySources);
        expect(writeMetadata(readMetadata(written, keySources), keySources)).toEqual(written);
      }),
    );
  });

  it('reads 100,000 keys in bounded time', () => {
    const start = performance.now();
    expect(read({ ...minimal, age: Array.from({ length: 100_000 }, () => key) }).keyGroups[0]).toHaveLength(100_000);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('writeMetadata', () => {
  it('writes the fields of real sops, sorted, and no others', () => {
    const pgp = { fp: 'F', enc: 'p', created_at: '2024-01-02T03:04:05Z' };
    const kms = { arn: 'a', context: { b: 'c', a: null }, role: 'r', enc: 'k', created_at: '2024-01-02T03:04:05Z', aws_profile: '' };
    const written = rewritten({ ...minimal, pgp: [pgp], kms: [kms], mac_only_encrypted: false, shamir_threshold: 0 });
    expect(written).toEqual({ ...minimal, pgp: [pgp], kms: [kms], unencrypted_suffix: '_unencrypted' });
    expect(JSON.stringify(written)).toBe(
      '{"age":[{"enc":"wrapped","recipient":"' +
        alice +
        '"}],"kms":[{"arn":"a","aws_profile":"","context":{"a":null,"b":"c"},"created_at":"2024-01-02T03:04:05Z","enc":"k","role":"r"}],' +
        '"lastmodified":"2024-01-02T03:04:05Z","mac":"ENC[x]","pgp":[{"created_at":"2024-01-02T03:04:05Z","enc":"p","fp":"F"}],' +
        '"unencrypted_suffix":"_unencrypted","version":"3.13.3"}',
    );
  });

  it('keeps what newer programs wrote: fields, fields of keys, keys of kinds to come', () => {
    const coming = [{ id: 'x', enc: 'y', created_at: 'whenever' }];
    const record = {
      ...minimal,
      age: [{ ...key, hint: ['a', 1] }],
      oci_kms: coming,
      note: { a: [true] },
      unencrypted_suffix: '_unencrypted',
    };
    expect(rewritten(record)).toEqual(record);
    const groups = {
      ...minimal,
      age: [],
      key_groups: [
        { age: [key], hc_vault: [], oci_kms: coming },
        { age: [], hc_vault: [], oci_kms: coming },
      ],
      unencrypted_suffix: '_unencrypted',
    };
    expect(rewritten(groups)).toEqual(groups);
    expect(read(record).keyGroups[0]?.map(({ masterKey }) => masterKey.kind)).toEqual(['age', 'oci_kms']);
  });

  it('keeps the layout entry, and reads it back', () => {
    expect(read({ ...minimal, layout: 'ENC[layout]' }).layout).toBe('ENC[layout]');
    expect(rewritten({ ...minimal, layout: 'ENC[layout]' })).toMatchObject({ layout: 'ENC[layout]' });
    expect(read({ ...minimal, layout: '' }).layout).toBeUndefined();
  });
});
