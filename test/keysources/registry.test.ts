import { describe, expect, it } from 'vitest';
import { keySources } from '../../src/keysources/index.ts';
import type { GroupItem, KeyFields, KeySource } from '../../src/keysources/keysource.ts';

const source = (kind: string): KeySource => {
  const found = keySources.find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`no source of kind ${kind}`);
  return found;
};
const arn = 'arn:aws:kms:us-east-1:1:key/a';
const role = 'arn:aws:iam::1:role/r';
const recipient = 'age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef';
const context = { Env: 'test', App: 'x' };

describe('the key sources', () => {
  it('stand in the order in which sops takes the lists of a group', () => {
    expect(keySources.map(({ list }) => list)).toEqual(['kms', 'gcp_kms', 'hckms', 'azure_kv', 'hc_vault', 'pgp', 'age']);
  });

  it.each<[string, KeyFields, string]>([
    ['age', { recipient }, recipient],
    ['pgp', { fp: 'ABCD' }, 'ABCD'],
    ['kms', { arn, aws_profile: '' }, arn],
    ['kms', { arn, aws_profile: 'dev', context, role }, `${arn}+${role}|App:x,Env:test|dev`],
    ['kms', { arn, aws_profile: 'dev' }, `${arn}||dev`],
    ['kms', { arn, aws_profile: '', context }, `${arn}|App:x,Env:test`],
    ['gcp_kms', { resource_id: 'projects/p' }, 'projects/p'],
    ['hckms', { key_id: 'region:id' }, 'region:id'],
    ['azure_kv', { name: 'k', vault_url: 'https://v', version: '1' }, 'https://v/keys/k/1'],
    ['hc_vault', { engine_path: 'transit', key_name: 'k', vault_address: 'https://v' }, 'https://v/v1/transit/keys/k'],
  ])('keep an entry of %s as it is, %j, sorted, and name it as real sops does', (kind, fields, name) => {
    const masterKey = source(kind).fromFields(Object.fromEntries(Object.entries(fields).toReversed()));
    const kept = source(kind).toFields(masterKey);
    expect(kept).toEqual(fields);
    expect(Object.keys(kept)).toEqual(Object.keys(fields));
    expect(Object.keys(kept['context'] ?? {})).toEqual(Object.keys(kept['context'] ?? {}).sort());
    expect(source(kind).describe(masterKey)).toBe(name);
  });

  it.each<[string, string, readonly string[]]>([
    ['kms', `${arn} + ${role},${arn}`, [`${arn}+${role}`, arn]],
    ['kms', `${arn}+b`, [`${arn}+b`]],
    ['pgp', '85D7 7543 B3D6, 85d77543!', ['85D77543B3D6', '85d77543!']],
    ['gcp_kms', 'projects/p, projects/q', ['projects/p', 'projects/q']],
    ['hckms', 'tr-west-1:abc, tr-west-1 : def ,', ['tr-west-1:abc', 'tr-west-1 : def']],
    ['azure_kv', 'https://v.vault.azure.net/keys/k/1, https://v/keys/k', ['https://v.vault.azure.net/keys/k/1', 'https://v/keys/k/']],
    ['hc_vault', 'https://v:8200/v1/transit/keys/dev', ['https://v:8200/v1/transit/keys/dev']],
    ['hc_vault', 'HTTPS://V/v2/team/transit/keys/dev/', ['https://V/v1/team/transit/keys/dev']],
  ])('read the flag of %s: %j', (kind, text, names) => {
    expect(
      source(kind)
        .parse(text, {})
        .map((masterKey) => source(kind).describe(masterKey)),
    ).toEqual(names);
  });

  it.each([
    ['hckms', 'abc'],
    ['hckms', ':abc'],
    ['azure_kv', 'http://v/keys/k'],
    ['azure_kv', 'https://v/secrets/k'],
    ['hc_vault', 'vault.example.org/v1/transit/keys/dev'],
    ['hc_vault', 'https://v/prefix/v1/transit/keys/dev'],
    ['hc_vault', 'https://v/v1/transit/keys'],
  ])('refuse a malformed key of %s: %j', (kind, text) => {
    expect(() => source(kind).parse(text, {})).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
  });

  it.each<[string, GroupItem, string]>([
    ['kms', { arn, role, context, aws_profile: 'dev' }, `${arn}+${role}|App:x,Env:test|dev`],
    ['kms', { arn }, arn],
    ['pgp', '85D7 7543', '85D77543'],
    ['gcp_kms', { resource_id: 'projects/p' }, 'projects/p'],
    ['hckms', { key_id: 'a:b' }, 'a:b'],
    ['azure_kv', { vaultUrl: 'https://v', key: 'k', version: '1' }, 'https://v/keys/k/1'],
    ['hc_vault', 'https://v/v1/transit/keys/dev', 'https://v/v1/transit/keys/dev'],
  ])('read an item of %s in a key group', (kind, item, name) => {
    expect(
      source(kind)
        .fromGroup(item)
        .map((masterKey) => source(kind).describe(masterKey)),
    ).toEqual([name]);
    const wrong: GroupItem =
      typeof item === 'string' ? { a: 'b' } : { ...item, ...Object.fromEntries(Object.keys(item).map((key) => [key, { a: 'b' }])) };
    expect(() => source(kind).fromGroup(wrong)).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
  });

  it('add flags to a KMS key: its context and profile', () => {
    const [masterKey] = source('kms').parse(arn, { encryptionContext: context, awsProfile: 'dev' });
    expect(masterKey).toEqual({ kind: 'kms', arn, encryptionContext: context, profile: 'dev' });
  });

  it('refuse an entry whose fields are of the wrong kind', () => {
    for (const each of keySources) {
      const fields = Object.fromEntries(Object.keys(each.toFields(each.fromFields({}))).map((name) => [name, { a: 'b' }]));
      expect(() => each.fromFields(fields)).toThrow(expect.objectContaining({ code: 'MALFORMED_METADATA' }));
    }
    expect(() => source('kms').fromFields({ arn, context: 'a' })).toThrow(expect.objectContaining({ code: 'MALFORMED_METADATA' }));
  });
});
