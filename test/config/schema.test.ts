import { fc } from '@fast-check/vitest';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { configShape } from '../../src/config/definition.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { destinations } from '../../src/destinations/index.ts';
import { SopsError } from '../../src/errors.ts';
import { yaml } from '../../src/formats/yaml/index.ts';
import { keySources } from '../../src/keysources/index.ts';
import { plainOf } from '../support/nodes.ts';
import { recipients } from '../support/real-sops.ts';

const known = { keySources, destinations };
const schema = jsonSchema(configShape(known), 'test');
const validate = new Ajv({ allowUnionTypes: true, strict: true, strictRequired: false, allErrors: true }).compile(schema);

/** What the reader says of a config: every rule read, as if it were chosen; expressions all compile. */
function read(text: string): readonly string[] {
  try {
    const config = parseConfig(yaml.parse(text), '.sops.yaml', keySources, destinations);
    for (const rule of config.creationRules ?? []) rule.read(() => () => true, {});
    for (const rule of config.destinationRules) rule.read(() => () => true);
    return config.warnings;
  } catch (error) {
    if (error instanceof SopsError) return [error.message];
    throw error;
  }
}

const accepts = (text: string): boolean => validate(plainOf(yaml.parse(text).branches[0] ?? { kind: 'null' }));
const [one, two] = recipients;

const full = `
keys:
  - &alice ${one}
x-more: {anything: [1, 2]}
.hidden: true
creation_rules:
  - path_regex: prod/.*\\.yaml$
    encrypted_regex: ^(data|stringData)$
    mac_only_encrypted: yes
    age: [${one}, ${two}]
    pgp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21
    kms: arn:aws:kms:us-east-1:656532927350:key/920aff2e-c5f1-4040-943a-047fa387b27e
    aws_profile: foo
    gcp_kms: projects/p/locations/l/keyRings/r/cryptoKeys/k
    hckms: [tr-west-1:abc]
    azure_keyvault: https://v.vault.azure.net/keys/k/0123
    hc_vault_transit_uri: http://127.0.0.1:8200/v1/sops/keys/k
  - shamir_threshold: 2
    unencrypted_comment_regex: sops:clear
    key_groups:
      - merge:
          - age: [*alice]
        pgp: [85D77543B3D624B63CEA9E6DBC17301B491B3F21]
      - kms:
          - arn: arn:aws:kms:us-east-1:656532927350:key/920aff2e-c5f1-4040-943a-047fa387b27e
            role: arn:aws:iam::927034868273:role/sops
            context: {a: b, c: null}
            aws_profile: x
        gcp_kms: [{resource_id: projects/p/locations/l/keyRings/r/cryptoKeys/k}]
        hckms: [{key_id: 'tr-west-1:abc'}]
        azure_keyvault: [{vaultUrl: 'https://v.vault.azure.net', key: k, version: v}]
        hc_vault: ['http://127.0.0.1:8200/v1/sops/keys/k']
destination_rules:
  - s3_bucket: b
    s3_prefix: p/
    path_regex: s3/.*
    omit_extensions: true
    recreation_rule: {pgp: 85D77543B3D624B63CEA9E6DBC17301B491B3F21, encrypted_suffix: _x}
  - {gcs_bucket: b, gcs_prefix: p}
  - {vault_path: a/, vault_address: 'http://127.0.0.1:8200', vault_kv_mount_name: m, vault_kv_version: 1}
  - {aws_secrets_prefix: p/, aws_secrets_region: eu-west-1, aws_secrets_kms_key: alias/k, per_key: true, tags: {team: web}, description: d, owner: o}
  - {aws_parameters_prefix: /p/, aws_parameters_region: eu-west-1, aws_parameters_kms_key: alias/k, aws_parameters_tier: advanced}
  - {azure_secrets_vault: 'https://v.vault.azure.net', azure_secrets_prefix: p-}
  - {gcp_secrets_project: p1, gcp_secrets_prefix: p-, gcp_secrets_locations: 'europe-west1,europe-west3'}
stores:
  yaml: {indent: 2, layout: never}
  json: {indent: -1}
  json_binary: {indent: 4}
  dotenv: {layout: auto}
  ini: {}
`;

