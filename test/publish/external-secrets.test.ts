// Manifests for the External Secrets Operator: held to its published schemas, read by the real kustomize, and followed to the servers that files were published to.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quietly } from '../../src/services/aws/quiet.node.ts';
import { type Azure, startAzure } from '../peers/azure.ts';
import { type Gcp, startGcp } from '../peers/gcp.ts';
import { people } from '../peers/gcp-kms.ts';
import { type Moto, startMoto, unchecked } from '../peers/moto.ts';
import { startVault, type Vault } from '../peers/vault.ts';
import { fill, type Ran, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { Laboratory } from './lab.ts';
import { at, documents, listAt, schemasOf, textAt } from './manifests.ts';

const values = { A: 'planted-one', B: 'planted "two"', deep: { b: [1, true] } };
const source = JSON.stringify(values);

describe.skipIf(lacks('sops', 'age-keygen', 'kustomize', 'moto_server', 'bao', 'external-secrets-schemas'))('External Secrets', () => {
  const cwd = temporaryFolder('external-secrets');
  let [moto, gcp, azure, vault]: readonly [Moto?, Gcp?, Azure?, Vault?] = [];
  let lab: Laboratory;
  const words = ['publish', '--external-secrets', '--namespace', 'web', '--recursive'];
  /** By the folders that files are published from: Google and Azure are each reached in their own way. */
  const services = { many: ['manager', 'parameters', 'vault', 'kv1'], google: ['google'], azure: ['azure'] };

  beforeAll(async () => {
    [moto, gcp, azure, vault] = await Promise.all([startMoto(), startGcp(), startAzure(), startVault()]);
    await vault.api('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
    lab = new Laboratory(cwd, {
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: 'us-east-1',
      ...moto.manager,
      VAULT_TOKEN: 'root',
      NO_PROXY: '127.0.0.1',
    });
    rules();
    const { stdout } = await lab.sops(['encrypt', '--age', lab.people.own.recipient, '--filename-override', 'x.json'], { input: source });
    const binary = await lab.sops(['encrypt', '--age', lab.people.own.recipient, '--filename-override', 'x.bin'], { input: values.A });
    for (const [folder, names] of Object.entries(services))
      for (const name of names)
        fill(cwd, {
          [`${folder}/${name}/whole.json`]: stdout,
          [`${folder}/${name}/keys.json`]: stdout,
          [`${folder}/${name}/raw.bin`]: binary.stdout,
        });
  }, 90_000);
  afterAll(async () => {
    await Promise.all([moto?.close(), gcp?.close(), azure?.close(), vault?.close()]);
  });

  function rules(): void {
    const places: Readonly<Record<string, object>> = {
      manager: { aws_secrets_prefix: 'prod/', aws_secrets_region: 'eu-west-1' },
      parameters: { aws_parameters_prefix: '/prod/' },
      azure: { azure_secrets_vault: azure?.vault, azure_secrets_prefix: 'prod-' },
      google: { gcp_secrets_project: 'p1', gcp_secrets_prefix: 'prod-' },
      // What stands at the front of these paths is what the operator takes off.
      vault: { vault_path: 'data/apps', vault_address: `${vault?.url}/` },
      kv1: { vault_path: 'kv1/apps', vault_address: vault?.url, vault_kv_mount_name: 'kv1/', vault_kv_version: 1 },
    };
    const destinationRules = Object.values(services)
      .flat()
      .flatMap((name) => [
        { path_regex: `${name}/keys`, ...places[name], per_key: true },
        { path_regex: `${name}/`, ...places[name] },
      ]);
    lab.rules(JSON.stringify({ destination_rules: [...destinationRules, { s3_bucket: 'published' }] }));
  }

  /** Publishes all files where they belong. */
  async function publishAll(): Promise<readonly Ran[]> {
    const google = {
      SSL_CERT_FILE: gcp?.reach('rest')['SSL_CERT_FILE'] ?? '',
      HTTPS_PROXY: gcp?.proxy ?? '',
      GOOGLE_OAUTH_ACCESS_TOKEN: gcp?.tokens.issue(people.user) ?? '',
    };
    const publish = async (folder: string, env: Readonly<Record<string, string>>): Promise<Ran> =>
      lab.ours(['publish', '--yes', '--recursive', '--json', folder], { env });
    return Promise.all([publish('many', {}), publish('google', google), publish('azure', { ...azure?.env, NO_PROXY: '' })]);
  }

  /** What the operator gets for the name of a secret, by the provider that a manifest names. */
  const readers: Readonly<Record<string, (provider: unknown, key: string) => Promise<string>>> = {
    aws: async (provider, key) => {
      const credentials = { accessKeyId: 'admin', secretAccessKey: 'admin' };
      const client = { endpoint: moto?.url ?? '', region: textAt(provider, 'region'), credentials };
      if (at(provider, 'service') === 'SecretsManager') {
        const command = new GetSecretValueCommand({ SecretId: key });
        return (await quietly(() => new SecretsManagerClient(client)).send(command)).SecretString ?? '';
      }
      const command = new GetParameterCommand({ Name: key, WithDecryption: true });
      return (await quietly(() => new SSMClient(client)).send(command)).Parameter?.Value ?? '';
    },
    azurekv: async (provider, key) => {
      expect(at(provider, 'vaultUrl')).toBe(azure?.vault);
      return textAt(await azure?.control(`look?name=${key}`), 'content');
    },
    // oxlint-disable-next-line typescript/require-await -- others ask a service
    gcpsm: async (provider, key) => {
      expect(at(provider, 'projectID')).toBe('p1');
      return String(gcp?.secretManager.secrets.get(key)?.versions.at(-1));
    },
    vault: async (provider, key) => {
      const [mount, isTwo] = [textAt(provider, 'path'), at(provider, 'version') === 'v2'];
      // As the operator does it: the mount, and then `data/`, are taken off, and put there again.
      let path = key.startsWith(`${mount}/`) ? key.slice(mount.length + 1) : key;
      if (isTwo && path !== key && path.startsWith('data/')) path = path.slice(5);
      expect(at(provider, 'server')).toBe(vault?.url);
      const answer = at(await vault?.api('GET', [mount, ...(isTwo ? ['data'] : []), path].join('/')), 'data');
      return JSON.stringify(isTwo ? at(answer, 'data') : answer);
    },
  };
  async function get(provider: unknown, key: string): Promise<string> {
    const [[name, settings] = ['', {}]] = Object.entries(Object(provider));
    return (await readers[name]?.(settings, key)) ?? '';
  }

  /** The Secret that the operator would make. */
  async function secretOf(manifest: unknown, stores: ReadonlyMap<string, unknown>): Promise<object> {
    const provider = stores.get(textAt(manifest, 'spec', 'secretStoreRef', 'name'));
    const made = new Map<string, string>();
    const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
    for (const one of listAt(manifest, 'spec', 'dataFrom'))
      for (const [key, value] of Object.entries(Object(JSON.parse(await get(provider, textAt(one, 'extract', 'key'))))))
        made.set(key, shown(value));
    for (const one of listAt(manifest, 'spec', 'data')) {
      const [text, property] = [await get(provider, textAt(one, 'remoteRef', 'key')), at(one, 'remoteRef', 'property')];
      made.set(textAt(one, 'secretKey'), typeof property === 'string' ? shown(at(JSON.parse(text), property)) : text);
    }
    // A map is JSON in a Secret, however it is laid out.
    const deep = made.get('deep');
    return { ...Object.fromEntries(made), ...(deep === undefined ? {} : { deep: JSON.parse(deep) as unknown }) };
  }

  test('what was published is found by them, value by value', async () => {
    rules();
    const published = (await publishAll()).flatMap(({ stdout }) => JSON.parse(stdout) as unknown);
    expect(published.map((one) => at(one, 'status'))).toEqual(Array.from({ length: 18 }, () => 'published'));
    const many = await lab.ours([...words, '--auth-service-account', 'reader', '--auth-role', 'r', '--push-to', 'mirror', 'many']);
    const others = await lab.ours([...words, 'azure', 'google', '--output', 'others.yaml']);
    expect({ many, others }).toMatchObject({ many: { status: 0, stderr: '' }, others: { status: 0, stdout: '', stderr: '' } });
    const printed = [...documents(many.stdout), ...documents(readFileSync(join(cwd, 'others.yaml'), 'utf8'))];
    fill(cwd, { 'built/many.yaml': many.stdout });
    expect(JSON.stringify(printed)).not.toContain('planted');
    const stores = new Map(
      printed.flatMap((one) =>
        at(one, 'kind') === 'SecretStore' ? [[textAt(one, 'metadata', 'name'), at(one, 'spec', 'provider')] as const] : [],
      ),
    );
    expect(stores.size).toBe(6);
    const secrets = await unchecked(moto?.url ?? '', async () =>
      Promise.all(
        printed
          .filter((one) => at(one, 'kind') === 'ExternalSecret')
          .map(async (one): Promise<unknown> => [textAt(one, 'metadata', 'name'), await secretOf(one, stores)]),
      ),
    );
    expect(secrets).toHaveLength(18);
    for (const one of secrets)
      expect({ name: at(one, 0), made: at(one, 1) }).toEqual({
        name: at(one, 0),
        made: /raw/.test(textAt(one, 0)) ? { 'raw.bin': values.A } : values,
      });
  });

  test('the real kustomize reads the same, and every manifest is as the operator’s schemas say', () => {
    const others = readFileSync(join(cwd, 'others.yaml'), 'utf8');
    fill(cwd, { 'built/others.yaml': others, 'built/kustomization.yaml': 'resources: [many.yaml, others.yaml]\n' });
    const built = runProgram([needed('kustomize')], ['build', '--reorder', 'none', 'built'], { cwd });
    const printed = [...documents(readFileSync(join(cwd, 'built/many.yaml'), 'utf8')), ...documents(others)];
    expect(documents(built.stdout)).toEqual(printed);
    const schemas = schemasOf(['SecretStore', 'ExternalSecret', 'PushSecret']);
    const counts = new Map<string, number>();
    for (const one of printed) {
      const kind = `${textAt(one, 'apiVersion')} ${textAt(one, 'kind')}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const fits = schemas.get(kind);
      expect({ kind, valid: fits?.(one), errors: fits?.errors }).toEqual({ kind, valid: true, errors: null });
      expect(fits?.({ ...Object(one), spec: {}, other: 1 }), kind).toBe(false);
    }
    expect(Object.fromEntries(counts)).toEqual({
      'external-secrets.io/v1 SecretStore': 6,
      'external-secrets.io/v1 ExternalSecret': 18,
      'external-secrets.io/v1alpha1 PushSecret': 12,
    });
  });

  test('what each service is told of the login', async () => {
    const login = async (folder: string, ...flags: readonly string[]): Promise<unknown> => {
      const { status, stdout, stderr } = await lab.ours([...words, ...flags, folder]);
      return status === 0
        ? documents(stdout).flatMap((one) => (at(one, 'kind') === 'SecretStore' ? [at(one, 'spec', 'provider')] : []))
        : stderr;
    };
    const [byToken, ofAzure, ofGoogle, nobody, unsuited] = await Promise.all([
      login('many', '--auth-secret', 'credentials'),
      login('azure', '--auth-secret', 'credentials', '--auth-tenant', 't1'),
      login('google', '--auth-secret', 'credentials'),
      login('many'),
      login('google', '--auth-role', 'r'),
    ]);
    const secretRef = {
      accessKeyIDSecretRef: { name: 'credentials', key: 'access-key-id' },
      secretAccessKeySecretRef: { name: 'credentials', key: 'secret-access-key' },
    };
    const tokenSecretRef = { name: 'credentials', key: 'token' };
    expect(new Set(listAt(byToken))).toEqual(
      new Set([
        { aws: { service: 'SecretsManager', region: 'eu-west-1', auth: { secretRef } } },
        { aws: { service: 'ParameterStore', region: 'us-east-1', auth: { secretRef } } },
        { vault: { server: vault?.url, path: 'secret', version: 'v2', auth: { tokenSecretRef } } },
        { vault: { server: vault?.url, path: 'kv1', version: 'v1', auth: { tokenSecretRef } } },
      ]),
    );
    expect(ofAzure).toEqual([
      {
        azurekv: {
          vaultUrl: azure?.vault,
          tenantId: 't1',
          authType: 'ServicePrincipal',
          authSecretRef: {
            clientId: { name: 'credentials', key: 'client-id' },
            clientSecret: { name: 'credentials', key: 'client-secret' },
          },
        },
      },
    ]);
    expect(ofGoogle).toEqual([
      { gcpsm: { projectID: 'p1', auth: { secretRef: { secretAccessKeySecretRef: { name: 'credentials', key: 'credentials.json' } } } } },
    ]);
    expect(nobody).toMatch(/Vault lets nobody in without a login\n.*--auth-secret/s);
    expect(unsuited).toMatch(/--auth-role is nothing that Google knows/);
  });

  test('what cannot be is refused', async () => {
    const seal = async (content: object): Promise<string> =>
      (await lab.sops(['encrypt', '--age', lab.people.own.recipient, '--filename-override', 'x.json'], { input: JSON.stringify(content) }))
        .stdout;
    fill(cwd, {
      'odd/vault/one/a-b.json': await seal({ a: 1 }),
      'odd/vault/one/a.b.json': await seal({ a: 1 }),
      'odd/google/two/twice.json': await seal({ 'a/b': 1, 'a b': 2 }),
      'odd/google/three/letter.json': await seal({ é: 1 }),
      'odd/four/google/keys.json': await seal({ 'a/b': 1, é: 2, nothing: null }),
    });
    const [same, twice, letter, bucket, sends, alone] = await Promise.all(
      [
        ['odd/vault/one', '--auth-secret', 'token'],
        ['odd/google/two'],
        ['odd/google/three'],
        ['app.yaml'],
        ['--prune', 'google'],
        ['--namespace', 'Web!', 'google'],
      ].map(async (more) => lab.ours([...words, ...more])),
    );
    expect(same).toMatchObject({
      status: 8,
      stdout: '',
      stderr: expect.stringMatching(/would both become the Secret a-b-json/),
    });
    expect(twice).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining("'a/b' and 'a b' would both be the key a_b of a Secret"),
    });
    expect(letter).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining("no key of a Secret can be called as 'é' is") });
    expect(bucket).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('this file goes to a bucket') });
    expect(sends).toMatchObject({
      status: 8,
      stdout: '',
      stderr: expect.stringContaining('--external-secrets publishes nothing: leave out --prune'),
    });
    expect(alone).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('--namespace takes a name') });
    const mapped = await lab.ours([...words, 'odd/four']);
    expect(listAt(documents(mapped.stdout)[1], 'spec', 'data')).toEqual([
      { secretKey: 'a_b', remoteRef: { key: 'prod-google-keys-json-a-b' } },
      { secretKey: '_', remoteRef: { key: 'prod-google-keys-json--' } },
    ]);
    expect(await lab.ours(['publish', '--yes', '--push-to', 'x', 'google/google/raw.bin'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--push-to is of use with --external-secrets alone'),
    });
  });
});
