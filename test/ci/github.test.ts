// The composite action, its own steps run by the real bash; logins against OpenBao, AWS and Azure with tokens that a job asks for.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Aws, startAws } from '../peers/aws.ts';
import { type Azure, startAzure } from '../peers/azure.ts';
import { serve } from '../peers/serve.ts';
import { startVault, type Vault } from '../peers/vault.ts';
import { ageIdentity, fill, runBeside, temporaryFolder } from '../support/cli.ts';
import { lacks } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { identityIssuer } from './identity-token.ts';
import { actionAt, contentsOf, type Job, startJob } from './runner.ts';

const password = 'korrekt"horse$battery`staple\'%';
const pem = '-----BEGIN PRIVATE KEY-----\nplantedLineOne+/\nplantedLineTwo==\n-----END PRIVATE KEY-----\n';
const secrets = {
  'db.yaml': `password: ${JSON.stringify(password)}\nkey: ${JSON.stringify(pem)}\nport: 54321\nhost_unencrypted: db.example.org\n`,
};
const planted = [password, 'plantedLineOne+/', 'plantedLineTwo==', '54321'];

/** Every form that a value is found in, in a log or a file. */
const forms = [
  ...planted,
  ...planted.flatMap((text) =>
    ['', 'x', 'xy'].map((before) =>
      Buffer.from(before + text)
        .toString('base64')
        .slice(4, -4),
    ),
  ),
].filter(({ length }) => length > 4);

const expectClean = (text: string, what: readonly string[] = forms): void => {
  for (const one of what) expect(text).not.toContain(one);
};

describe('the action', () => {
  it.each(['action.yml', 'ci/github/clean/action.yml'])('%s has inputs only in variables, and names its shell', (path) => {
    const { inputs = {}, runs } = actionAt(path);
    expect(runs.using).toBe('composite');
    const used = runs.steps.flatMap(({ shell, run, env = {} }) => {
      expect(shell).toBe('bash');
      expect(run).not.toContain('${{');
      return Object.values(env);
    });
    expect(used.toSorted()).toEqual(
      Object.keys(inputs)
        .map((name) => `\${{ inputs.${name} }}`)
        .toSorted(),
    );
    // What other actions it uses would have to be pinned: it uses none.
    expect(JSON.stringify(runs)).not.toContain('"uses"');
  });
});

