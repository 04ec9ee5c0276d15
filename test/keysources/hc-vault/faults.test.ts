// What a Vault in trouble, or a server that only plays Vault, can do to us.
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/hc-vault/client.ts';
import { hcVault } from '../../../src/keysources/hc-vault/index.ts';
import type { HcVaultKey } from '../../../src/keysources/hc-vault/master-key.ts';
import { parseDuration } from '../../../src/services/vault/go-values.ts';
import { freePort } from '../../peers/free-port.ts';
import { type Asked, listening, type Reply, serve } from '../../peers/serve.ts';
import { testContext } from '../context.ts';

const dataKey = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const secrets = ['s.a-token-of-tests', Buffer.from(dataKey).toString('base64')];
const env = { VAULT_TOKEN: 's.a-token-of-tests', VAULT_MAX_RETRIES: '1', VAULT_CLIENT_TIMEOUT: '2s' };

const keyAt = (port: number, fields: Partial<HcVaultKey> = {}): HcVaultKey => ({
  kind: 'hc_vault',
  vaultAddress: `http://127.0.0.1:${port}`,
  enginePath: 'transit',
  keyName: 'k',
  ...fields,
});

/** What is said when a server of ours answers so; it must name the key, and no secret. */
async function said(masterKey: HcVaultKey, more: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<string> {
  const context = testContext({ env: { ...env, ...more } });
  const tries = [client.wrap(dataKey, masterKey, context, signal), client.unwrap({ masterKey, wrapped: 'vault:v1:AAAA' }, context, signal)];
  const [wrapping, unwrapping] = await Promise.all(tries.map(async (attempt) => attempt.then(String, (error: unknown) => error)));
  expect(wrapping).toMatchObject({ code: 'DATA_KEY_UNWRAPPABLE' });
  expect(unwrapping).toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
  const text = `${String(wrapping)}\n${String(unwrapping)}`;
  expect(text.split('\n')).toHaveLength(2);
  expect(text).toContain(`Vault key '${hcVault.describe(masterKey)}'`);
  for (const secret of secrets) expect(text).not.toContain(secret);
  return text;
}

const answering = async (reply: (asked: Asked) => Reply | undefined): Promise<HcVaultKey> => keyAt(await serve(reply));

describe('Vault in trouble', () => {
  it('that is not there', async () => {
    expect(await said(keyAt(await freePort()))).toMatch(/nobody listens at 127\.0\.0\.1:\d+; is Vault running, and is its address right/);
  });

  it('that does not answer', async () => {
    const start = Date.now();
    const key = await answering(() => undefined);
    expect(await said(key, { VAULT_CLIENT_TIMEOUT: '1' })).toContain('within 1 s');
    expect(await said(key, {}, AbortSignal.timeout(100))).toContain('was given up');
    expect(Date.now() - start).toBeLessThan(3_000);
  });

  it.each([
    [429, { errors: [] }, 'status 429; its limit of requests is reached'],
    [429, { errors: ['request path "transit/encrypt/k": rate limit quota exceeded'] }, 'rate limit quota exceeded; its limit'],
    [500, { errors: ['internal error'] }, 'status 500, internal error'],
    [502, '<html>Bad Gateway</html>', 'status 502; it is in trouble'],
    [503, { errors: ['Vault is sealed'] }, 'status 503, Vault is sealed; it must be unsealed first'],
    [403, { errors: ['permission denied'] }, 'VAULT_TOKEN is expired, revoked'],
    [403, { errors: ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'] }, 'VAULT_TOKEN is expired, revoked'],
    [403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }, 'the policies of VAULT_TOKEN lack: path "transit/decrypt/k"'],
    [403, '<html>Forbidden</html>', 'status 403; without a word from Vault'],
    [400, { errors: 'no list' }, 'status 400; without a word from Vault'],
    [404, { errors: [] }, "nothing is at 'transit/encrypt/k'"],
    [204, '', 'the answer holds no ciphertext'],
    [200, '', 'the answer holds no plaintext'],
    [200, '<html>Welcome</html>', 'is not JSON'],
    [200, '{"data":', 'is not JSON'],
    [200, [], 'the answer holds no ciphertext'],
    [200, null, 'the answer holds no ciphertext'],
    [200, { data: null }, 'the answer holds no plaintext'],
    [200, { data: { plaintext: 5, ciphertext: {} } }, 'the answer holds no ciphertext'],
    [200, { data: { plaintext: '', ciphertext: '' } }, 'the answer holds no plaintext'],
    [200, { wrap_info: { token: 't' } }, 'the answer holds no ciphertext'],
  ])('that answers %d with %j', async (status, body, words) => {
    expect(await said(await answering(() => ({ status, body })))).toContain(words);
  });

  it('that gives a data key in what is not base64', async () => {
    const masterKey = await answering(() => ({ status: 200, body: { data: { plaintext: 'AAAA====', ciphertext: 'vault:v1:AAAA' } } }));
    const unwrapping = client.unwrap({ masterKey, wrapped: 'vault:v1:AAAA' }, testContext({ env }));
    await expect(unwrapping).rejects.toThrow(/the answer is not base64/);
  });

  it('that repeats what it was told, and steers a terminal', async () => {
    const key = await answering(({ headers, body }) => {
      const token = String(headers['x-vault-token']);
      return { status: 400, body: { errors: [`bad\u001b[2J\r\nrequest ${token} ${body} ${'x'.repeat(10_000)}`] } };
    });
    const text = await said(key);
    expect(text).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect(text.length).toBeLessThan(1_200);
  });

  it('is asked again after a while', async () => {
    let count = 0;
    const masterKey = await answering(() => {
      count += 1;
      return count === 1 ? { status: 503, body: {} } : { status: 200, body: { data: { ciphertext: 'vault:v1:AAAA' } } };
    });
    expect(await client.wrap(dataKey, masterKey, testContext({ env }))).toBe('vault:v1:AAAA');
    count = 0;
    const impatient = testContext({ env: { ...env, VAULT_MAX_RETRIES: '0' } });
    await expect(client.wrap(dataKey, masterKey, impatient)).rejects.toThrow(/status 503/);
    expect(count).toBe(1);
  });
});

describe('a login that takes its time', () => {
  it('is waited for by those who still want it, and done once', async () => {
    let logins = 0;
    const server = createServer((request, response) => {
      request.resume();
      const isLogin = request.url === '/v1/auth/jwt/login';
      if (isLogin) logins += 1;
      const body = isLogin ? { auth: { client_token: 't' } } : { data: { ciphertext: 'vault:v1:AAAA' } };
      setTimeout(() => response.end(JSON.stringify(body)), isLogin ? 300 : 0);
    });
    const masterKey = keyAt(await listening(server));
    const login = { SOPSMITH_VAULT_AUTH: 'jwt', SOPSMITH_VAULT_JWT: 'a.b.c', VAULT_ADDR: masterKey.vaultAddress };
    const context = testContext({ env: login });
    const start = Date.now();
    const first = client
      .wrap(dataKey, masterKey, context, AbortSignal.timeout(50))
      .catch((error: unknown) => `${Date.now() - start}: ${String(error)}`);
    const second = client.wrap(dataKey, masterKey, context);
    expect(await first).toMatch(/^\d{2,3}: .*the login was given up/);
    expect(await second).toBe('vault:v1:AAAA');
    expect(await client.wrap(dataKey, masterKey, context)).toBe('vault:v1:AAAA');
    expect(logins).toBe(1);
    await expect(client.wrap(dataKey, masterKey, context, AbortSignal.abort())).rejects.toThrow(/given up/);
  });
});

describe('a standby that sends us on', () => {
  const active = async (): Promise<number> =>
    serve(({ method, url, headers, body }) => {
      const right = method === 'PUT' && url.pathname === '/v1/transit/encrypt/k' && headers['x-vault-token'] === secrets[0];
      return { status: right && body.includes(secrets[1] ?? '?') ? 200 : 400, body: { data: { ciphertext: 'vault:v1:active' } } };
    });
  const standby = async (to: string): Promise<HcVaultKey> =>
    answering(({ url }) => ({ status: 307, body: '', headers: { Location: `${to}${url.pathname}` } }));

  it('is followed once, as by the client of Vault', async () => {
    const masterKey = await standby(`http://127.0.0.1:${await active()}`);
    expect(await client.wrap(dataKey, masterKey, testContext({ env }))).toBe('vault:v1:active');
    const twice = await standby(masterKey.vaultAddress);
    expect(await said(twice)).toMatch(/status 307/);
  });

  it('is not followed where the user does not want it, or to a server that is not allowed', async () => {
    const masterKey = await standby(`http://127.0.0.1:${await active()}`);
    expect(await said(masterKey, { VAULT_DISABLE_REDIRECTS: 'true' })).toContain('VAULT_DISABLE_REDIRECTS forbids');
    expect(await said(masterKey, { SOPS_HC_VAULT_ALLOWLIST: masterKey.vaultAddress })).toMatch(
      /SOPS_HC_VAULT_ALLOWLIST does not allow 'http:/,
    );
    expect(await said(await standby('ftp://example.org'))).toContain('is not a URL of http or https');
  });
});

describe('a file that leads elsewhere', () => {
  it.each([
    ['keyName', '../../sys/seal'],
    ['keyName', '..'],
    ['keyName', ''],
    ['enginePath', '../sys'],
    ['enginePath', 'transit//x'],
    ['enginePath', ''],
    ['enginePath', '.'],
  ])('by its %s %j reaches no other path', async (field, value) => {
    const asked: string[] = [];
    const port = await serve(({ url }) => {
      asked.push(url.pathname);
      return { status: 404, body: { errors: [] } };
    });
    await said(keyAt(port, { [field]: value }));
    for (const path of asked) expect(path).toMatch(/^\/v1\/transit\/(encrypt|decrypt)\/[^/]+$/);
  });

  it.each(['', 'vault', 'file:///etc/passwd', 'ftp://127.0.0.1', 'https://'])('by its address %j is refused', async (vaultAddress) => {
    expect(await said(keyAt(1, { vaultAddress }))).toContain('the address of Vault is not a URL of http or https');
  });
});

describe('an address with a password', () => {
  it('brings it to the proxy before Vault, and to nobody else', async () => {
    const key = await answering(({ headers }) => {
      const user = Buffer.from('me:pw-of-tests').toString('base64');
      const known = headers.authorization === `Basic ${user}`;
      return { status: known ? 200 : 401, body: known ? { data: { ciphertext: 'vault:v1:AAAA' } } : {} };
    });
    const masterKey = { ...key, vaultAddress: key.vaultAddress.replace('//', '//me:pw-of-tests@') };
    const context = testContext({ env });
    expect(await client.wrap(dataKey, masterKey, context)).toBe('vault:v1:AAAA');
    const refused: unknown = await client.unwrap({ masterKey, wrapped: 'x' }, context).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'DATA_KEY_UNRECOVERABLE' });
    expect(String(refused)).not.toContain('pw-of-tests');
  });
});

describe('durations', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['', undefined],
    ['soon', undefined],
    ['-1', undefined],
  ])('%j is %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});
