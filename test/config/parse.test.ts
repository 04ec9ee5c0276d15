import { describe, expect, it } from 'vitest';
import type { Config, CreationRule } from '../../src/config/config.ts';
import { ruleFor } from '../../src/config/match.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { yaml } from '../../src/formats/yaml/index.ts';
import { destinations } from '../../src/destinations/index.ts';
import { keySources } from '../../src/keysources/index.ts';
import { loadRegexps } from '../../src/metadata/regexp.ts';
import { recipients } from '../support/real-sops.ts';

const [alice, bob] = recipients;
const parse = (text: string): Config => parseConfig(yaml.parse(text), '.sops.yaml', keySources, destinations);

async function firstRule(text: string, options = {}): Promise<CreationRule | undefined> {
  const config = parse(text);
  return ruleFor(
    config,
    { configPath: '/repo/.sops.yaml', filePath: '/repo/a.yaml', compile: await loadRegexps(config.patterns) },
    options,
  );
}

describe('errors name the file, the line and what was expected', () => {
  it.each([
    ['creation_rules: 5\n', 1, /'creation_rules' of the config file is a number, expected a list/],
    ['creation_rules:\n  - path_regex: [a]\n', 2, /'path_regex' of a creation rule is a list, expected a text/],
    ['creation_rules:\n  - age: a\n    shamir_threshold: two\n', 3, /expected a whole number/],
    ['creation_rules:\n  - mac_only_encrypted: 7\n', 2, /expected true or false/],
    ['creation_rules:\n  - key_groups:\n      - age: a\n', 3, /'age' of a key group is a text, expected a list/],
    ['creation_rules:\n  - key_groups:\n      - kms:\n          - arn: [a]\n', 4, /arn/],
    ['stores:\n  yaml:\n    indent: wide\n', 3, /expected a whole number/],
    ['stores:\n  json:\n    indent: -2\n', 3, /expected -1 or more/],
    ['stores:\n  yaml: {}\n  toml: {}\n', 3, /no store 'toml', expected one of yaml, json, json_binary, dotenv, ini/],
    ['stores:\n  yaml:\n    layout: maybe\n', 3, /neither auto nor never/],
    ['destination_rules:\n  - a\n', 2, /expected a map/],
  ])('%j', (text, line, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: 'MALFORMED_CONFIG',
        message: expect.stringMatching(message),
        details: expect.objectContaining({ file: '.sops.yaml', position: expect.objectContaining({ line }) }),
      }),
    );
  });

  it.each([
    ['creation_rules:\n  - path_regex: "["\n', 2, /'path_regex' of a creation rule is not a regular expression/],
    [
      `creation_rules:\n  - age: ${alice}\n    encrypted_regex: "("\n`,
      3,
      /'encrypted_regex' of a creation rule is not a regular expression/,
    ],
    ['creation_rules:\n  - pgp: ABC\n    age: age1nonsense\n', 3, /'age' of a creation rule/],
    [`creation_rules:\n  - key_groups:\n      - age:\n          - ${alice}\n          - nonsense\n`, 5, /an item of 'age' of a key group/],
    ['creation_rules:\n  - encrypted_suffix: a\n    unencrypted_regex: b\n', 3, /unencrypted_regex stands beside encrypted_suffix/],
    ['creation_rules:\n  - age: 2024-01-01\n', 2, /neither a text nor a list of texts/],
  ])('%j, of the rule that is chosen', async (text, line, message) => {
    await expect(firstRule(text)).rejects.toThrow(
      expect.objectContaining({
        code: 'MALFORMED_CONFIG',
        message: expect.stringMatching(message),
        details: expect.objectContaining({ file: '.sops.yaml', position: expect.objectContaining({ line }) }),
      }),
    );
  });
});

