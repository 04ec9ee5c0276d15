import type { Destination } from '../destinations/destination.ts';
import type { GroupField, KeySource } from '../keysources/keysource.ts';
import { patternRules, suffixRules } from '../metadata/metadata.ts';
import type { MapShape, Shape } from './shape.ts';

type Fields = Readonly<Record<string, Shape>>;

const text = (help: string): Shape => ({ kind: 'text', help });

/** What there is that the config file can name. */
export interface Definable {
  readonly keySources: readonly KeySource[];
  readonly destinations: readonly {
    readonly config: Destination['config'];
  }[];
}

/** All that `.sops.yaml` may hold (`config/config.go`): names, types and what they are for. */
export function configShape({ keySources, destinations }: Definable): MapShape {
  const group = groupShape(keySources);
  const rule = ruleShape(keySources, group);
  return {
    kind: 'map',
    called: 'the config file',
    help: 'for whom and what sops encrypts',
    others: 'pantry',
    fields: {
      creation_rules: {
        kind: 'list',
        help: 'for whom and what to encrypt: the first rule whose path_regex matches takes a file',
        itemName: 'a creation rule',
        items: rule,
      },
      destination_rules: {
        kind: 'list',
        help: 'where to publish files: the first rule whose path_regex matches takes a file',
        itemName: 'a destination rule',
        items: destinationShape(rule, destinations),
      },
      stores: storesShape,
      'x-sopsmith': ownShape,
    },
  };
}

const globs = (help: string): Shape => ({ kind: 'keys', help });

/** What sopsmith alone reads. */
const ownShape: MapShape = {
  kind: 'map',
  called: 'x-sopsmith',
  help: 'what sopsmith alone reads, and sops looks over',
  own: true,
  fields: {
    check: {
      kind: 'map',
      called: "'check' of x-sopsmith",
      help: 'what `sopsmith check` lets pass',
      fields: {
        exclude: globs('globs of files that are not looked at'),
        allow: {
          kind: 'map',
          called: "'allow'",
          help: 'globs of files, by the rule that does not hold for them',
          others: 'any',
          fields: {},
        },
      },
    },
    max_age: {
      kind: 'map',
      called: "'max_age' of x-sopsmith",
      help: 'how old keys may be: `sopsmith check` tells of older ones, `sopsmith rotate --overdue` makes new data keys',
      fields: {
        data_key: text('how old a data key may be: 12h, 90d, 8w, 3m for months of 30 days, 1y'),
        recipient: text('for how long a file may be encrypted for one and the same master key: 12h, 90d, 8w, 3m, 1y'),
      },
    },
  },
};

const selectionHelp: Fields = {
  unencrypted_suffix: text('leave in clear what stands below keys with this ending; the default is _unencrypted'),
  encrypted_suffix: text('encrypt only what stands below keys with this ending'),
  unencrypted_regex: text('leave in clear what stands below keys that match'),
  encrypted_regex: text('encrypt only what stands below keys that match'),
  unencrypted_comment_regex: text('leave in clear what comments that match stand above or behind'),
  encrypted_comment_regex: text('encrypt only what comments that match stand above or behind'),
};

function ruleShape(keySources: readonly KeySource[], group: MapShape): MapShape {
  return {
    kind: 'map',
    called: 'a creation rule',
    help: 'for whom and what to encrypt',
    id: 'creationRule',
    alone: [...suffixRules, ...patternRules],
    fields: {
      path_regex: text(
        "the files that the rule takes: a regular expression for their paths, relative to this file's folder; a rule without takes every file",
      ),
      ...Object.fromEntries(keySources.map(({ config, flag }): [string, Shape] => [config.rule, { kind: 'keys', help: flag.help }])),
      aws_profile: text('the AWS profile to use for the keys in kms'),
      key_groups: {
        kind: 'list',
        help: 'groups of keys, in place of keys in the rule itself: with several, a key of each of shamir_threshold groups is needed to decrypt',
        itemName: 'a key group',
        items: group,
      },
      shamir_threshold: { kind: 'integer', help: 'how many key groups it takes to decrypt; all where none is given' },
      ...selectionHelp,
      mac_only_encrypted: { kind: 'bool', help: 'authenticate encrypted values only' },
    },
  };
}

function groupShape(keySources: readonly KeySource[]): MapShape {
  const fields: Record<string, Shape> = {};
  const group: MapShape = {
    kind: 'map',
    called: 'a key group',
    help: 'keys of which any one opens the group',
    id: 'keyGroup',
    fields,
  };
  fields['merge'] = { kind: 'list', help: 'groups whose keys belong to this group too', items: group };
  for (const source of keySources)
    fields[source.config.group] = { kind: 'list', help: `a list of keys: ${source.flag.help}`, items: itemShape(source) };
  return group;
}

function itemShape({ config: { group, item }, flag }: KeySource): Shape {
  const { help } = flag;
  if (item === undefined) return { kind: 'item', help, map: 'any' };
  if (item.fields === undefined) return text(help);
  const fields = Object.entries(item.fields);
  const map: MapShape = {
    kind: 'map',
    called: `an item of '${group}'`,
    help,
    fields: Object.fromEntries(fields.map(([name, field]) => [name, fieldShape(field)])),
    required: fields.filter(([, { required }]) => required).map(([name]) => name),
  };
  return item.text === true ? { kind: 'item', help, map } : map;
}

