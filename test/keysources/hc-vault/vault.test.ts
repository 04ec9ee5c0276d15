import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/hc-vault/client.ts';
import { hcVault } from '../../../src/keysources/hc-vault/index.ts';
import { type HcVaultKey, hcVaultKey } from '../../../src/keysources/hc-vault/master-key.ts';
import { makeAuthority, makeSelfSigned } from '../../peers/certificate.ts';
import { serveProxy } from '../../peers/connect-proxy.ts';
import { freePort } from '../../peers/free-port.ts';
import { run } from '../../peers/run.ts';
import { freePairOfPorts, startVault, type Vault } from '../../peers/vault.ts';
import { lacks, needed } from '../../support/peers.ts';
import { testContext } from '../context.ts';
import { encryptWithSops, interchanges, type SopsFile } from '../sops-file.ts';

type Env = Readonly<Record<string, string>>;

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index * 5);
const root: Env = { VAULT_TOKEN: 'root' };

const wrap = async (key: string, env: Env = root): Promise<string> => client.wrap(dataKey, hcVaultKey(key), testContext({ env }));
const unwrap = async (key: string, wrapped: string, env: Env = root): Promise<Uint8Array> =>
  client.unwrap({ masterKey: hcVaultKey(key), wrapped }, testContext({ env }));
const rewrap = async (key: string, wrapped: string): Promise<string> => {
  if (client.rewrap === undefined) throw new Error('nothing rewraps');
  return client.rewrap({ masterKey: hcVaultKey(key), wrapped }, testContext({ env: root }));
};
const roundTrip = async (key: string, env: Env = root): Promise<Uint8Array> => unwrap(key, await wrap(key, env), env);

