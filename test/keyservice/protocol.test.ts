import { type Arbitrary, assert, constant, dictionary, property, record, string, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { keySources } from '../../src/keysources/index.ts';
import type { FieldValue, KeySource } from '../../src/keysources/keysource.ts';
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest, titleOf } from '../../src/keyservice/protocol.ts';
import type { MasterKey } from '../../src/metadata/metadata.ts';
import { toyKeySource } from '../library/toy-key-source.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const source = (kind: string): KeySource => keySources.find((one) => one.kind === kind) ?? toyKeySource;
const key = (kind: string, fields: Readonly<Record<string, FieldValue>>): MasterKey => source(kind).fromFields(fields);

const name = string({ unit: 'grapheme', maxLength: 20 });
const fieldsOf: Readonly<Record<string, Arbitrary<Record<string, FieldValue>>>> = {
  kms: record({ arn: name, role: name, context: dictionary(name, name, { maxKeys: 4 }), aws_profile: name }),
  pgp: record({ fp: name }),
  gcp_kms: record({ resource_id: name }),
  azure_kv: record({ vault_url: name, name, version: name }),
  hc_vault: record({ vault_address: name, engine_path: name, key_name: name }),
  age: record({ recipient: name }),
  hckms: record({ key_id: name }),
};
const payloads = uint8Array({ maxLength: 100 });

/** Throws where reading fails otherwise than on purpose. */
function refusedOnPurpose(bytes: Uint8Array): void {
  try {
    decodeRequest(bytes, keySources);
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
  }
}

describe('a request', () => {
  test('of every kind of master key that real sops has is known', () => {
    expect(Object.keys(fieldsOf).toSorted()).toEqual(keySources.map(({ kind }) => kind).toSorted());
  });

  test.each(Object.keys(fieldsOf))('with a %s key comes back as it was', (kind) => {
    const fields = fieldsOf[kind] ?? constant({});
    assert(
      property(fields, payloads, (some, payload) => {
        const masterKey = key(kind, some);
        const read = decodeRequest(encodeRequest({ masterKey, payload }, keySources), keySources);
        expect(read.masterKey).toEqual(masterKey);
        expect(hex(read.payload)).toBe(hex(payload));
      }),
      { numRuns: 50 },
    );
  });

  test('is written as protobuf has it', () => {
    const masterKey = key('hc_vault', { vault_address: 'a', key_name: 'c' });
    expect(hex(encodeRequest({ masterKey, payload: new Uint8Array([1, 2]) }, keySources))).toBe('0a082a060a01611a016312020102');
  });

  test('passes over what a newer protocol adds', () => {
    // Unknown fields: 11 in the request, 11 in the key, 4 in the age key, and a number.
    const more = ['5a0178', '0a0b5a017832060a0161220178', '4801', '12020102'].join('');
    expect(decodeRequest(Buffer.from(more, 'hex'), keySources)).toEqual({
      masterKey: key('age', { recipient: 'a' }),
      payload: Buffer.from([1, 2]),
    });
  });

  test.each([
    ['nothing', '', 'UNSUPPORTED'],
    ['no key', '12020102', 'UNSUPPORTED'],
    ['an empty key', '0a0012020102', 'UNSUPPORTED'],
    ['a key of a kind to come', '0a0442020a0012020102', 'UNSUPPORTED'],
    ['a length beyond its end', '0aff', 'MALFORMED_KEY'],
    ['an endless number', 'ff'.repeat(20), 'MALFORMED_KEY'],
    ['a wire type that there is not', '0f', 'MALFORMED_KEY'],
    ['nested groups without end', '0b'.repeat(100_000), 'MALFORMED_KEY'],
    ['a text that is not UTF-8', '0a0532030a01ff', 'MALFORMED_KEY'],
  ])('with %s is refused', (_, message, code) => {
    expect(() => decodeRequest(Buffer.from(message, 'hex'), keySources)).toThrow(expect.objectContaining({ code }));
  });

  test('of any bytes is read, or refused on purpose', () => {
    assert(
      property(uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => refusedOnPurpose(bytes)).not.toThrow();
      }),
    );
  });

  test('keeps a context that would harm an object', () => {
    const masterKey = key('kms', { arn: 'a', context: Object.fromEntries([['__proto__', 'x']]) });
    const read = decodeRequest(encodeRequest({ masterKey, payload: new Uint8Array() }, keySources), keySources);
    expect(JSON.stringify(read.masterKey)).toBe(JSON.stringify(masterKey));
  });

  test('cannot carry kinds or fields that sops does not know', () => {
    const sources = [...keySources, toyKeySource];
    const payload = new Uint8Array();
    const encode =
      (masterKey: MasterKey, known = sources) =>
      () =>
        encodeRequest({ masterKey, payload }, known);
    const [word = { kind: 'none' }] = toyKeySource.parse('word', {});
    expect(encode(word)).toThrow("cannot carry master keys of kind 'toy'");
    expect(encode({ kind: 'pigeon' })).toThrow("cannot carry master keys of kind 'pigeon'");
    const roomy: KeySource = { ...source('age'), toFields: () => ({ recipient: 'age1', nest: 'oak' }) };
    expect(encode({ kind: 'age' }, [roomy])).toThrow("cannot carry the field 'nest' of a 'age' key");
  });
});

describe('an answer', () => {
  test('comes back as it was', () => {
    assert(
      property(payloads, (payload) => {
        expect(hex(decodeAnswer(encodeAnswer(payload)))).toBe(hex(payload));
      }),
    );
  });

  test('that is no message is refused', () => {
    expect(() => decodeAnswer(Buffer.from('HTTP/1.1 200 OK'))).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
  });
});

test('a master key is named as sops names it to a person', () => {
  expect(titleOf(key('pgp', { fp: 'AB12' }), keySources)).toBe('PGP key with fingerprint AB12');
  expect(titleOf(key('azure_kv', { vault_url: 'https://v', name: 'k', version: '1' }), keySources)).toBe(
    'Azure Key Vault key with URL https://v/keys/k/1',
  );
});