describe.skipIf(lacks('age-keygen'))('a job with an age key', () => {
  const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
  const folder = temporaryFolder('ci');
  const start = async (name: string): Promise<Job> => {
    const job = startJob(join(folder, name), { SOPS_AGE_KEY: identity });
    fill(job.workspace, { ...secrets, 'other.env': 'TOKEN=anotherPlantedValue\n' });
    for (const file of ['db.yaml', 'other.env'])
      expect(await runBeside(program, ['encrypt', '--in-place', '--age', recipient, file], { cwd: job.workspace })).toMatchObject({
        status: 0,
      });
    return job;
  };

  it('gives variables to the steps that follow, masked in every form', async () => {
    const job = await start('env');
    expect(await job.use('action.yml', { files: '\n  db.yaml\n other.env\n', prefix: 'APP_' })).toMatchObject({ status: 0 });
    expect([...job.env()].filter(([name]) => name !== 'APP_key')).toEqual([
      ['APP_password', password],
      ['APP_port', '54321'],
      ['APP_host_unencrypted', 'db.example.org'],
      ['APP_TOKEN', 'anotherPlantedValue'],
    ]);
    expect(job.env().get('APP_key')).toBe(pem);
    await job.run(
      'env; printf %s "$APP_password" | base64; printf "user:%s" "$APP_password" | base64 -w0; printf "ab:%s:cd" "$APP_key" | base64 -w0 | tr +/ -_; echo "$APP_key" | tail -n +2',
    );
    expect(job.log()).toContain('APP_password=***');
    expectClean(job.log());
    expectClean(job.calls());
    expectClean(contentsOf(job.temp));
    expect(contentsOf(job.temp)).toBe('');
  });

  it('gives files that only this user reads, and takes them away', async () => {
    const job = await start('file');
    const { status, outputs } = await job.use('action.yml', { files: 'db.yaml', to: 'file' });
    expect(status).toBe(0);
    const made = outputs.get('folder') ?? '';
    expect(readFileSync(join(made, 'db.yaml'), 'utf8')).toBe(secrets['db.yaml']);
    expect([made, join(made, 'db.yaml')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
    await job.run(`cat '${made}/db.yaml'; printf "ab:%s" ${JSON.stringify('$(cat)')} < '${made}/db.yaml' | base64 -w0`);
    // What is in clear in the repository is not masked.
    expect(job.log()).toContain('host_unencrypted: db.example.org');
    expect(job.masks()).not.toContain('db.example.org');
    expectClean(job.log(), ['54321', 'korrekt']);
    expect(await job.use('ci/github/clean/action.yml')).toMatchObject({ status: 0 });
    expect(contentsOf(job.temp)).toBe('');
    expect(await job.use('ci/github/clean/action.yml')).toMatchObject({ status: 0 });
  });

  it('takes inputs for what they are, whatever they hold', async () => {
    const job = await start('hostile');
    const hostile = '$(touch injected)`touch injected`"; touch injected; echo "';
    for (const inputs of [
      { files: hostile },
      { files: 'db.yaml', only: hostile },
      { files: 'db.yaml', to: hostile },
      { files: 'db.yaml', version: hostile },
      { files: 'db.yaml', 'aws-role': hostile },
      { files: '--help' },
      { files: '' },
      { files: 'db.yaml\n./db.yaml', to: 'file' },
    ])
      expect((await job.use('action.yml', inputs)).status).not.toBe(0);
    expect(await job.use('action.yml', { files: 'db.yaml', prefix: 'P_', only: 'port' })).toMatchObject({ status: 0 });
    expect([...job.env()]).toEqual([['P_port', '54321']]);
    expect(contentsOf(job.workspace)).not.toContain('injected');
    expect(contentsOf(job.temp)).toBe('');
    expectClean(job.log());
  });

  it('masks nowhere but under a runner', async () => {
    const job = await start('elsewhere');
    const ran = await runBeside(program, ['ci', 'mask', 'db.yaml'], {
      cwd: job.workspace,
      env: { SOPS_AGE_KEY: identity, GITHUB_ACTIONS: '' },
    });
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expectClean(ran.stderr);
  });
});

describe.skipIf(lacks('bao', 'moto_server'))('a job logs in with its own token', () => {
  const folder = temporaryFolder('ci-login');
  const issuer = identityIssuer();
  const audience = 'https://vault.example.org';
  const issued: string[] = [];
  let [vault, aws, azure]: [Vault | undefined, Aws | undefined, Azure | undefined] = [undefined, undefined, undefined];
  let request: Readonly<Record<string, string>> = {};

  const jwt = (aud: string): string => issuer.token({ iss: 'https://ci.example.org', sub: 'repo:shop', aud });

  beforeAll(async () => {
    [vault, aws, azure] = await Promise.all([startVault(), startAws(), startAzure()]);
    await vault.api('PUT', 'sys/policies/acl/ci', { policy: 'path "transit/decrypt/ci" { capabilities = ["update"] }' });
    await vault.api('POST', 'transit/keys/ci', {});
    await vault.api('POST', 'sys/auth/jwt', { type: 'jwt' });
    await vault.api('POST', 'auth/jwt/config', { jwt_validation_pubkeys: [issuer.publicKey], bound_issuer: 'https://ci.example.org' });
    await vault.api('POST', 'auth/jwt/role/shop', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: [audience],
      bound_subject: 'repo:shop',
      token_policies: ['ci'],
    });
    const port = await serve(({ url, headers }) => {
      if (headers.authorization !== 'Bearer of-the-job') return { status: 401, body: {} };
      const aud = url.searchParams.get('audience') ?? '';
      const value =
        aud === 'sts.amazonaws.com' ? 'eyJhbGciOiJub25lIn0.e30.' : aud.startsWith('api:') ? 'header.of-a-cluster.signature' : jwt(aud);
      issued.push(value);
      return { status: 200, body: { value } };
    });
    request = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
    };
  }, 60_000);
  afterAll(async () => {
    await Promise.all([vault?.close(), aws?.close(), azure?.close()]);
  });

  interface Place {
    readonly sealing: readonly string[];
    readonly sealer: Readonly<Record<string, string | undefined>>;
    readonly route: Readonly<Record<string, string | undefined>>;
    readonly inputs: Readonly<Record<string, string>>;
  }
  const places: Readonly<Record<string, () => Place>> = {
    Vault: () => ({
      sealing: ['--hc-vault-transit', vault?.key('ci') ?? ''],
      sealer: { VAULT_TOKEN: 'root' },
      route: {},
      inputs: { 'vault-address': vault?.url ?? '', 'vault-role': 'shop', 'vault-audience': audience },
    }),
    AWS: () => ({
      sealing: ['--kms', aws?.key ?? ''],
      sealer: { ...aws?.route, ...aws?.credentials.keys },
      route: aws?.route ?? {},
      inputs: { 'aws-role': aws?.moto.role ?? '' },
    }),
    Azure: () => ({
      sealing: ['--azure-kv', azure?.key ?? ''],
      sealer: azure?.env ?? {},
      route: azure?.route ?? {},
      inputs: {
        'azure-client': azure?.credentials.workload['AZURE_CLIENT_ID'] ?? '',
        'azure-tenant': azure?.credentials.workload['AZURE_TENANT_ID'] ?? '',
      },
    }),
  };
  const defined = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
    Object.fromEntries(Object.entries(env).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));

  it.each(Object.keys(places))('at %s, and leaves neither tokens nor values', async (name) => {
    const { sealing, sealer, route, inputs } = places[name]?.() ?? { sealing: [], sealer: {}, route: {}, inputs: {} };
    const job = startJob(join(folder, name), defined({ ...route, ...request, HOME: join(folder, name) }));
    fill(job.workspace, secrets);
    expect(
      await runBeside(program, ['encrypt', '--in-place', ...sealing, 'db.yaml'], { cwd: job.workspace, env: defined(sealer) }),
    ).toMatchObject({ stderr: '', status: 0 });
    issued.length = 0;
    const { status } = await job.use('action.yml', { files: 'db.yaml', ...inputs });
    expect(job.log()).not.toContain('Error');
    expect(status).toBe(0);
    expect(job.env().get('password')).toBe(password);
    expect(issued).toHaveLength(1);
    for (const token of issued) expect(job.masks()).toContain(token);
    for (const text of [job.log(), job.calls(), contentsOf(job.temp)]) expectClean(text, [...forms, ...issued, 'of-the-job']);
    expect(contentsOf(job.temp)).toBe('');
    // Nothing of the login is left to the steps that follow.
    expect([...job.env().keys()]).toEqual(['password', 'key', 'port', 'host_unencrypted']);
  });

  it('says why there is no token, and leaves nothing', async () => {
    const job = startJob(join(folder, 'refused'), { ...request, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-another' });
    fill(job.workspace, secrets);
    expect((await job.use('action.yml', { files: 'db.yaml', 'aws-role': 'arn:aws:iam::111122223333:role/x' })).status).not.toBe(0);
    expect(job.log()).toContain('has the job the permission id-token: write?');
    expect(contentsOf(job.temp)).toBe('');
    expectClean(job.log(), ['of-another']);
  });
});
