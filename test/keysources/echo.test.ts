// Services, or proxies on the way, that repeat what they were sent, as requests spell it: no secret gets into a message.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SopsError } from '../../src/errors.ts';
import { client as gcpKms } from '../../src/keysources/gcp-kms/client.ts';
import { client as hcVault } from '../../src/keysources/hc-vault/client.ts';
import { serviceMessage } from '../../src/services/service-message.ts';
import { type Asked, serve } from '../peers/serve.ts';
import { testContext } from './context.ts';

const secret = 'a "quoted" s/e+cret\\';
/** The secret in every spelling that a request gives it, those of a user name and a password before it included. */
const spelled = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  new URLSearchParams([['', secret]]).toString().slice(1),
];
const basic = Buffer.from(`someone:${secret}`).toString('base64');
const dataKey = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);

/** Headers and body, in the order in which a message that is cut short tells most. */
const repeated = ({ headers, body }: Asked): string =>
  `${headers.authorization ?? ''} ${String(headers['x-of-ours'])} ${String(headers['x-vault-token'])} ${body}`;

function expectSilent(error: unknown): void {
  expect(error).toBeInstanceOf(SopsError);
  for (const spelling of [...spelled, basic, Buffer.from(dataKey).toString('base64')]) expect(String(error)).not.toContain(spelling);
}

describe('a service that repeats what it was sent', () => {
  test('is Vault', async () => {
    const port = await serve((asked) => ({ status: 400, body: { errors: [repeated(asked)] } }));
    const masterKey = (user: string) =>
      ({ kind: 'hc_vault', vaultAddress: `http://${user}127.0.0.1:${port}`, enginePath: 'transit', keyName: 'k' }) as const;
    const login = { SOPSMITH_VAULT_AUTH: 'approle', SOPSMITH_VAULT_ROLE_ID: 'r', SOPSMITH_VAULT_SECRET_ID: secret };
    const named = `http://127.0.0.1:${port}`;
    for (const [user, env] of [
      ['', { VAULT_TOKEN: 'hvs.token', VAULT_HEADERS: JSON.stringify({ 'X-Of-Ours': secret }) }],
      [`someone:${encodeURIComponent(secret)}@`, { VAULT_TOKEN: 'hvs.token' }],
      ['', { ...login, VAULT_ADDR: named }],
    ] as const) {
      const error: unknown = await hcVault.wrap(dataKey, masterKey(user), testContext({ env })).catch((caught: unknown) => caught);
      expectSilent(error);
      expect(String(error)).toContain('…');
    }
  });

  test("is Google's security token service", async () => {
    const port = await serve((asked) => ({ status: 400, body: { error: 'invalid_grant', error_description: repeated(asked) } }));
    const folder = mkdtempSync(join(tmpdir(), 'echo-'));
    writeFileSync(join(folder, 'subject'), secret);
    const credentials = {
      type: 'external_account',
      audience: 'a',
      subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
      token_url: `http://127.0.0.1:${port}`,
      client_id: 'someone',
      client_secret: secret,
      credential_source: { file: join(folder, 'subject') },
    };
    const masterKey = { kind: 'gcp_kms', resourceId: 'projects/a/locations/b/keyRings/c/cryptoKeys/d' } as const;
    const env = { GOOGLE_CREDENTIALS: JSON.stringify(credentials) };
    const error: unknown = await gcpKms.wrap(dataKey, masterKey, testContext({ env })).catch((caught: unknown) => caught);
    expectSilent(error);
    expect(String(error)).toContain('invalid_grant');
  });

  test('tells nothing, however the secret is spelled, nor where one secret is a part of another', () => {
    expect(serviceMessage(spelled.join(' | '), [secret])).toBe('… | … | … | …');
    expect(serviceMessage('the token abc-def was refused', ['abc', 'abc-def'])).toBe('the token … was refused');
  });
});

test('an address of Vault with a malformed user is told of with the name of the key', async () => {
  const masterKey = { kind: 'hc_vault', vaultAddress: 'http://%zz:x@127.0.0.1:1', enginePath: 'transit', keyName: 'k' } as const;
  await expect(hcVault.wrap(dataKey, masterKey, testContext({ env: { VAULT_TOKEN: 't' } }))).rejects.toThrow(
    /with Vault key 'http:\/\/127\.0\.0\.1:1\/.*: the user in the address of Vault is malformed/,
  );
});