describe.skipIf(lacks('bao'))('Vault', () => {
  let vault: Vault;
  let folder: string;
  /** Addresses of the same server: over TLS, over TLS for clients with a certificate, and at a Unix socket. */
  let secure: string;
  let strict: string;
  let socket: string;
  const authority = makeAuthority('an authority of tests');
  const stranger = makeSelfSigned('a client');
  beforeAll(async () => {
    folder = await mkdtemp('/tmp/v');
    const [securePort, strictPort] = [await freePairOfPorts(), await freePairOfPorts()];
    const server = authority.issue(['127.0.0.1', 'vault.example.org']);
    const files = { 'ca.pem': authority.certificate, 'server.pem': server.certificate, 'server.key': server.key };
    const more = { 'client.pem': stranger.certificate, 'client.key': stranger.key };
    for (const [name, content] of Object.entries({ ...files, ...more })) await writeFile(join(folder, name), content);
    const identity = `tls_cert_file = "${folder}/server.pem"\n tls_key_file = "${folder}/server.key"`;
    const asking = `tls_require_and_verify_client_cert = true\n tls_client_ca_file = "${folder}/client.pem"`;
    socket = join(folder, 'bao.sock');
    vault = await startVault({
      config: [
        `listener "tcp" {\n address = "127.0.0.1:${securePort}"\n ${identity}\n}`,
        `listener "tcp" {\n address = "127.0.0.1:${strictPort}"\n ${identity}\n ${asking}\n}`,
        `listener "unix" {\n address = "${socket}"\n}`,
      ].join('\n'),
    });
    await vault.api('POST', 'sys/namespaces/tenant', {});
    await vault.api('POST', 'sys/mounts/transit', { type: 'transit' }, { 'X-Vault-Namespace': 'tenant' });
    [secure, strict] = [`https://127.0.0.1:${securePort}`, `https://127.0.0.1:${strictPort}`];
  }, 60_000);
  afterAll(async () => {
    await vault.close();
    await rm(folder, { recursive: true });
  });

  it('wraps and unwraps, and makes a key that is not there', async () => {
    expect(await roundTrip(vault.key('made-by-wrapping'))).toEqual(dataKey);
    expect(await roundTrip(`${vault.url}/v1/team/transit/keys/nested`)).toEqual(dataKey);
  });

  it('keeps to the version of the key that wrapped, and rewraps under the latest', async () => {
    const key = vault.key('rotated');
    const first = await wrap(key);
    expect(first).toMatch(/^vault:v1:/);
    await vault.api('POST', 'transit/keys/rotated/rotate');
    const second = await rewrap(key, first);
    expect(second).toMatch(/^vault:v2:/);
    expect(await wrap(key)).toMatch(/^vault:v2:/);
    expect(await unwrap(key, first)).toEqual(dataKey);
    expect(await unwrap(key, second)).toEqual(dataKey);
    await vault.api('POST', 'transit/keys/rotated/config', { min_decryption_version: 2 });
    expect(await unwrap(key, second)).toEqual(dataKey);
    await expect(unwrap(key, first)).rejects.toThrow(
      /below its min_decryption_version .*vault write transit\/keys\/rotated\/config min_decryption/,
    );
    await expect(rewrap(key, first)).rejects.toThrow(/^cannot rewrap with Vault key/);
  });

  it('takes VAULT_TOKEN, else the token that a login left in the home folder', async () => {
    const home = await mkdtemp(join(tmpdir(), 'home-'));
    await writeFile(join(home, '.vault-token'), 'root\n');
    const masterKey = hcVaultKey(vault.key('tokens'));
    const wrapped = await client.wrap(dataKey, masterKey, testContext({ home }));
    await expect(client.unwrap({ masterKey, wrapped }, testContext({ home, env: { VAULT_TOKEN: 'other' } }))).rejects.toThrow(
      /VAULT_TOKEN is expired/,
    );
    await writeFile(join(home, '.vault-token'), 'broken');
    await expect(client.unwrap({ masterKey, wrapped }, testContext({ home }))).rejects.toThrow(
      /the token in ~\/\.vault-token is expired, revoked/,
    );
    expect(await client.unwrap({ masterKey, wrapped }, testContext({ home, env: root }))).toEqual(dataKey);
    expect(await client.unwrap({ masterKey, wrapped }, testContext({ env: { BAO_TOKEN: 'root' } }))).toEqual(dataKey);
    await expect(client.unwrap({ masterKey, wrapped }, testContext())).rejects.toThrow(/no token was sent: set VAULT_TOKEN/);
    await expect(client.unwrap({ masterKey, wrapped }, testContext({ env: { VAULT_TOKEN: 'a\nX-Evil: 1' } }))).rejects.toThrow(
      /contains characters/,
    );
    await rm(home, { recursive: true });
  });

  it('says which right a token lacks, and tells it from a token that is no longer good', async () => {
    const key = vault.key('denied');
    const wrapped = await wrap(key);
    const writer = await vault.token('path "transit/encrypt/denied" { capabilities = ["update"] }');
    expect(await wrap(key, { VAULT_TOKEN: writer })).toMatch(/^vault:v1:/);
    const denied: unknown = await unwrap(key, wrapped, { VAULT_TOKEN: writer }).catch((error: unknown) => error);
    expect(denied).toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
    expect(String(denied)).toContain(`cannot unwrap with Vault key '${key}': status 403, permission denied`);
    expect(String(denied)).toContain('the policies of VAULT_TOKEN lack: path "transit/decrypt/denied" { capabilities = ["update"] }');
    expect(String(denied)).not.toContain(writer);
    const making = wrap(vault.key('not-there'), { VAULT_TOKEN: writer });
    await expect(making).rejects.toThrow('path "transit/encrypt/not-there" { capabilities = ["create", "update"] }');
    const spent = await vault.token('path "transit/*" { capabilities = ["update"] }', { num_uses: 1 });
    await unwrap(key, wrapped, { VAULT_TOKEN: spent });
    const expired: unknown = await unwrap(key, wrapped, { VAULT_TOKEN: spent }).catch((error: unknown) => error);
    expect(String(expired)).toContain('VAULT_TOKEN is expired, revoked, or of another server or namespace: log in again');
    expect(String(expired)).not.toContain(spent);
  });

  it('explains what else Vault refuses', async () => {
    const [key, other] = [vault.key('one'), vault.key('two')];
    const wrapped = await wrap(key);
    await wrap(other);
    await expect(unwrap(other, wrapped)).rejects.toThrow(/status 400, cipher: message authentication failed; another key of that name/);
    await expect(unwrap(vault.key('never-made'), wrapped)).rejects.toThrow(
      /encryption key not found; it was deleted, or is in another namespace/,
    );
    await expect(unwrap(key, wrapped.replace('v1', 'v9'))).rejects.toThrow(/version is too new; a later version/);
    await expect(unwrap(key, 'AAAA')).rejects.toThrow(/invalid ciphertext/);
    await expect(wrap(`${vault.url}/v1/nowhere/keys/k`)).rejects.toThrow(/no handler for route.*; no secrets engine is mounted there/);
    await expect(wrap(`${vault.url}/v1/secret/keys/k`)).rejects.toThrow(/nothing is at 'secret\/encrypt\/k': is that a transit engine/);
    await vault.api('POST', 'transit/keys/signing', { type: 'ed25519' });
    await expect(wrap(vault.key('signing'))).rejects.toThrow(/message encryption not supported for key type ed25519/);
    await expect(wrap(key.replace('http', 'https'))).rejects.toThrow(/does not speak TLS; is its address http:/);
    await expect(wrap(`${secure.replace('https', 'http')}/v1/transit/keys/k`)).rejects.toThrow(/status 400; without a word from Vault/);
  });

  it('works in a namespace', async () => {
    const key = vault.key('in-namespace');
    const env = { ...root, VAULT_NAMESPACE: 'tenant' };
    const wrapped = await wrap(key, env);
    expect(await unwrap(key, wrapped, { ...root, VAULT_HEADERS: '{"x-extra":"1"}', BAO_NAMESPACE: 'tenant' })).toEqual(dataKey);
    await expect(unwrap(key, wrapped)).rejects.toThrow(/encryption key not found/);
    await expect(unwrap(key, wrapped, { ...root, VAULT_NAMESPACE: 'none' })).rejects.toThrow(
      /namespace not found; VAULT_NAMESPACE names none/,
    );
  });

  it('trusts whom the variables of Vault name', async () => {
    const key = `${secure}/v1/transit/keys/tls`;
    await expect(roundTrip(key)).rejects.toThrow(/the certificate of 127\.0\.0\.1:\d+ is not trusted: .*; VAULT_CACERT names a file/);
    const [ca, dir] = [join(folder, 'ca.pem'), join(folder, 'authorities')];
    await mkdir(join(dir, 'deep'), { recursive: true });
    await writeFile(join(dir, 'deep', 'one.pem'), authority.certificate);
    const ways: readonly Env[] = [
      { VAULT_CACERT: ca },
      { BAO_CACERT: ca },
      { VAULT_CACERT_BYTES: authority.certificate },
      { VAULT_CAPATH: dir },
      { VAULT_CACERT: ca, VAULT_CAPATH: '/nowhere', VAULT_CACERT_BYTES: 'nothing' },
      { VAULT_SKIP_VERIFY: 'true' },
      { SSL_CERT_FILE: ca },
      { VAULT_CACERT: ca, VAULT_TLS_SERVER_NAME: 'vault.example.org' },
    ];
    for (const way of ways) expect(await roundTrip(key, { ...root, ...way })).toEqual(dataKey);
    await expect(roundTrip(key, { ...root, VAULT_CACERT: ca, VAULT_TLS_SERVER_NAME: 'other.example.org' })).rejects.toThrow(
      /is not trusted/,
    );
    await expect(roundTrip(key, { ...root, VAULT_CACERT: '/nowhere' })).rejects.toThrow(
      "VAULT_CACERT names '/nowhere', which does not exist",
    );
    await expect(roundTrip(key, { ...root, VAULT_CAPATH: '/nowhere' })).rejects.toThrow(
      "VAULT_CAPATH '/nowhere' holds no certificate in PEM",
    );
    await expect(roundTrip(key, { ...root, VAULT_SKIP_VERIFY: 'yes' })).rejects.toThrow('VAULT_SKIP_VERIFY is not true or false');
    await expect(roundTrip(key, { ...root, VAULT_CLIENT_TIMEOUT: 'soon' })).rejects.toThrow('VAULT_CLIENT_TIMEOUT is not a duration');
    await expect(roundTrip(key, { ...root, VAULT_HEADERS: '{"X-Vault-Token":"a"}' })).rejects.toThrow('VAULT_HEADERS is not a JSON object');
  });

  it('shows a certificate of its own', async () => {
    const key = `${strict}/v1/transit/keys/tls`;
    const env = { ...root, VAULT_CACERT: join(folder, 'ca.pem') };
    const own = { VAULT_CLIENT_CERT: join(folder, 'client.pem'), VAULT_CLIENT_KEY: join(folder, 'client.key') };
    expect(await roundTrip(key, { ...env, ...own })).toEqual(dataKey);
    await expect(roundTrip(key, env)).rejects.toThrow(/no safe connection to .*certificate required/);
    await expect(roundTrip(key, { ...env, VAULT_CLIENT_CERT: own.VAULT_CLIENT_CERT })).rejects.toThrow(/need one another/);
  });

  it('goes through an agent, a socket or a proxy', async () => {
    const dead = hcVaultKey(`http://127.0.0.1:${await freePort()}/v1/transit/keys/agent`);
    const through = async (env: Env, masterKey: HcVaultKey = dead): Promise<Uint8Array> => {
      const context = testContext({ env: { ...root, ...env } });
      return client.unwrap({ masterKey, wrapped: await client.wrap(dataKey, masterKey, context) }, context);
    };
    expect(await through({ VAULT_AGENT_ADDR: vault.url })).toEqual(dataKey);
    expect(await through({ VAULT_AGENT_ADDR: `unix://${socket}` })).toEqual(dataKey);
    const named = hcVaultKey('https://vault.example.org:8200/v1/transit/keys/proxied');
    const proxy = `http://127.0.0.1:${await serveProxy({ 'vault.example.org:8200': Number(new URL(secure).port) })}`;
    const trust = { VAULT_CACERT: join(folder, 'ca.pem') };
    expect(await through({ ...trust, HTTPS_PROXY: proxy }, named)).toEqual(dataKey);
    expect(await through({ ...trust, VAULT_PROXY_ADDR: proxy, VAULT_HTTP_PROXY: 'http://127.0.0.1:1' }, named)).toEqual(dataKey);
  });

  describe.skipIf(lacks('sops'))('and real sops', () => {
    const encrypted = async (keys: readonly string[], env: Env = root): Promise<SopsFile> =>
      encryptWithSops('hc_vault', ['--hc-vault-transit', keys.join(',')], { HOME: folder, ...env });

    it.each([
      ['one key', ['/v1/transit/keys/shared']],
      ['a nested mount', ['/v1/team/transit/keys/shared']],
      ['two keys', ['/v1/transit/keys/shared', '/v1/transit/keys/shared-too/']],
    ])('interchange a data key wrapped for %s', async (_what, paths) => {
      const file = await encrypted(paths.map((path) => vault.url + path));
      expect(await interchanges(hcVault, file, testContext({ env: root }))).toBe(true);
    });

    it('interchange it over TLS, with a certificate of the client, and in a namespace', async () => {
      const env = {
        ...root,
        VAULT_CACERT: join(folder, 'ca.pem'),
        VAULT_CLIENT_CERT: join(folder, 'client.pem'),
        VAULT_CLIENT_KEY: join(folder, 'client.key'),
        VAULT_NAMESPACE: 'tenant',
      };
      expect(await interchanges(hcVault, await encrypted([`${strict}/v1/transit/keys/shared`], env), testContext({ env }))).toBe(true);
    });

    it('read what was rewrapped after a rotation', async () => {
      const key = vault.key('rewrapped');
      const file = await encrypted([key]);
      await vault.api('POST', 'transit/keys/rewrapped/rotate');
      const entries = await Promise.all(
        file.entries.map(async (entry) => ({ ...entry, enc: await rewrap(key, typeof entry['enc'] === 'string' ? entry['enc'] : '') })),
      );
      expect(entries[0]?.['enc']).toMatch(/^vault:v2:/);
      expect(await file.opensWith(entries)).toBe(true);
    });

    it.each([
      ['all', true],
      ['none', false],
      ['URL', true],
      ['URL/', true],
      [' URL , http://other', true],
      ['http://other,URL', true],
      ['URL0', false],
      ['URL/v1', false],
      ['http://127.0.0.1', false],
      ['URL,', false],
      [',', false],
    ])('allow the same servers: %s', async (list, allowed) => {
      const env = { ...root, SOPS_HC_VAULT_ALLOWLIST: list.replace('URL', vault.url) };
      const file = await mkdtemp(join(tmpdir(), 'allowed-'));
      await writeFile(join(file, 'a.yaml'), 'a: 1\n');
      const words = ['--config', '/dev/null', 'encrypt', '--hc-vault-transit', vault.key('allowed'), join(file, 'a.yaml')];
      const { status } = await run([needed('sops'), ...words], { env: { HOME: folder, ...env } });
      await rm(file, { recursive: true });
      expect(status === 0).toBe(allowed);
      const wrapped = await wrap(vault.key('allowed'), env).then(
        () => true,
        () => false,
      );
      expect(wrapped).toBe(allowed);
    });
  });
});
