// The template for GitLab, its script run by the real sh as the job's shell would; `ci login` with the tokens that GitLab gives; commands with their output masked.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVault, type Vault } from '../peers/vault.ts';
import { ageIdentity, fill, type Ran, runBeside, runProgram, temporaryFolder } from '../support/cli.ts';
import { lacks, needed } from '../support/peers.ts';
import { program } from '../support/program.ts';
import { identityIssuer } from './identity-token.ts';
import { contentsOf, root, yamlAsJson } from './runner.ts';

const template = readFileSync(join(root, 'templates/sopsmith/template.yml'), 'utf8');
const password = 'korrekt"horse$battery';

interface Job {
  readonly variables: Readonly<Record<string, { readonly value: string; readonly expand: boolean }>>;
  readonly id_tokens: Readonly<Record<string, { readonly aud: string }>>;
  readonly script: readonly string[];
}

/** The job that GitLab makes of the template: inputs put into its text. */
function jobWith(inputs: Readonly<Record<string, string>>): Job {
  const [head, body = ''] = template.split(/^---$/m);
  const { spec }: { spec: { inputs: Record<string, { default?: string }> } } = JSON.parse(yamlAsJson(head ?? ''));
  const text = body.replaceAll(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name: string) => {
    const value = inputs[name] ?? spec.inputs[name]?.default;
    if (value === undefined) throw new Error(`the input ${name} is missing`);
    return value;
  });
  const [[, job] = []] = Object.entries<Job>(JSON.parse(yamlAsJson(text)));
  if (job === undefined) throw new Error('the template has no job');
  return job;
}

describe('the template', () => {
  it('has inputs only outside of its script, and takes every one', () => {
    const [, body = ''] = template.split(/^---$/m);
    const { script, variables } = jobWith({ files: 'FILES', run: 'RUN' });
    expect(body.slice(body.indexOf('script:'))).not.toContain('$[[');
    for (const { expand } of Object.values(variables)) expect(expand).toBe(false);
    for (const name of Object.keys(variables)) expect(script.join('\n')).toContain(`$${name}`);
    expect(body).not.toMatch(/\bimage:|:latest/);
  });
});

describe.skipIf(lacks('shellcheck'))('scripts', () => {
  it('have nothing that shellcheck finds', () => {
    const script = jobWith({ files: 'FILES', run: 'RUN' }).script.join('\n');
    const found = runProgram([needed('shellcheck'), '--shell=sh', '-'], [], { cwd: root, input: script });
    expect(found).toMatchObject({ status: 0, stdout: '' });
    const names = ['install.sh', 'decrypt.sh'].map((name) => `ci/github/${name}`);
    expect(runProgram([needed('shellcheck')], names, { cwd: root })).toMatchObject({ status: 0, stdout: '' });
  });
});

