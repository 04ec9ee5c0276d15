// What the controller does with manifests after the build.
import { type Case, data, manifest, planted, secret } from './flux-case.ts';

export const manifests: readonly Case[] = [
  manifest(
    'secret',
    'a Secret as a whole',
    (seal) => seal.yaml(secret('secret', `stringData:\n  pw: ${planted}-10 # note\n`), { selection: data }),
    [['m.yaml', 'decrypted', 'resource', 'Secret secret']],
  ),
  manifest(
    'config-map',
    'any kind',
    (seal) => seal.yaml(`apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-map\ndata:\n  a: ${planted}-11\n`, { selection: data }),
    [['m.yaml', 'decrypted', 'resource', 'ConfigMap config-map']],
  ),
  manifest(
    'custom',
    'a custom kind with lists, numbers and null',
    (seal) =>
      seal.yaml(
        `apiVersion: example.org/v1\nkind: Thing\nmetadata:\n  name: custom\nspec:\n  list:\n    - ${planted}-12\n    - 42\n  f: 1.5\n  yes: true\n  none: null\n  when: 2026-01-02T03:04:05Z\n`,
        {
          selection: { by: 'encrypted_regex', pattern: '^spec$' },
        },
      ),
    [['m.yaml', 'decrypted', 'resource', 'Thing custom']],
  ),
  manifest(
    'opted-out',
    'the annotation Disabled',
    (seal) =>
      seal.yaml(
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: opted-out\n  annotations:\n    kustomize.toolkit.fluxcd.io/decrypt: Disabled\ndata:\n  a: ${planted}-13\n`,
        { selection: data },
      ),
    [['m.yaml', 'left', 'opted-out', 'ConfigMap opted-out']],
  ),
  manifest(
    'opted-out-lower',
    'the annotation in any letters',
    (seal) =>
      seal.yaml(
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: opted-out-lower\n  annotations:\n    kustomize.toolkit.fluxcd.io/decrypt: disabled\ndata:\n  a: ${planted}-14\n`,
        { selection: data },
      ),
    [['m.yaml', 'left', 'opted-out', 'ConfigMap opted-out-lower']],
  ),
  manifest(
    'opted-in',
    'another annotation does not opt out',
    (seal) =>
      seal.yaml(
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: opted-in\n  annotations:\n    kustomize.toolkit.fluxcd.io/decrypt: enabled\ndata:\n  a: ${planted}-15\n`,
        { selection: data },
      ),
    [['m.yaml', 'decrypted', 'resource', 'ConfigMap opted-in']],
  ),
  manifest(
    'no-mac',
    '.sops without mac is not decrypted',
    () => 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: no-mac\nsops:\n  age: []\n',
    [['m.yaml', 'left', 'in-clear', 'ConfigMap no-mac']],
  ),
  manifest('empty-sops', 'nor is an empty .sops', () => 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: empty-sops\nsops: {}\n', [
    ['m.yaml', 'left', 'in-clear', 'ConfigMap empty-sops'],
  ]),
  manifest('clear', 'what is in clear stays', () => 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: clear\ndata:\n  a: b\n', [
    ['m.yaml', 'left', 'in-clear', 'ConfigMap clear'],
  ]),
  manifest(
    'documents',
    'several documents of one file, each by itself',
    (seal) =>
      seal.yaml(
        `${secret('documents', `stringData:\n  a: ${planted}-16\n`)}---\n${secret('documents-2', `stringData:\n  b: ${planted}-17\n`)}`,
        { selection: data },
      ),
    [
      ['m.yaml', 'decrypted', 'resource', 'Secret documents'],
      ['m.yaml', 'decrypted', 'resource', 'Secret documents-2'],
    ],
  ),
  manifest(
    'documents-mixed',
    'a document in clear beside an encrypted one',
    async (seal) =>
      `${await seal.yaml(secret('documents-mixed', `stringData:\n  a: ${planted}-18\n`), { selection: data })}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: documents-mixed\n`,
    [
      ['m.yaml', 'decrypted', 'resource', 'Secret documents-mixed'],
      ['m.yaml', 'left', 'in-clear', 'ConfigMap documents-mixed'],
    ],
  ),
  {
    name: 'labelled',
    says: 'the MAC is not checked: Kustomize adds what breaks it',
    files: async (seal) => ({
      'kustomization.yaml': 'namespace: prod\nnamePrefix: x-\nlabels:\n  - pairs:\n      team: a\nresources:\n  - m.yaml\n',
      'm.yaml': await seal.yaml(secret('labelled', `stringData:\n  pw: ${planted}-19\n`), { selection: data }),
    }),
    expected: [['m.yaml', 'decrypted', 'resource', 'Secret labelled']],
  },
  manifest(
    'mac-broken',
    'a MAC that does not fit is none of its concern',
    async (seal) =>
      (await seal.yaml(secret('mac-broken', `stringData:\n  pw: ${planted}-20\n`), { selection: data })).replace(
        'kind: Secret',
        'kind: Secret\ntype: Opaque',
      ),
    [['m.yaml', 'decrypted', 'resource', 'Secret mac-broken']],
  ),
  manifest(
    'suffix',
    'encrypted_suffix',
    (seal) =>
      seal.yaml(`apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: suffix\ndata:\n  a_secret: ${planted}-21\n  b: in clear\n`, {
        selection: { by: 'encrypted_suffix', suffix: '_secret' },
      }),
    [['m.yaml', 'decrypted', 'resource', 'ConfigMap suffix']],
  ),
  manifest(
    'mac-only',
    'mac_only_encrypted',
    (seal) => seal.yaml(secret('mac-only', `stringData:\n  pw: ${planted}-22\n`), { selection: data, macOnlyEncrypted: true }),
    [['m.yaml', 'decrypted', 'resource', 'Secret mac-only']],
  ),
  manifest(
    'comment-rule',
    'a rule by comments: these do not survive the build',
    (seal) =>
      seal.yaml(`apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: comment-rule\ndata:\n  # secret\n  a: ${planted}-23\n`, {
        selection: { by: 'encrypted_comment_regex', pattern: 'secret' },
      }),
    [['m.yaml', 'left', 'comment-rule', 'ConfigMap comment-rule']],
  ),
  {
    name: 'json-manifest',
    says: 'a manifest in JSON',
    files: async (seal) => ({
      'kustomization.yaml': 'resources:\n  - m.json\n',
      'm.json': await seal.json(
        JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'json-manifest' }, stringData: { pw: `${planted}-24` } }),
        { selection: data },
      ),
    }),
    expected: [['m.json', 'decrypted', 'resource', 'Secret json-manifest']],
  },
  manifest(
    'shared',
    'a data key that two key groups share',
    (seal) => seal.yaml(secret('shared', `stringData:\n  pw: ${planted}-26\n`), { selection: data, shares: 2 }),
    [['m.yaml', 'decrypted', 'resource', 'Secret shared']],
  ),
  manifest(
    'blank-mac',
    'an empty mac is one',
    async (seal) =>
      (await seal.yaml(secret('blank-mac', `stringData:\n  pw: ${planted}-27\n`), { selection: data })).replace(/mac: ENC.*/, 'mac: ""'),
    [['m.yaml', 'decrypted', 'resource', 'Secret blank-mac']],
  ),
];
