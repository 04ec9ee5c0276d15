import { afterAll, describe, expect, it } from 'vitest';
import { ruleFor } from '../../src/config/match.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { SopsError } from '../../src/errors.ts';
import { yaml } from '../../src/formats/yaml/index.ts';
import { destinations } from '../../src/destinations/index.ts';
import { keySources } from '../../src/keysources/index.ts';
import { readMetadata } from '../../src/metadata/codec.ts';
import { loadRegexps } from '../../src/metadata/regexp.ts';
import { findRecord } from '../../src/metadata/shape.ts';
import { lacks } from '../support/peers.ts';
import { Folder, recipients } from '../support/real-sops.ts';

const [alice, bob, carol] = recipients;
const keys = `keys:\n  - &alice ${alice}\n  - &bob ${bob}\n  - &base { age: *alice, encrypted_suffix: _base }\n`;

const configs: Readonly<Record<string, string>> = {
  'a list of recipients': `creation_rules:\n  - age: [${alice}, ${bob}]\n`,
  'a text of recipients': `creation_rules:\n  - age: "${alice}, ${bob},"\n`,
  'folded lines': `creation_rules:\n  - age: >-\n      ${alice},\n      ${bob}\n`,
  aliases: `${keys}creation_rules:\n  - age: *bob\n`,
  'a merged map': `${keys}creation_rules:\n  - <<: *base\n`,
  'a merged map that is overruled': `${keys}creation_rules:\n  - <<: *base\n    age: *bob\n`,
  'several merged maps': `${keys}creation_rules:\n  - <<: [{ age: *bob }, *base]\n`,
  'rules in order': `creation_rules:\n  - path_regex: sub/\n    age: ${alice}\n  - path_regex: \\.yaml$\n    age: ${bob}\n  - age: ${carol}\n`,
  'paths below the config file': `creation_rules:\n  - path_regex: ^sub/[^/]+\\.yaml$\n    age: ${alice}\n  - path_regex: ^plain\n    age: ${bob}\n`,
  'no rule that matches': `creation_rules:\n  - path_regex: nowhere\n    age: ${alice}\n`,
  'an empty list of rules': 'creation_rules: []\n',
  'a folded expression': `creation_rules:\n  - path_regex: (?i)PLAIN|deep/er\n    age: ${alice}\n`,
  'an expression beyond the plain': `creation_rules:\n  - path_regex: \\bs[[:alpha:]]{2}\\b\n    age: ${alice}\n  - age: ${bob}\n`,
  'a bad expression before': `creation_rules:\n  - path_regex: "["\n    age: ${alice}\n`,
  'a bad expression behind': `creation_rules:\n  - age: ${alice}\n  - path_regex: "["\n    age: ${alice}\n`,
  'a bad recipient in another rule': `creation_rules:\n  - path_regex: sub\n    age: age1nonsense\n  - age: ${alice}\n`,
  'key groups': `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [${alice}]\n      - age: [${bob}, ${carol}]\n`,
  'key groups that merge': `creation_rules:\n  - key_groups:\n      - merge:\n          - age: [${alice}]\n          - merge: [{ age: [${bob}, ${alice}] }]\n        age: [${alice}, ${carol}]\n`,
  'an empty list of key groups': `creation_rules:\n  - key_groups: []\n    age: ${alice}\n`,
  'a suffix': `creation_rules:\n  - age: ${alice}\n    unencrypted_suffix: 5\n`,
  'a regular expression, the MAC over encrypted values': `creation_rules:\n  - age: ${alice}\n    encrypted_regex: ^a\n    mac_only_encrypted: yes\n`,
  'two rules for values': `creation_rules:\n  - age: ${alice}\n    encrypted_regex: ^a\n    unencrypted_suffix: _x\n`,
  'an empty rule for values': `creation_rules:\n  - age: ${alice}\n    encrypted_regex: ""\n    unencrypted_suffix: _x\n`,
  'a number for recipients': 'creation_rules:\n  - age: 5\n',
  'a number among recipients': `creation_rules:\n  - age: [${alice}, 5]\n`,
  'a text for a number': `creation_rules:\n  - age: ${alice}\n    shamir_threshold: "1"\n`,
  'a text for rules': 'creation_rules: none\n',
  'a list for a rule': `creation_rules:\n  - [age, ${alice}]\n`,
  'a list for an expression': `creation_rules:\n  - path_regex: [a]\n    age: ${alice}\n`,
  'a text for a group': `creation_rules:\n  - key_groups: [${alice}]\n`,
  'unknown keys': `${keys}creation_rules:\n  - age: *alice\n    path_regx: nowhere\n`,
  'two documents': `creation_rules:\n  - age: ${alice}\n---\ncreation_rules:\n  - age: ${bob}\n`,
  'destination rules too': `creation_rules:\n  - age: ${alice}\ndestination_rules:\n  - s3_bucket: b\n    path_regex: x\n`,
  'destination rules for secrets, of which real sops knows nothing': `creation_rules:\n  - age: ${alice}\ndestination_rules:\n  - {aws_secrets_prefix: p/, per_key: true, tags: {a: b}}\n  - {aws_parameters_prefix: /p/}\n  - {azure_secrets_vault: 'https://v.vault.azure.net', owner: o}\n  - {gcp_secrets_project: p1, gcp_secrets_locations: 'a,b'}\n`,
};
const files = ['plain.yaml', 'sub/one.yaml', 'sub/deep/er.yaml', 'other.yml'];

/** What is encrypted for whom, as the metadata tells it, or the code of the error. */
type Choice = Readonly<Record<string, unknown>> | string;

async function ourChoice(config: string, folder: string, file: string): Promise<Choice> {
  try {
    const parsed = parseConfig(yaml.parse(config), '.sops.yaml', keySources, destinations);
    const compile = await loadRegexps(parsed.patterns);
    const rule = ruleFor(parsed, { configPath: `${folder}/.sops.yaml`, filePath: `${folder}/${file}`, compile });
    if (!rule) return 'no rules';
    const { keyGroups, shamirThreshold, macOnlyEncrypted, selection } = rule;
    return { keyGroups, shamirThreshold, macOnlyEncrypted, selection: selection ?? { by: 'unencrypted_suffix', suffix: '_unencrypted' } };
  } catch (error) {
    if (error instanceof SopsError) return error.code;
    throw error;
  }
}

function realChoice(folder: Folder, file: string): Choice {
  const run = folder.sops('encrypt', file);
  if (run.status !== 0) return run.stderr.includes('no matching creation rules') ? 'NO_MATCHING_RULE' : 'MALFORMED_CONFIG';
  const record = findRecord(yaml.parse(run.stdout).branches, 'nested');
  if (!record) throw new Error('no record');
  const { keyGroups, shamirThreshold, macOnlyEncrypted, selection } = readMetadata(record, keySources);
  return { keyGroups: keyGroups.map((group) => group.map(({ masterKey }) => masterKey)), shamirThreshold, macOnlyEncrypted, selection };
}

describe.skipIf(lacks('sops'))('a config file means what it means to real sops', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());
  for (const file of files) folder.write(file, 'a: b\n');

  it.each(Object.entries(configs))('%s', async (_, config) => {
    folder.write('.sops.yaml', config);
    for (const file of files) expect([file, await ourChoice(config, folder.path, file)]).toEqual([file, realChoice(folder, file)]);
  });
});