describe.skipIf(lacks('age-keygen', 'bao'))('a job of GitLab', () => {
  const { identity, recipient } = lacks('age-keygen') ? { identity: '', recipient: '' } : ageIdentity();
  const folder = temporaryFolder('gitlab');
  const [temp, bin, calls] = [join(folder, 'temp'), join(folder, 'bin'), join(folder, 'calls')];
  const issuer = identityIssuer();
  let vault: Vault | undefined;

  const token = (): string => issuer.token({ sub: 'project:shop', aud: 'https://vault.example.org' });
  const runJob = async (inputs: Readonly<Record<string, string>>, given: Readonly<Record<string, string>> = {}): Promise<Ran> => {
    const { script, variables } = jobWith(inputs);
    const values = Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]));
    const env = { ...values, ...given, TMPDIR: temp, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    return runBeside(['sh', '-e', '-c'], [script.join('\n')], { cwd: folder, env });
  };

  beforeAll(async () => {
    for (const made of [temp, bin]) mkdirSync(made);
    writeFileSync(
      join(bin, 'sopsmith'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`,
      { mode: 0o755 },
    );
    vault = await startVault();
    await vault.api('POST', 'transit/keys/ci', {});
    await vault.api('PUT', 'sys/policies/acl/ci', { policy: 'path "transit/decrypt/ci" { capabilities = ["update"] }' });
    await vault.api('POST', 'sys/auth/gitlab', { type: 'jwt' });
    await vault.api('POST', 'auth/gitlab/config', {
      jwt_validation_pubkeys: [issuer.publicKey],
    });
    const role = {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['https://vault.example.org'],
      bound_subject: 'project:shop',
      token_policies: ['ci'],
    };
    await vault.api('POST', 'auth/gitlab/role/shop', role);
    fill(folder, { 'db.yaml': `password: ${JSON.stringify(password)}\n`, 'key.yaml': 'pem: "first line\\nsecond line\\n"\n' });
    for (const [file, words, env] of [
      ['db.yaml', ['--hc-vault-transit', vault.key('ci')], { VAULT_TOKEN: 'root' }],
      ['key.yaml', ['--age', recipient], undefined],
    ] as const) {
      const { status, stderr } = await runBeside(program, ['encrypt', '--in-place', ...words, file], { cwd: folder, env: { ...env } });
      if (status !== 0) throw new Error(stderr);
    }
  }, 60_000);
  afterAll(async () => vault?.close());

  it('logs in with its token, runs a command with the values, and masks what it writes', async () => {
    const jwt = token();
    const run =
      'printf \'%s|\' "$password" "$pem" >&2; printf %s "u:$password" | base64; test -z "${SOPSMITH_ID_TOKEN_VAULT:-}"; echo done';
    const inputs = { files: 'db.yaml,key.yaml', vault_address: vault?.url ?? '', vault_role: 'shop', vault_mount: 'gitlab' };
    const { variables } = jobWith({ ...inputs, run: 'RUN' });
    expect(variables['INPUT_FILES']?.value).toBe('db.yaml,key.yaml');
    // A shell script that stands in quotes of YAML, as the input does.
    const ran = await runJob(
      { ...inputs, run: JSON.stringify(run).slice(1, -1) },
      { SOPSMITH_ID_TOKEN_VAULT: jwt, SOPS_AGE_KEY: identity },
    );
    expect(ran).toMatchObject({ status: 0, stderr: '***|***|' });
    expect(ran.stdout).toMatch(/^dTpr?\*\*\*\S{0,3}\ndone\n$/);
    const all = [readFileSync(calls, 'utf8'), contentsOf(temp), ran.stdout, ran.stderr].join('\n');
    for (const secret of [password, jwt, 'second line']) expect(all).not.toContain(secret);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('passes on the status, writes a report, and says what is missing', async () => {
    const age = { SOPS_AGE_KEY: identity };
    expect(await runJob({ files: 'key.yaml', run: 'exit 7' }, age)).toMatchObject({ status: 7 });
    const missing = await runJob({ files: 'db.yaml', run: 'true', aws_role: 'arn:aws:iam::111122223333:role/x' });
    expect(missing).toMatchObject({ stdout: '', stderr: expect.stringContaining('name the token SOPSMITH_ID_TOKEN_AWS under id_tokens') });
    expect(missing.status).not.toBe(0);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('has what Google and others need for a token of a file, which this user alone reads', () => {
    const words = [
      '--gcp-provider',
      'projects/1/locations/global/workloadIdentityPools/p/providers/ci',
      '--gcp-service-account',
      "a'b@example.org",
    ];
    const ran = runProgram(
      program,
      ['ci', 'login', '--folder', 'tokens', ...words, '--azure-client', 'c', '--azure-tenant', 't', '--aws-role', ''],
      {
        cwd: folder,
        env: { SOPSMITH_ID_TOKEN_GCP: 'google-token', SOPSMITH_ID_TOKEN_AZURE: 'azure-token' },
      },
    );
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const shown = runProgram(
      [
        'sh',
        '-c',
        `${ran.stdout}\nprintf '%s\\n' "$GOOGLE_CREDENTIALS" "$AZURE_CLIENT_ID $AZURE_TENANT_ID"; cat "$AZURE_FEDERATED_TOKEN_FILE"`,
      ],
      [],
      { cwd: folder },
    );
    const [credentials = '', azure, azureToken] = shown.stdout.split('\n');
    const file = join(folder, 'tokens/Google-token');
    expect(JSON.parse(credentials)).toEqual({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/ci',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: 'https://sts.googleapis.com/v1/token',
      credential_source: { file },
      service_account_impersonation_url:
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a'b@example.org:generateAccessToken",
    });
    expect([azure, azureToken]).toEqual(['c t', 'azure-token']);
    expect([file, join(folder, 'tokens')].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/(?:google|azure)-token(?!')/);
  });
});