describe('the JSON Schema of .sops.yaml', () => {
  it.each(['', 'creation_rules:\n', full, full.replaceAll('alice', 'bob'), `creation_rules:\n  - age: >-\n      ${one},\n      ${two}\n`])(
    'takes what the reader takes without a word: %#',
    (text) => {
      expect(read(text === '' ? 'stores:\n' : text)).toEqual([]);
      expect(accepts(text === '' ? 'stores:\n' : text), JSON.stringify(validate.errors)).toBe(true);
    },
  );

  it.each([
    ['creation_rule: []', 'creation_rules'],
    ['creation_rules: [{path_regexp: x}]', 'path_regex'],
    ['creation_rules: [{encrypted-regex: x}]', 'encrypted_regex'],
    [`creation_rules: [{key_groups: [{ages: [${one}]}]}]`, 'age'],
    ['creation_rules: [{key_groups: [{kms: [{arn: x, rol: y}]}]}]', 'role'],
    ['creation_rules: [{key_groups: [{azure_keyvault: [{vaultUrl: x, key: k, vesion: v}]}]}]', 'version'],
    ['destination_rules: [{s3_buckets: b}]', 's3_bucket'],
    ['stores: {yaml: {indents: 2}}', 'indent'],
  ])('has the name that the reader suggests: %s', (text, meant) => {
    expect(read(text).join('\n')).toContain(`did you mean '${meant}'?`);
    expect(accepts(text)).toBe(false);
    expect(JSON.stringify(schema)).toContain(`"${meant}"`);
  });

  it.each([
    'creation_rules: {age: x}',
    'creation_rules: [text]',
    'creation_rules: [{age: {a: b}}]',
    'creation_rules: [{age: [1]}]',
    'creation_rules: [{shamir_threshold: many}]',
    'creation_rules: [{shamir_threshold: 1.5}]',
    'creation_rules: [{mac_only_encrypted: maybe}]',
    'creation_rules: [{encrypted_regex: a, unencrypted_suffix: b}]',
    'creation_rules: [{path_regex: [a]}]',
    'creation_rules: [{key_groups: [{merge: {}}]}]',
    'creation_rules: [{key_groups: [{age: [{recipient: x}]}]}]',
    'creation_rules: [{key_groups: [{gcp_kms: [x]}]}]',
    'creation_rules: [{key_groups: [{gcp_kms: [{}]}]}]',
    'creation_rules: [{key_groups: [{kms: [{arn: x, context: y}]}]}]',
    'creation_rules: [{key_groups: [{kms: [{arn: x, context: {a: [b]}}]}]}]',
    'destination_rules: [{s3_bucket: a, gcs_bucket: b}]',
    'destination_rules: [{s3_bucket: a, recreation_rule: {encrypted_regex: b}}]',
    'destination_rules: [{vault_path: a, vault_kv_version: x}]',
    'destination_rules: [{aws_secrets_prefix: a, azure_secrets_vault: "https://v.vault.azure.net"}]',
    'destination_rules: [{aws_parameters_prefix: /a, aws_parameters_tier: free}]',
    'destination_rules: [{gcp_secrets_project: a, tags: [b]}]',
    'destination_rules: [{gcp_secrets_project: a, per_key: maybe}]',
    'stores: {toml: {}}',
    'stores: {yaml: {indent: -1}}',
    'stores: {json: {indent: -2}}',
    'stores: {ini: {indent: 2}}',
    'stores: {yaml: {layout: sometimes}}',
    'users: [a]',
  ])('refuses what the reader refuses or warns of: %s', (text) => {
    expect(read(text)).not.toEqual([]);
    expect(accepts(text)).toBe(false);
  });
});

/* Configs, right and wrong, out of what names and values there are: JSON is YAML. */
const names = [...new Set([...JSON.stringify(schema).matchAll(/"([a-zA-Z0-9_]+)":\{/g)].map(([, name = '']) => name))].filter(
  (name) => !['properties', 'definitions', 'not', 'keys', 'additionalProperties', 'items'].includes(name),
);
const text = fc.constantFrom('', 'text', 'yes', 'True', 'true', '12', 'auto');
const scalar = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false, 0, 1, -1, -2, 1.5, 3, 1e21, 'never') },
);
const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }) },
  ),
}));
/** A value as the shape wants it, but for some that are not. */
const listOf = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.array(fc.oneof({ weight: 9, arbitrary: item }, { weight: 1, arbitrary: value }), { maxLength: 3 }) },
    { weight: 1, arbitrary: value },
  );
const mapOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.record(fields, { requiredKeys: [] }),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...names, 'other'), value, { maxKeys: 1 }) },
      ),
    )
    .map(([right, wrong]) => Object.assign({}, right, wrong));
const pgp = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>('85D77543B3D624B63CEA9E6DBC17301B491B3F21', ['A'.repeat(40)]) },
  { weight: 1, arbitrary: value },
);
const group = mapOf({
  pgp: listOf(fc.constantFrom('A'.repeat(40))),
  age: listOf(fc.constant(one)),
  kms: listOf(mapOf({ arn: scalar, role: scalar, context: fc.dictionary(fc.constantFrom('a', 'b'), scalar), aws_profile: scalar })),
  gcp_kms: listOf(mapOf({ resource_id: scalar })),
  azure_keyvault: listOf(mapOf({ vaultUrl: scalar, key: scalar, version: scalar })),
  merge: listOf(mapOf({ pgp: listOf(fc.constant('B'.repeat(40))) })),
});
const ruleFields = {
  path_regex: text,
  encrypted_regex: text,
  unencrypted_suffix: text,
  pgp,
  age: fc.constantFrom<unknown>(one, [one, two], null),
  shamir_threshold: fc.constantFrom<unknown>(1, 2, null, 1.5, 'x'),
  mac_only_encrypted: scalar,
  key_groups: listOf(group),
};
const config = mapOf({
  keys: value,
  'x-own': value,
  creation_rules: listOf(mapOf(ruleFields)),
  destination_rules: listOf(
    mapOf({
      s3_bucket: text,
      gcs_bucket: text,
      path_regex: text,
      omit_extensions: scalar,
      vault_kv_version: scalar,
      recreation_rule: mapOf({ pgp, encrypted_suffix: text }),
    }),
  ),
  stores: mapOf({
    yaml: mapOf({ indent: scalar, layout: scalar }),
    json: mapOf({ indent: scalar }),
    ini: mapOf({ layout: fc.constant('never') }),
  }),
});

/** What a schema cannot see: how keys are spelled, and what groups are meant for. */
const beyond = /is not an? |is not a key|expected https|holds a character|private key|key of each of the \d+ key groups/;

describe('schema and reader', () => {
  it('agree', () => {
    fc.assert(
      fc.property(config, (made) => {
        const said = read(JSON.stringify(made)).filter((message) => !beyond.test(message));
        const valid = validate(JSON.parse(JSON.stringify(made)));
        expect(valid, `${JSON.stringify(made)}\n${said.join('\n')}\n${JSON.stringify(validate.errors)}`).toBe(said.length === 0);
      }),
      { numRuns: 1000 },
    );
  });
});
