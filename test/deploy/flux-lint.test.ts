// `kustomize lint`: each thing that fails only in the cluster, and a tree where nothing does.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ageIdentity, fill, type Ran, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { b64, data, envGenerator, envText, generator, jsonText, planted, secret, yamlText } from './flux-case.ts';
import { type Sealer, sealerFor } from './flux-sealer.ts';

interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}

const missing = lacks('age-keygen');
const root = temporaryFolder('flux-lint');
const { identity, recipient } = missing ? { identity: '', recipient: '' } : ageIdentity();
const ours = (...argv: readonly string[]): Ran => runProgram(program, argv, { cwd: root, env: { SOPS_AGE_KEY: identity } });

const resource = { 'kustomization.yaml': 'resources:\n  - m.yaml\n' };
const all = { by: 'unencrypted_suffix', suffix: '_unencrypted' } as const;
const annotated = (name: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  annotations:\n    kustomize.toolkit.fluxcd.io/decrypt: Disabled\nstringData:\n  a: ${planted}\n`;

type Files = Readonly<Record<string, string>>;

/** What is wrong, by rule; the file that is told. */
const wrong: readonly (readonly [rule: string, file: string, make: (seal: Sealer) => Promise<Files>])[] = [
  [
    'envelope-encrypted',
    'm.yaml',
    async (seal) => ({ ...resource, 'm.yaml': await seal.yaml(secret('x', `stringData:\n  a: ${planted}\n`), { selection: all }) }),
  ],
  [
    'no-marker',
    'c.yaml',
    async (seal) => ({
      'kustomization.yaml': generator('x', ['c.yaml']),
      'c.yaml': (await seal.yaml(yamlText)).replace(/mac: (ENC.*)/, "mac: '$1'"),
    }),
  ],
  [
    'no-marker',
    'c.json',
    async (seal) => ({ 'kustomization.yaml': generator('x', ['c.json']), 'c.json': JSON.stringify(JSON.parse(await seal.json(jsonText))) }),
  ],
  [
    'format-by-name',
    'c.yaml',
    async (seal) => ({ 'kustomization.yaml': generator('x', ['config=c.yaml']), 'c.yaml': await seal.yaml(yamlText) }),
  ],
  [
    'format-by-name',
    'patch',
    async (seal) => ({
      'kustomization.yaml': 'patches:\n  - path: patch\n',
      patch: await seal.yaml(secret('x', 'stringData:\n  a: b\n'), { selection: data }),
    }),
  ],
  ['env-format', 'c.yaml', async (seal) => ({ 'kustomization.yaml': envGenerator('x', 'c.yaml'), 'c.yaml': await seal.yaml('A: b\n') })],
  [
    'config-map',
    'c.yaml',
    async (seal) => ({
      'kustomization.yaml': 'configMapGenerator:\n  - name: x\n    files:\n      - k.yaml=c.yaml\n',
      'c.yaml': await seal.yaml(yamlText),
    }),
  ],
  [
    'config-map',
    'm.yaml',
    async (seal) => ({
      ...resource,
      'm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  c: ${JSON.stringify(await seal.dotenv(envText))}\n`,
    }),
  ],
  [
    'not-decrypted',
    'p.yaml',
    async (seal) => ({
      'kustomization.yaml': 'patchesStrategicMerge:\n  - p.yaml\n',
      'p.yaml': await seal.yaml(secret('x', 'stringData:\n  a: b\n'), { selection: data }),
    }),
  ],
  [
    'not-decrypted',
    'v.yaml',
    async (seal) => ({ 'kustomization.yaml': 'helmCharts:\n  - name: x\n    valuesFile: v.yaml\n', 'v.yaml': await seal.yaml(yamlText) }),
  ],
  [
    'not-decrypted',
    'c.env',
    async (seal) => ({ 'kustomization.yaml': 'secretGenerator:\n  - name: x\n    env: c.env\n', 'c.env': await seal.dotenv(envText) }),
  ],
  [
    'stray-ciphertext',
    'kustomization.yaml',
    async () => ({
      'kustomization.yaml': 'secretGenerator:\n  - name: x\n    literals:\n      - a=ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n',
    }),
  ],
  [
    'stray-ciphertext',
    'm.yaml',
    async () => ({ ...resource, 'm.yaml': secret('x', 'stringData:\n  a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n') }),
  ],
  ['left-encrypted', 'm.yaml', async (seal) => ({ ...resource, 'm.yaml': await seal.yaml(annotated('x'), { selection: data }) })],
  ['left-encrypted', 'm.yaml', async () => ({ ...resource, 'm.yaml': secret('x', 'sops:\n  age: []\n') })],
  [
    'sealed-list',
    'm.yaml',
    async (seal) => ({
      ...resource,
      'm.yaml': await seal.yaml(
        `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Secret\n    metadata:\n      name: x\n    stringData:\n      a: ${planted}\n`,
        { selection: data },
      ),
    }),
  ],
  [
    'secret-data',
    'm.yaml',
    async (seal) => ({ ...resource, 'm.yaml': secret('x', `data:\n  c.env: ${JSON.stringify(await seal.dotenv(envText))}\n`) }),
  ],
  [
    'secret-data',
    'm.yaml',
    async (seal) => ({ ...resource, 'm.yaml': secret('x', `stringData:\n  c.env: ${JSON.stringify(await seal.dotenv(envText))}\n`) }),
  ],
  [
    'no-marker',
    'm.yaml',
    async (seal) => ({
      ...resource,
      'm.yaml': secret('x', `data:\n  c.json: ${b64(JSON.stringify(JSON.parse(await seal.json(jsonText))))}\n`),
    }),
  ],
  [
    'format-by-name',
    'm.yaml',
    async (seal) => ({ ...resource, 'm.yaml': secret('x', `data:\n  config: ${b64(await seal.yaml(yamlText))}\n`) }),
  ],
  [
    'comment-rule',
    'm.yaml',
    async (seal) => ({
      ...resource,
      'm.yaml': await seal.yaml(secret('x', `stringData:\n  # hide\n  a: ${planted}\n`), {
        selection: { by: 'encrypted_comment_regex', pattern: 'hide' },
      }),
    }),
  ],
  ['too-large', 'c.yaml', async () => ({ 'kustomization.yaml': generator('x', ['c.yaml']), 'c.yaml': `a: ${'x'.repeat(5 * 2 ** 20)}\n` })],
  ['unreadable', 'nothing.yaml', async () => ({ 'kustomization.yaml': generator('x', ['nothing.yaml']) })],
  ['bases', 'kustomization.yaml', async () => ({ 'kustomization.yaml': 'bases:\n  - ../base\n' })],
  [
    'unopenable',
    'c.yaml',
    async (seal) => ({ 'kustomization.yaml': generator('x', ['c.yaml']), 'c.yaml': `leak: ${planted}\n${await seal.yaml(yamlText)}` }),
  ],
  [
    'no-key',
    'c.yaml',
    async (seal) => ({
      'kustomization.yaml': generator('x', ['c.yaml']),
      'c.yaml': await seal.yaml(yamlText, { groups: [['age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw']] }),
    }),
  ],
];