const fieldShape = ({ help, takes }: GroupField): Shape => ({ kind: takes ?? 'text', help });

const destinationHelp: Readonly<Record<string, string>> = {
  s3_bucket: 'the bucket of AWS S3 to publish to',
  s3_prefix: 'what stands before the names of files in the bucket of S3',
  gcs_bucket: 'the bucket of Google Cloud Storage to publish to',
  gcs_prefix: 'what stands before the names of files in the bucket of Google',
  vault_path: 'the path in Vault to publish to',
  vault_address: 'the address of Vault; $VAULT_ADDR where none is given',
  vault_kv_mount_name: 'where the key-value engine of Vault is mounted; secret where nothing is given',
  vault_kv_version: 'the version of the key-value engine of Vault: 1, or else 2',
  aws_secrets_prefix: 'what stands before the names of secrets in AWS Secrets Manager (sopsmith)',
  aws_secrets_region: 'the region of AWS Secrets Manager; that of the environment where none is given (sopsmith)',
  aws_secrets_kms_key: 'the key of AWS KMS for secrets in AWS Secrets Manager; that of the account where none is given (sopsmith)',
  aws_parameters_prefix: 'what stands before the names in the Parameter Store of AWS, from / on (sopsmith)',
  aws_parameters_region: 'the region of the Parameter Store; that of the environment where none is given (sopsmith)',
  aws_parameters_kms_key: 'the key of AWS KMS for parameters; that of the account where none is given (sopsmith)',
  aws_parameters_tier: 'the tier of parameters: standard takes 4 KiB, the others 8 KiB, which AWS may charge for (sopsmith)',
  azure_secrets_vault: 'the vault of Azure Key Vault for secrets, as https://NAME.vault.azure.net (sopsmith)',
  azure_secrets_prefix: 'what stands before the names of secrets in Azure Key Vault (sopsmith)',
  gcp_secrets_project: 'the project of Google Secret Manager (sopsmith)',
  gcp_secrets_prefix: 'what stands before the names of secrets in Google Secret Manager (sopsmith)',
  gcp_secrets_locations: 'where Google keeps the secrets, with commas between; it chooses where none is given (sopsmith)',
};

/** How secrets are made of files: sops ignores these names. */
const secretsShape: Fields = {
  per_key: { kind: 'bool', help: 'make one secret of each key at the top of a file, not one of the whole file (sopsmith)' },
  tags: { kind: 'texts', help: 'tags or labels for the secrets (sopsmith)' },
  description: text('the description of the secrets, where the service keeps one (sopsmith)'),
  owner: text('who publishes: what another publishes is neither written over nor pruned (sopsmith)'),
};

/** Of what a recreation rule says, what real sops makes nothing of when it publishes (`cmd/sops/subcommand/publish`). */
const withoutEffect: readonly string[] = [
  'path_regex',
  'encrypted_regex',
  'unencrypted_regex',
  'encrypted_comment_regex',
  'unencrypted_comment_regex',
  'mac_only_encrypted',
];

function destinationShape(rule: MapShape, destinations: Definable['destinations']): MapShape {
  const choicesOf = new Map(destinations.flatMap(({ config }) => Object.entries(config.choices ?? {})));
  const named = (names: readonly string[], kind: 'text' | 'integer'): Fields =>
    Object.fromEntries(
      names.map((name): [string, Shape] => {
        const some = choicesOf.get(name);
        return [name, { kind, help: destinationHelp[name] ?? 'where to publish to', ...(some === undefined ? {} : { choices: some }) }];
      }),
    );
  return {
    kind: 'map',
    called: 'a destination rule',
    help: 'where to publish files',
    ...(destinations.length === 0 ? { others: 'any' as const } : {}),
    alone: destinations.map(({ config }) => config.chosenBy),
    fields: {
      path_regex: text("the files that the rule takes: a regular expression for their paths, relative to this file's folder"),
      ...named(
        destinations.flatMap(({ config }) => config.texts),
        'text',
      ),
      ...named(
        destinations.flatMap(({ config }) => config.integers),
        'integer',
      ),
      recreation_rule: {
        ...rule,
        id: 'recreationRule',
        called: 'a recreation rule',
        help: 'for whom to encrypt anew what is published',
        withoutEffect,
      },
      omit_extensions: { kind: 'bool', help: 'publish without the ending of the name' },
      ...secretsShape,
    },
  };
}

const layout: Shape = {
  kind: 'text',
  choices: ['auto', 'never'],
  help: 'whether to store what it takes to give back the text byte for byte (sopsmith)',
};

/** What `.sops.yaml` calls the stores, and the least indentation each takes; sops gives dotenv and INI none. */
const storesShape: MapShape = {
  kind: 'map',
  called: 'stores',
  help: 'how texts are written',
  others: 'refused',
  fields: {
    yaml: storeShape('yaml', 0),
    json: storeShape('json', -1),
    json_binary: storeShape('json_binary', -1),
    dotenv: storeShape('dotenv'),
    ini: storeShape('ini'),
  },
};

function storeShape(name: string, least?: number): Shape {
  const help = least === 0 ? 'spaces to indent with; 0 is the default' : 'spaces to indent with; -1 is a tab';
  const indent: Fields = least === undefined ? {} : { indent: { kind: 'integer', least, help } };
  return { kind: 'map', called: `store '${name}'`, help: `how ${name} is written`, fields: { ...indent, layout } };
}
