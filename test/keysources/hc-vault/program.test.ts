// The program itself, as it is built: on Node, or the executable that `SOPSMITH` names, where the same code meets another TLS library.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeSelfSigned } from '../../peers/certificate.ts';
import { serveProxy } from '../../peers/connect-proxy.ts';
import { freePairOfPorts, startVault, type Vault } from '../../peers/vault.ts';
import { startProgram, temporaryFolder } from '../../support/cli.ts';
import { lacks } from '../../support/peers.ts';
import { program } from '../../support/program.ts';

type Env = Readonly<Record<string, string>>;

describe.skipIf(lacks('bao'))('the program with Vault', () => {
  const folder = temporaryFolder('vault');
  let vault: Vault;
  let strict: string;
  let trust: Env;
  let env: Env;
  beforeAll(async () => {
    const authority = makeAuthority('an authority of tests');
    const server = authority.issue(['127.0.0.1', 'vault.example.org']);
    const own = makeSelfSigned('a client');
    const files = {
      'ca.pem': authority.certificate,
      'server.pem': server.certificate,
      'server.key': server.key,
      'client.pem': own.certificate,
      'client.key': own.key,
      'plain.yaml': 'a: "1"\n',
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const port = await freePairOfPorts();
    const identity = `tls_cert_file = "${folder}/server.pem"\n tls_key_file = "${folder}/server.key"`;
    const asking = `tls_require_and_verify_client_cert = true\n tls_client_ca_file = "${folder}/client.pem"`;
    vault = await startVault({ config: `listener "tcp" {\n address = "127.0.0.1:${port}"\n ${identity}\n ${asking}\n}` });
    strict = `https://127.0.0.1:${port}`;
    trust = { VAULT_TOKEN: 'root', VAULT_CACERT: join(folder, 'ca.pem') };
    env = { ...trust, VAULT_CLIENT_CERT: join(folder, 'client.pem'), VAULT_CLIENT_KEY: join(folder, 'client.key') };
  }, 60_000);
  afterAll(async () => vault.close());

  const run = async (words: readonly string[], variables: Env): Promise<{ readonly status: unknown; readonly output: string }> => {
    const started = startProgram(program, words, { cwd: folder, env: variables });
    started.child.stdin?.end();
    return { status: await started.ended, output: started.output() };
  };
  const roundTrip = async (address: string, variables: Env): Promise<string> => {
    const sealed = await run(['encrypt', '--hc-vault-transit', `${address}/v1/transit/keys/program`, 'plain.yaml'], variables);
    await writeFile(join(folder, 'sealed.yaml'), sealed.output);
    return sealed.status === 0 ? (await run(['decrypt', 'sealed.yaml'], variables)).output : sealed.output;
  };

  it('encrypts and decrypts over TLS, with a certificate of its own', async () => {
    expect(await roundTrip(strict, env)).toBe('a: "1"\n');
    expect(await roundTrip(strict, { ...env, VAULT_CACERT: '', SSL_CERT_FILE: join(folder, 'ca.pem') })).toBe('a: "1"\n');
    expect(await roundTrip(strict, { ...env, VAULT_CACERT: '', VAULT_SKIP_VERIFY: '1' })).toBe('a: "1"\n');
    expect(await roundTrip(strict, { ...env, VAULT_TLS_SERVER_NAME: 'vault.example.org' })).toBe('a: "1"\n');
  });

  it('distrusts, and is distrusted', async () => {
    expect(await roundTrip(strict, { ...env, VAULT_CACERT: '' })).toMatch(/is not\s+trusted/);
    expect(await roundTrip(strict, { ...env, VAULT_TLS_SERVER_NAME: 'other.example.org' })).toMatch(/is not\s+trusted/);
    expect(await roundTrip(strict, trust)).toMatch(/certificate[\s_]+required/i);
  });

  it('goes through a proxy to a server that keeps its name', async () => {
    const proxy = await serveProxy({ 'vault.example.org:8200': Number(new URL(strict).port) });
    expect(await roundTrip('https://vault.example.org:8200', { ...env, HTTPS_PROXY: `http://127.0.0.1:${proxy}` })).toBe('a: "1"\n');
  });

  it('logs in by AppRole', async () => {
    await vault.api('POST', 'sys/auth/approle', { type: 'approle' });
    await vault.api('PUT', 'sys/policies/acl/program', { policy: 'path "transit/+/program" { capabilities = ["create", "update"] }' });
    await vault.api('POST', 'auth/approle/role/program', { token_policies: ['program'] });
    await vault.api('POST', 'auth/approle/role/program/role-id', { role_id: 'the-program' });
    await vault.api('POST', 'auth/approle/role/program/custom-secret-id', { secret_id: 'of-the-program' });
    const login = { VAULT_TOKEN: '', VAULT_ADDR: strict, SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_ROLE_ID: 'the-program' };
    expect(await roundTrip(strict, { ...env, ...login, SOPSMITH_VAULT_SECRET_ID: 'of-the-program' })).toBe('a: "1"\n');
    const refused = await roundTrip(strict, { ...env, ...login, SOPSMITH_VAULT_SECRET_ID: 'of-nobody' });
    expect(refused).toMatch(/no login\s+by\s+approle/);
    expect(refused).not.toContain('of-nobody');
  });
});