describe('warnings', () => {
  it.each([
    [
      `creation_rules:\n  - path_regx: a\n    age: ${alice}\n`,
      ".sops.yaml:2: unknown key 'path_regx' in a creation rule is ignored, did you mean 'path_regex'?",
    ],
    ['creation_rules:\n  - key_groups:\n      - azure_kv: []\n', ".sops.yaml:3: unknown key 'azure_kv' in a key group is ignored"],
    [
      'creation_rule:\n  - age: a\n',
      ".sops.yaml:1: unknown key 'creation_rule' in the config file is ignored, did you mean 'creation_rules'?",
    ],
    ['stores:\n  json:\n    indnt: 2\n', ".sops.yaml:3: unknown key 'indnt' in store 'json' is ignored, did you mean 'indent'?"],
    ['stores:\n  ini:\n    indent: 2\n', ".sops.yaml:3: unknown key 'indent' in store 'ini' is ignored"],
    [
      'creation_rules:\n  - key_groups:\n      - age: [a]\n      - pgp: [b]\n',
      '.sops.yaml:4: a key of each of the 2 key groups will be needed to decrypt: put them into one group if any one key shall do, or say so with shamir_threshold: 2',
    ],
  ])('%j', (text, warning) => {
    expect(parse(text).warnings).toEqual([warning]);
  });

  it.each([
    `keys:\n  - ${alice}\ncreation_rules: []\n`,
    `people: &people [${alice}]\ncreation_rules:\n  - age: *people\n`,
    `people:\n  - &alice ${alice}\ncreation_rules:\n  - age: *alice\n`,
    `x-shared: ${alice}\n`,
    'creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [a]\n      - pgp: [b]\n',
    'creation_rules:\n  - key_groups:\n      - age: [a]\n      - age: [b]\n',
    'destination_rules:\n  - s3_bucket: a\n    recreation_rule: {}\n',
  ])('none for %j', (text) => {
    expect(parse(text).warnings).toEqual([]);
  });
});

describe('what a rule says', () => {
  it('takes the keys of every kind, in the order of real sops', async () => {
    const rule = await firstRule(
      'creation_rules:\n  - hc_vault_transit_uri: https://v.example/v1/transit/keys/k\n    azure_keyvault: https://v.example/keys/k/1\n    hckms: ["r:u"]\n' +
        `    gcp_kms: projects/p\n    kms: "arn:aws:kms:eu-west-1:1:key/k+arn:aws:iam::1:role/r"\n    aws_profile: work\n    pgp: AB CD\n    age: ${alice}\n`,
      { encryptionContext: { a: 'b' } },
    );
    expect(rule?.keyGroups).toEqual([
      [
        { kind: 'age', recipient: alice },
        { kind: 'pgp', fingerprint: 'ABCD' },
        {
          kind: 'kms',
          arn: 'arn:aws:kms:eu-west-1:1:key/k',
          role: 'arn:aws:iam::1:role/r',
          encryptionContext: { a: 'b' },
          profile: 'work',
        },
        { kind: 'gcp_kms', resourceId: 'projects/p' },
        { kind: 'hckms', keyId: 'r:u' },
        { kind: 'azure_kv', vaultUrl: 'https://v.example', name: 'k', version: '1' },
        { kind: 'hc_vault', vaultAddress: 'https://v.example', enginePath: 'transit', keyName: 'k' },
      ],
    ]);
  });

  it('takes a key that is merged a thousand million times once', async () => {
    const levels = Array.from({ length: 30 }, (_, level) => `  - &g${level + 1} { merge: [*g${level}, *g${level}] }\n`).join('');
    const start = performance.now();
    const text = `keys:\n  - &g0 { age: [${alice}, ${bob}] }\n${levels}creation_rules:\n  - key_groups: [*g30]\n`;
    const outcome = await firstRule(text).then(
      (rule) => rule?.keyGroups[0]?.length,
      (error: unknown) => error,
    );
    expect([2, expect.objectContaining({ name: 'SopsError' })]).toContainEqual(outcome);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('reads the stores', () => {
    expect(
      parse(
        'stores:\n  yaml: { indent: 2, layout: never }\n  json: { indent: -1 }\n  json_binary: { indent: 0 }\n  dotenv:\n  ini: { layout: auto }\n',
      ).stores,
    ).toEqual({
      yaml: { indent: 2, layout: 'never' },
      json: { indent: -1 },
      jsonBinary: { indent: 0 },
      dotenv: {},
      ini: { layout: 'auto' },
    });
  });

  it('lists every expression that must be ready', () => {
    expect(parse('creation_rules:\n  - path_regex: a\n  - encrypted_regex: b\n    unencrypted_comment_regex: c\n').patterns).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