beforeAll(async () => {
  if (missing) return;
  const seal = sealerFor(recipient);
  fill(root, { 'keys/a.agekey': identity, 'outside/c.yaml': await seal.yaml(yamlText) });
  for (const [at, [, , make]] of wrong.entries()) fill(join(root, `wrong/${at}`), await make(seal));
  fill(root, {
    'wrong/kustomization.yaml': `resources:\n${wrong.map((_, at) => `  - "${at}"\n`).join('')}`,
    'good/kustomization.yaml': `resources:\n  - m.yaml\n${generator('x', ['c.yaml', 'plain.txt'])}`,
    'good/m.yaml': await seal.yaml(secret('y', `stringData:\n  a: ${planted}\n`), { selection: data }),
    'good/c.yaml': await seal.yaml(yamlText),
    'good/plain.txt': 'in clear\n',
    'out/kustomization.yaml': generator('x', ['link.yaml']),
  });
  symlinkSync(join(root, 'outside/c.yaml'), join(root, 'out/link.yaml'));
});

const lint = (...argv: readonly string[]): { readonly ran: Ran; readonly findings: readonly Finding[] } => {
  const ran = ours('kustomize', 'lint', '--json', ...argv);
  const { findings }: { readonly findings: readonly Finding[] } = JSON.parse(ran.stdout);
  return { ran, findings };
};

