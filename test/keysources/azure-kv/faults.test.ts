// What goes wrong on the way to a vault: each fault names the key and what to do, ends in bounded time, and tells no secret.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client } from '../../../src/keysources/azure-kv/client.ts';
import { azureKvKey } from '../../../src/keysources/azure-kv/master-key.ts';
import { type Azure, loggedOut, startAzure, type Variables } from '../../peers/azure.ts';
import { versionId } from '../../peers/azure-vault.ts';
import { testContext } from '../context.ts';

const dataKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 3 + 64));
const wrapped = Buffer.alloc(256, 'w').toString('base64url');

describe('a fault of Azure Key Vault', () => {
  let azure: Azure;
  beforeAll(async () => {
    azure = await startAzure();
  });
  afterAll(async () => azure.close());

  /** What it says, checked for what must be in every such error, and for what must not. */
  const failure = async (work: Promise<unknown>, url: string): Promise<string> => {
    const error: unknown = await work.then(
      (value) => Promise.reject(new Error(`no failure: ${String(value)}`)),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'SopsError', message: expect.stringContaining(`Azure Key Vault key '${url}`) });
    const message = error instanceof Error ? error.message : '';
    for (const secret of ['secret-of-1', 'claims', dataKey.toString('base64url'), 'given.', wrapped, '\n'])
      expect(message).not.toContain(secret);
    return message;
  };
  const wrap = async (url: string, env: Variables, signal?: AbortSignal): Promise<string> =>
    failure(client.wrap(dataKey, azureKvKey(url), testContext({ env: { ...azure.route, ...env } }), signal), url);
  const unwrap = async (url: string, env: Variables): Promise<string> =>
    failure(client.unwrap({ masterKey: azureKvKey(url), wrapped }, testContext({ env: { ...azure.route, ...env } })), url);

  it.each([
    ['busy', /throttled: try again later \(Throttled/],
    ['failing', /failed with status 500: try again later/],
    ['garbled', /is not JSON/],
    ['hollow', /malformed/],
    ['telling', /answered with status 400 \(BadParameter: Bearer … asked for/],
    ['walled', /network rules keep this machine out/],
    ['disabled', /the key is disabled: enable it in the vault/],
    ['missing', /no such key or version/],
  ])('%s', async (name, said) => {
    expect(await wrap(azure.keyNamed(name), azure.credentials.secret)).toMatch(said);
  });

  it('is asked about again where that may help', async () => {
    const masterKey = azureKvKey(azure.keyNamed('flaky'));
    expect(await client.wrap(dataKey, masterKey, testContext({ env: azure.env }))).toMatch(/^[\w-]{342}$/);
  });

  it('is asked about three times, no more', async () => {
    const count = async (): Promise<number> => (await azure.asked()).filter((asked) => asked.includes('/busy/')).length;
    const before = await count();
    const masterKey = azureKvKey(azure.keyNamed('busy'));
    await expect(client.wrap(dataKey, masterKey, testContext({ env: azure.env }))).rejects.toThrow('throttled');
    // The first request only asks what token is wanted.
    expect(await count()).toBe(before + 1 + 3);
  });

  it('names the permission that is missing', async () => {
    expect(await wrap(azure.key, azure.denied)).toContain(
      'access denied: the permission keys/encrypt is missing (role Key Vault Crypto User)',
    );
    expect(await unwrap(azure.key, azure.credentials.sealing)).toContain('the permission keys/decrypt is missing');
    const completing = client.complete?.(azureKvKey(azure.key), testContext({ env: { ...azure.route, ...azure.credentials.modest } }));
    expect(await failure(completing ?? Promise.resolve(), azure.key)).toContain('the permission keys/get is missing');
  });

  it('is told of a data key that another version wrapped', async () => {
    expect(await unwrap(`${azure.key}/${versionId('first', 1)}`, azure.credentials.secret)).toContain(
      'this version of the key did not wrap',
    );
  });

  it.each([
    ['a wrong secret', { AZURE_CLIENT_SECRET: 'not-it' }, 'no token: EnvironmentCredential: AADSTS7000215: Invalid client secret provided'],
    ['an unknown application', { AZURE_CLIENT_ID: 'nobody' }, "AADSTS700016: Application 'nobody' was not found"],
    ['a certificate that is not there', { AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: 'nowhere.pem' }, 'ENOENT'],
    ['nothing', { AZURE_CLIENT_SECRET: '' }, 'EnvironmentCredential is not set up'],
    ['another tenant', { AZURE_TENANT_ID: 'other' }, 'AZURE_ADDITIONALLY_ALLOWED_TENANTS'],
    [
      'a sign-in that cannot be reached',
      { AZURE_AUTHORITY_HOST: 'https://login.example' },
      'the proxy answered 403 when asked for login.example; look at HTTPS_PROXY',
    ],
    ['a choice that is none', { AZURE_TOKEN_CREDENTIALS: 'all' }, 'AZURE_TOKEN_CREDENTIALS is none of prod, dev'],
  ])('%s', async (_what, change, said) => {
    expect(await wrap(azure.key, { ...azure.credentials.secret, ...change })).toContain(said);
  });

  it('says where nobody listens, and who is not trusted, in bounded time', async () => {
    const start = Date.now();
    expect(await wrap(azure.key, azure.down)).toContain('nobody listens at sopsmith.vault.azure.net');
    expect(await wrap(azure.key, { ...azure.credentials.secret, SSL_CERT_FILE: '' })).toContain('is not trusted');
    expect(await wrap('https://elsewhere.example/keys/k', azure.credentials.secret)).toContain('the proxy');
    expect(Date.now() - start).toBeLessThan(10_000);
  });

  it.each([
    ['a login that is over', loggedOut, /AADSTS700082: The refresh token has expired.* run az login --tenant [\w-]+/],
    ['no az', undefined, /AzureCLICredential: there is no program az; run az login, or set/],
    ['an az that answers nonsense', 'echo header.claims.signature', /the answer of az is malformed/],
    ['an az that hangs', 'sleep 5', /given up/],
  ])('%s', async (_what, body, said) => {
    const env = body === undefined ? { ...azure.credentials.cli, PATH: '/nowhere' } : await azure.az(body);
    expect(await wrap(azure.key, env, AbortSignal.timeout(1_500))).toMatch(said);
  });

  it('asks no stranger for a token', async () => {
    const url = 'https://login.microsoftonline.com/keys/first';
    expect(await wrap(url, azure.credentials.secret)).toContain('does not ask for a token as a vault does');
  });

  it('ends at a signal', async () => {
    const start = Date.now();
    expect(await wrap(azure.keyNamed('silent'), azure.credentials.secret, AbortSignal.timeout(500))).toContain('given up');
    expect(await wrap(azure.key, azure.credentials.secret, AbortSignal.abort())).toContain('given up');
    expect(Date.now() - start).toBeLessThan(3_000);
  });

  it('is no fault of those who did not give up', async () => {
    const context = testContext({ env: azure.env });
    const masterKey = azureKvKey(azure.key);
    const [first, second] = await Promise.allSettled([
      client.wrap(dataKey, masterKey, context, AbortSignal.timeout(1)),
      client.wrap(dataKey, masterKey, context),
    ]);
    expect(first.status).toBe('rejected');
    expect(second.status).toBe('fulfilled');
  });

  it('refuses metadata that leads elsewhere or is no base64url', async () => {
    const masterKey = azureKvKey(azure.key);
    const context = testContext();
    await expect(client.unwrap({ masterKey, wrapped: 'a+b' }, context)).rejects.toMatchObject({ code: 'MALFORMED_METADATA' });
    for (const change of [{ vaultUrl: 'http://sopsmith.vault.azure.net' }, { name: '..' }, { name: '' }, { version: '..' }]) {
      await expect(client.wrap(dataKey, { ...masterKey, ...change }, context)).rejects.toMatchObject({ code: 'MALFORMED_KEY' });
    }
  });
});