describe.skipIf(missing)('what fails only in the cluster', () => {
  test('is found, each with its file, what is wrong, and what to do', () => {
    const { ran, findings } = lint('wrong', '--keys', 'keys');
    expect(ran.status).toBe(1);
    const told = findings.map(({ file, rule }) => `${rule} ${file}`);
    expect(told.toSorted()).toEqual(wrong.map(([rule, file], at) => `${rule} wrong/${at}/${file}`).toSorted());
    for (const { message, hint } of findings) expect([message.length > 10, hint.length > 10]).toEqual([true, true]);
    expect(ran.stdout + ran.stderr).not.toContain(planted);
  });

  test('is said in words as well, and is an exit status', () => {
    const { status, stdout, stderr } = ours('kustomize', 'lint', 'wrong/0');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '1 found\n' });
    expect(stdout).toMatch(
      /^wrong\/0\/m\.yaml: .*apiVersion, kind, metadata is encrypted: Kustomize needs it in clear \[envelope-encrypted\]\n    encrypt with encrypted_regex/,
    );
  });

  test('is nothing where all is well, and nothing is said of keys that are not given', () => {
    for (const argv of [['good'], ['good', '--keys', 'keys']])
      expect(lint(...argv)).toMatchObject({ ran: { status: 0, stderr: 'nothing found\n' }, findings: [] });
    expect(lint('wrong').findings.map(({ rule }) => rule)).not.toContain('no-key');
  });

  test('a link out of the root', () => {
    expect(lint('out', '--root', 'out').findings.map(({ rule }) => rule)).toEqual(['unreadable', 'leads-out']);
  });

  test('entries of keys that Flux passes over or cannot use; nothing of them is shown', () => {
    const key = /AGE-SECRET-KEY-\S+/.exec(identity)?.[0] ?? '';
    fill(join(root, 'badkeys'), {
      'age.txt': identity,
      'keys.agekey.bak': identity,
      'ssh.agekey': '-----BEGIN OPENSSH PRIVATE KEY-----\nplanted-key\n-----END OPENSSH PRIVATE KEY-----\n',
      'locked.agekey': 'age-encryption.org/v1\nplanted-key\n',
      'recipient.agekey': `${recipient}\n`,
      'empty.agekey': '# nothing\n',
      'plugin.agekey': 'AGE-PLUGIN-YUBIKEY-1QQPQZRFR7ZZ2WCV\n',
      'public.asc': '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n-----END PGP PUBLIC KEY BLOCK-----\n',
      'nothing.asc': 'planted-key\n',
      'sops.aws-kms': 'aws_access_key_id: AKIA\n',
      'sops.azure-kv': '{"tenantId": "planted-key"}',
      'sops.gcp-kms': 'planted-key',
      'sops.vault-token': '\n',
      'vault-token': 'hvs.planted-key-planted-key-planted\n',
      'README.md': 'of no interest\n',
    });
    const { ran, findings } = lint('good', '--keys', 'badkeys');
    expect(findings.filter(({ rule }) => rule === 'key-name').map(({ file }) => file)).toEqual([
      'age.txt',
      'keys.agekey.bak',
      'vault-token',
    ]);
    expect(findings.filter(({ rule }) => rule === 'key-unusable').map(({ file }) => file)).toEqual([
      'empty.agekey',
      'locked.agekey',
      'nothing.asc',
      'plugin.agekey',
      'public.asc',
      'recipient.agekey',
      'sops.aws-kms',
      'sops.azure-kv',
      'sops.gcp-kms',
      'sops.vault-token',
      'ssh.agekey',
    ]);
    expect(findings.filter(({ rule }) => rule === 'no-key')).toHaveLength(2);
    expect(ran.stdout + ran.stderr).not.toMatch(new RegExp(`planted-key|${key}`));
  });
});
